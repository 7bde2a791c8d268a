/**
 * `kubectl logs`: which lines of which run of a container, and, if asked, those that follow.
 * Source: kubelet `kubelet_pods.go` validateContainerLogStatus, CRI log reader `kuberuntime/logs`.
 */
import { StatusError } from '../api/status.js';
import type { Clock } from '../world/contract.js';
import type { ContainerLoop } from './container-loop.js';
import type { ContainerRef, LogOptions } from './contract.js';
import { containerOf } from './conversation.js';
import type { LogLine } from './log-ring.js';
import type { PodWorker } from './pod-worker.js';
import type { RunningContainer } from './runtime/contract.js';

/** Fails at once, not at the first line, so that the answer can still be a Status. */
export function readLogs(
  worker: PodWorker,
  ref: ContainerRef,
  options: LogOptions,
  clock: Clock,
): AsyncIterable<string> {
  const loop = containerOf(worker, ref);
  const source = options.previous ? previousOf(loop, ref) : currentOf(loop, ref);
  const since = options.sinceTime ?? (options.sinceMs === undefined ? 0 : clock.now() - options.sinceMs);
  return limited(lines(source, options, since, clock), options.limitBytes);
}

function previousOf({ record, previous, current }: ContainerLoop, { pod }: ContainerRef): RunningContainer {
  // While a container waits to be restarted, its last run is still the current one here.
  const source = record.state.kind === 'waiting' ? current : previous;
  if (!record.lastTermination || !source)
    throw new StatusError('BadRequest', `previous terminated container "${record.name}" in pod "${pod}" not found`);
  return source;
}

function currentOf({ record, current }: ContainerLoop, { pod }: ContainerRef): RunningContainer {
  if (current) return current;
  const reason = record.state.kind === 'running' ? '' : `: ${record.state.reason}`;
  throw new StatusError('BadRequest', `container "${record.name}" in pod "${pod}" is waiting to start${reason}`);
}

async function* lines(
  source: RunningContainer,
  options: LogOptions,
  since: number,
  clock: Clock,
): AsyncGenerator<string> {
  const format = (line: LogLine): string =>
    options.timestamps ? `${nanoTimestamp(line.time, clock)} ${line.text}\n` : `${line.text}\n`;
  // Asked for in one go, in this order: no line falls between what was kept and what follows.
  const asked = source.logs(options.previous ?? false);
  const arriving = options.follow && !options.previous ? new Following(source, options.signal) : undefined;
  try {
    const kept = (await asked).filter(({ time }) => time >= since);
    const shown = options.tail === undefined ? kept : options.tail > 0 ? kept.slice(-options.tail) : [];
    for (const line of shown) yield format(line);
    for (let line = await arriving?.next(); line; line = await arriving?.next()) yield format(line);
  } finally {
    arriving?.stop();
  }
}

/** Lines as they come, until the container ends or nobody reads any more. */
class Following {
  readonly #waiting: LogLine[] = [];
  #ended = false;
  #wake: () => void = () => {};
  readonly stop: () => void;

  constructor(source: RunningContainer, signal: AbortSignal | undefined) {
    const end = (): void => {
      this.#ended = true;
      this.#wake();
    };
    const take = (line: LogLine): void => {
      this.#waiting.push(line);
      this.#wake();
    };
    this.stop = source.follow(take, end);
    signal?.addEventListener('abort', end, { once: true });
  }

  async next(): Promise<LogLine | undefined> {
    while (!this.#ended && this.#waiting.length === 0)
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    return this.#waiting.shift();
  }
}

/** Cuts the stream at a number of bytes, in the middle of a line if need be, as the kubelet does. */
async function* limited(source: AsyncIterable<string>, limitBytes: number | undefined): AsyncGenerator<string> {
  let left = limitBytes ?? Number.POSITIVE_INFINITY;
  for await (const line of source) {
    if (left <= 0) return;
    yield Buffer.byteLength(line) <= left ? line : Buffer.from(line).subarray(0, left).toString();
    left -= Buffer.byteLength(line);
  }
}

/** RFC 3339 with nine digits, as CRI logs have it. */
function nanoTimestamp(time: number, clock: Clock): string {
  return clock.microTimestamp(time).replace(/Z$/, '000Z');
}
