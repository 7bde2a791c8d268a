/**
 * What controllers ask of a pod. Source: `pkg/api/v1/pod/util.go`, `controller_utils.go`.
 */
import type { Pod } from 'kubernetes-types/core/v1.js';
import type { Stored } from '../api/object.js';
import { isTerminal } from '../registry/indexes.js';

export type StoredPod = Stored<Pod>;

/** Neither ended nor on its way out. */
export function isActive(pod: StoredPod): boolean {
  return !isTerminal(pod) && !isTerminating(pod);
}

export function isTerminating(pod: StoredPod): boolean {
  return pod.metadata.deletionTimestamp !== undefined;
}

/** Condition Ready is True. */
export function isReady(pod: StoredPod): boolean {
  return readyCondition(pod)?.status === 'True';
}

function readyCondition(pod: StoredPod): NonNullable<NonNullable<Pod['status']>['conditions']>[number] | undefined {
  return pod.status?.conditions?.find(({ type }) => type === 'Ready');
}

/**
 * Ready for at least `minReadySeconds` at `now` (milliseconds since the epoch).
 * Source: IsPodAvailable.
 */
export function isAvailable(pod: StoredPod, minReadySeconds: number, now: number): boolean {
  return isReady(pod) && availableInMs(pod, minReadySeconds, now) <= 0;
}

/** How long until a ready pod has been so for long enough; 0 or less when it has. */
export function availableInMs(pod: StoredPod, minReadySeconds: number, now: number): number {
  if (minReadySeconds === 0) return 0;
  const since = Date.parse(readyCondition(pod)?.lastTransitionTime ?? '');
  return Number.isNaN(since) ? minReadySeconds * 1000 : since + minReadySeconds * 1000 - now;
}
