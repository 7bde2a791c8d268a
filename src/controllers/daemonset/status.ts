/**
 * A DaemonSet's status. Source: `daemon_controller.go` updateDaemonSetStatus.
 */
import type { KubeObject } from '../../api/object.js';
import { deepEqual } from '../../registry/plain-data.js';
import type { ControllerContext, Intent } from '../contract.js';
import { isAvailable, isReady, isTerminating } from '../pod-state.js';
import { revisionLabel } from './revision.js';
import type { DaemonState } from './state.js';

export function statusIntents(
  { daemonSet, revision, wanted, pods }: DaemonState,
  context: ControllerContext,
): Intent[] {
  const live = new Map([...pods].map(([node, here]) => [node, here.filter((pod) => !isTerminating(pod))]));
  const first = [...wanted].sort().flatMap((node) => live.get(node)?.[0] ?? []);
  const available = first.filter((pod) => isAvailable(pod, daemonSet.spec?.minReadySeconds ?? 0, context.now)).length;
  const misscheduled = [...live].filter(([node, here]) => !wanted.has(node) && here.length > 0).length;
  const status = {
    currentNumberScheduled: first.length,
    numberMisscheduled: misscheduled,
    desiredNumberScheduled: wanted.size,
    numberReady: first.filter(isReady).length,
    observedGeneration: daemonSet.metadata.generation,
    updatedNumberScheduled: first.filter((pod) => pod.metadata.labels?.[revisionLabel] === revision).length,
    numberAvailable: available,
    ...(wanted.size > available && { numberUnavailable: wanted.size - available }),
  };
  if (deepEqual(status, daemonSet.status)) return [];
  return [{ verb: 'updateStatus', object: { ...(daemonSet as KubeObject), status }, reason: 'its pods have changed' }];
}
