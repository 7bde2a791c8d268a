/**
 * exec and attach: finding the container that a request means, and refusing in Kubernetes' words.
 * Source: `pkg/registry/core/pod/strategy.go` (ResourceLocation, streamLocation), kubelet `server.go`.
 */
import { StatusError } from '../api/status.js';
import type { ContainerLoop } from './container-loop.js';
import type { ContainerPlace, ContainerRef, ExecOptions, ExecStreams } from './contract.js';
import type { PodWorker } from './pod-worker.js';
import type { RunningContainer } from './runtime/contract.js';
import { logStreams } from './runtime/log-streams.js';

/** kubectl's annotation for the container that is meant when none is named. */
const defaultContainerAnnotation = 'kubectl.kubernetes.io/default-container';

/** The container that a request is for. @throws StatusError BadRequest when none or several can be meant */
export function containerOf(worker: PodWorker, ref: ContainerRef): ContainerLoop {
  const { metadata, spec } = worker.pod;
  const names = (spec?.containers ?? []).map(({ name }) => name);
  const wanted =
    ref.container ?? metadata.annotations?.[defaultContainerAnnotation] ?? (names.length === 1 ? names[0] : undefined);
  if (wanted === undefined) {
    throw new StatusError(
      'BadRequest',
      `a container name must be specified for pod ${ref.pod}, choose one of: [${names.join(' ')}]`,
    );
  }
  const loop = worker.loops.get(wanted);
  if (!loop) throw new StatusError('BadRequest', `container ${wanted} is not valid for pod ${ref.pod}`);
  return loop;
}

function runningOf(worker: PodWorker, ref: ContainerRef): RunningContainer {
  const { current, record } = containerOf(worker, ref);
  if (current && record.state.kind === 'running') return current;
  throw new StatusError('NotFound', `container not found ("${record.name}")`);
}

export async function execIn(worker: PodWorker, ref: ContainerRef, options: ExecOptions): Promise<ExecStreams> {
  if (options.command.length === 0)
    throw new StatusError('BadRequest', 'you must specify at least one command for the container');
  return runningOf(worker, ref).exec(options);
}

/** Where a command of the lab's own user comes in. */
export async function enterContainer(worker: PodWorker, ref: ContainerRef): Promise<ContainerPlace> {
  return runningOf(worker, ref).enter();
}

export async function attachTo(
  worker: PodWorker,
  ref: ContainerRef,
  options: { stdin?: boolean; tty?: boolean },
): Promise<ExecStreams> {
  const running = runningOf(worker, ref);
  const container = worker.pod.spec?.containers.find(({ name }) => name === containerOf(worker, ref).record.name);
  if (options.tty && !container?.tty) {
    const message = `container ${container?.name ?? ''} did not allocate one terminal: attach without -t`;
    throw new StatusError('BadRequest', message);
  }
  const streams = await (running.attach?.({ stdin: options.stdin ?? false }) ?? logStreams(running));
  // Whatever the container's exit code, attaching to it has succeeded: kubectl takes the code from the pod's status.
  return { ...streams, ended: streams.ended.then(() => ({ exitCode: 0 })) };
}
