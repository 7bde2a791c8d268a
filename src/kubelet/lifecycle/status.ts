/**
 * A pod's status as the kubelet reports it: everything that `kubectl get` and `describe pod` read.
 * Source: kubelet `kubelet_pods.go` generateAPIPodStatus and convertToAPIContainerStatuses.
 */
import { createHash } from 'node:crypto';
import type {
  Pod as ApiPod,
  ContainerState as ApiState,
  Container,
  ContainerStatus,
  PodStatus,
} from 'kubernetes-types/core/v1.js';
import { familiarToFull, repositoryOf } from '../images/names.js';
import { conditionsOf } from './conditions.js';
import { phaseOf } from './phase.js';
import type { ContainerRecord, ContainerState, PodRecord, Terminated } from './records.js';

/** A pod as far as its status depends on it. */
type Pod = Pick<ApiPod, 'metadata' | 'spec' | 'status'>;

/** The whole status. `now` (RFC 3339) stamps the conditions that changed; `pod.status` is the one before. */
export function podStatus(pod: Pod, record: PodRecord, now: string): PodStatus {
  const spec = pod.spec ?? { containers: [] };
  const phase = phaseOf(spec, record);
  const statuses = (
    containers: readonly Container[] | undefined,
    records: readonly ContainerRecord[],
  ): ContainerStatus[] =>
    records.map((one) =>
      containerStatus(
        pod,
        containers?.find(({ name }) => name === one.name),
        one,
      ),
    );
  const init = statuses(spec.initContainers, record.init);
  return {
    phase,
    conditions: conditionsOf(spec, record, phase, pod.status, now),
    hostIP: record.hostIP,
    hostIPs: [{ ip: record.hostIP }],
    ...addresses(record.podIPs),
    startTime: record.startTime,
    ...(init.length > 0 ? { initContainerStatuses: init } : {}),
    containerStatuses: statuses(spec.containers, record.containers),
    ...(pod.status?.qosClass ? { qosClass: pod.status.qosClass } : {}),
  } as PodStatus;
}

function addresses(podIPs: readonly string[]): Pick<PodStatus, 'podIP' | 'podIPs'> {
  return podIPs.length === 0 ? {} : { podIP: podIPs[0], podIPs: podIPs.map((ip) => ({ ip })) };
}

function containerStatus(pod: Pod, container: Container | undefined, record: ContainerRecord): ContainerStatus {
  const image = container?.image ?? '';
  const { state, lastTermination } = record;
  const id = (attempt: number): string => containerID(pod.metadata?.uid ?? '', record.name, attempt);
  const hasRun = state.kind !== 'waiting';
  const current = hasRun ? id(record.restartCount) : lastTermination ? id(record.restartCount) : '';
  return {
    name: record.name,
    state: apiState(state, current),
    lastState: lastTermination
      ? { terminated: apiTerminated(lastTermination, id(Math.max(0, record.restartCount - (hasRun ? 1 : 0)))) }
      : {},
    ready: record.ready,
    restartCount: record.restartCount,
    image: hasRun || lastTermination ? familiarToFull(image) : image,
    imageID: hasRun || lastTermination ? imageID(image) : '',
    ...(current === '' ? {} : { containerID: current }),
    started: record.started,
  };
}

function apiState(state: ContainerState, id: string): ApiState {
  switch (state.kind) {
    case 'waiting':
      return { waiting: { reason: state.reason, ...(state.message ? { message: state.message } : {}) } };
    case 'running':
      return { running: { startedAt: state.startedAt } };
    case 'terminated':
      return { terminated: apiTerminated(state, id) };
  }
}

function apiTerminated(
  { exitCode, reason, message, startedAt, finishedAt }: Terminated,
  id: string,
): ApiState['terminated'] {
  return {
    exitCode,
    reason,
    ...(message ? { message } : {}),
    startedAt: startedAt as string,
    finishedAt,
    containerID: id,
  };
}

/** Differs: container and image ids are hashes of names, the same in every run, because no image is pulled. */
export function containerID(uid: string, name: string, attempt: number): string {
  return `containerd://${sha256(`container ${uid} ${name} ${attempt}`)}`;
}

export function imageID(image: string): string {
  const full = familiarToFull(image);
  const repository = full.slice(0, full.indexOf(repositoryOf(image)) + repositoryOf(image).length);
  return `${repository}@sha256:${sha256(`image ${full}`)}`;
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
