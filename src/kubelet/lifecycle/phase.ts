/**
 * The phase of a pod, from its containers. Source: kubelet `kubelet_pods.go` getPhase.
 */
import type { Container, PodSpec } from 'kubernetes-types/core/v1.js';
import type { ContainerRecord, PodRecord } from './records.js';

export type PodPhase = 'Pending' | 'Running' | 'Succeeded' | 'Failed';

export function phaseOf(spec: PodSpec, record: PodRecord): PodPhase {
  const { restartPolicy = 'Always' } = spec;
  if (restartPolicy === 'Never' && record.init.some(hasFailed)) return 'Failed';
  if (!initialized(spec, record)) return 'Pending';
  const counts = { waiting: 0, running: 0, stopped: 0, succeeded: 0 };
  for (const container of record.containers) counts[countedAs(container)] += 1;
  const stopped = counts.stopped + counts.succeeded;
  if (counts.waiting > 0) return 'Pending';
  if (counts.running > 0 || stopped === 0) return counts.running > 0 ? 'Running' : 'Pending';
  if (restartPolicy === 'Always') return 'Running';
  if (counts.stopped === 0) return 'Succeeded';
  return restartPolicy === 'Never' ? 'Failed' : 'Running';
}

/** A container that waits for its next restart counts as stopped. */
function countedAs({ state, lastTermination }: ContainerRecord): 'waiting' | 'running' | 'stopped' | 'succeeded' {
  if (state.kind === 'running') return 'running';
  if (state.kind === 'terminated') return state.exitCode === 0 ? 'succeeded' : 'stopped';
  return lastTermination ? 'stopped' : 'waiting';
}

function hasFailed({ state }: ContainerRecord): boolean {
  return state.kind === 'terminated' && state.exitCode !== 0;
}

/** All init containers are done; those with restartPolicy Always (sidecars) need only have started. */
export function initialized(spec: PodSpec, record: PodRecord): boolean {
  return incompleteInit(spec, record).length === 0;
}

/** Names of the init containers that hold the pod up. */
export function incompleteInit(spec: PodSpec, record: PodRecord): string[] {
  const sidecars = new Set((spec.initContainers ?? []).filter(isSidecar).map(({ name }) => name));
  const done = ({ name, state, started }: ContainerRecord): boolean =>
    sidecars.has(name) ? started : state.kind === 'terminated' && state.exitCode === 0;
  return record.init.filter((container) => !done(container)).map(({ name }) => name);
}

/** KEP-753: an init container with restartPolicy Always runs beside the others. */
export function isSidecar(container: Container & { restartPolicy?: string }): boolean {
  return container.restartPolicy === 'Always';
}

/** By which policy one container of a pod is restarted: an init container that succeeded never is. */
export function restartPolicyOf(spec: PodSpec | undefined, container: Container): string {
  const policy = spec?.restartPolicy ?? 'Always';
  if (isSidecar(container)) return 'Always';
  const isInit = spec?.initContainers?.some(({ name }) => name === container.name) ?? false;
  return isInit && policy === 'Always' ? 'OnFailure' : policy;
}
