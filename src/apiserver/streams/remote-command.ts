/**
 * A process on one side, a client's channels on the other: what exec and attach share whatever protocol carries them.
 *
 * Source: kubelet `pkg/kubelet/server/remotecommand` → `k8s.io/kubelet/pkg/cri/streaming/remotecommand`.
 */
import type { Readable, Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { PodProcess } from '../contract.js';
import { asStatusError } from '../reply.js';

/** The client's ends. A channel that the client did not ask for is absent. */
export interface RemoteChannels {
  stdin?: Readable;
  stdout?: Writable;
  stderr?: Writable;
  /** Calls back with every terminal size that the client reports. */
  onResize(listener: (width: number, height: number) => void): void;
  /** Sends the outcome and ends the conversation. */
  finish(status: unknown): void;
  /** Fires when the client has gone. */
  gone: AbortSignal;
}

/** How an exit code travels since protocol v4: kubectl makes it its own exit code. */
function exitStatus(code: number): Record<string, unknown> {
  if (code === 0) return { metadata: {}, status: 'Success' };
  const message = `command terminated with non-zero exit code: exit status ${code}`;
  const causes = [{ reason: 'ExitCode', message: `${code}` }];
  return { metadata: {}, status: 'Failure', reason: 'NonZeroExitCode', message, details: { causes } };
}

/** Copies one direction; an end that breaks off is no fault of the server. */
async function copy(from: Readable | undefined, to: Writable | undefined): Promise<void> {
  if (from === undefined) return;
  if (to === undefined) {
    from.resume();
    return;
  }
  await pipeline(from, to).catch(() => undefined);
}

/** Connects a process to its client until it has exited and its output has been sent. Never rejects. */
async function connect(process: PodProcess, channels: RemoteChannels): Promise<void> {
  const hangUp = () => process.kill();
  channels.gone.addEventListener('abort', hangUp, { once: true });
  if (channels.gone.aborted) hangUp();
  channels.onResize((width, height) => process.resize?.(width, height));
  void copy(channels.stdin, process.stdin);
  const output = Promise.all([copy(process.stdout, channels.stdout), copy(process.stderr, channels.stderr)]);
  const { code } = await process.exit;
  await output;
  channels.gone.removeEventListener('abort', hangUp);
  channels.finish(exitStatus(code));
}

/** Starts a process for channels that are already open: a refusal can only be told on the error channel. */
export async function runRemote(
  start: () => Promise<PodProcess> | PodProcess,
  channels: RemoteChannels,
): Promise<void> {
  try {
    await connect(await start(), channels);
  } catch (fault) {
    channels.finish(asStatusError(fault).toStatus());
  }
}
