/**
 * One step of a rolling update: grow the new ReplicaSet as far as maxSurge lets it, else shrink the old ones as far as
 * maxUnavailable lets them. Source: `pkg/controller/deployment/rolling.go`.
 */
import type { Intent } from '../contract.js';
import { newSetReplicas, scaleSet } from './replica-set-intents.js';
import {
  allSets,
  desiredReplicas,
  fenceposts,
  type RolloutState,
  replicasOf,
  reported,
  type StoredReplicaSet,
  totalReplicas,
} from './rollout-state.js';

/** The scalings of this step; none when the rollout waits or is done. */
export function rollingUpdateStep(state: RolloutState): Intent[] {
  const growth = resizeNewSet(state);
  return growth.length > 0 ? growth : shrinkOldSets(state);
}

function resizeNewSet(state: RolloutState): Intent[] {
  const { deployment, newSet } = state;
  if (!newSet) return [];
  const desired = desiredReplicas(deployment);
  if (replicasOf(newSet) > desired) return scaleSet(deployment, newSet, desired);
  return scaleSet(deployment, newSet, newSetReplicas(state));
}

/** Source: reconcileOldReplicaSets: unhealthy old pods first, then as many healthy ones as may go. */
function shrinkOldSets(state: RolloutState): Intent[] {
  const { deployment, newSet, oldSets } = state;
  const targets = new Map(oldSets.map((set) => [set, replicasOf(set)]));
  if (totalReplicas(oldSets) === 0) return [];
  const minAvailable = desiredReplicas(deployment) - fenceposts(deployment).maxUnavailable;
  const newUnavailable = newSet ? replicasOf(newSet) - (newSet.status?.availableReplicas ?? 0) : 0;
  const mayGo = totalReplicas(allSets(state)) - minAvailable - newUnavailable;
  if (mayGo <= 0) return [];
  const unhealthy = takeUnhealthy(oldSets, targets, mayGo);
  const available = reported(allSets(state), 'availableReplicas');
  takeHealthy(oldSets, targets, Math.min(available - minAvailable, mayGo - unhealthy));
  return oldSets.flatMap((set) => scaleSet(deployment, set, targets.get(set) ?? 0));
}

/** Source: cleanupUnhealthyReplicas. Returns how many were taken. */
function takeUnhealthy(
  oldSets: readonly StoredReplicaSet[],
  targets: Map<StoredReplicaSet, number>,
  limit: number,
): number {
  let taken = 0;
  for (const set of oldSets) {
    const unhealthy = replicasOf(set) - (set.status?.availableReplicas ?? 0);
    const count = Math.max(0, Math.min(limit - taken, unhealthy));
    targets.set(set, (targets.get(set) ?? 0) - count);
    taken += count;
  }
  return taken;
}

/** Source: scaleDownOldReplicaSetsForRollingUpdate. */
function takeHealthy(
  oldSets: readonly StoredReplicaSet[],
  targets: Map<StoredReplicaSet, number>,
  limit: number,
): void {
  let left = limit;
  for (const set of oldSets) {
    const count = Math.max(0, Math.min(left, targets.get(set) ?? 0));
    targets.set(set, (targets.get(set) ?? 0) - count);
    left -= count;
  }
}
