/**
 * Scaling a Deployment in the middle of a rollout, or while paused: every ReplicaSet gets its share.
 * Source: `pkg/controller/deployment/sync.go` scale, isScalingEvent; `deployment_util.go` GetReplicaSetProportion.
 */
import type { Intent } from '../contract.js';
import { scaleSet } from './replica-set-intents.js';
import {
  allSets,
  desiredReplicas,
  desiredReplicasAnnotation,
  fenceposts,
  isRollingUpdate,
  maxReplicasAnnotation,
  type RolloutState,
  replicasOf,
  reported,
  type StoredReplicaSet,
  totalReplicas,
} from './rollout-state.js';

/** Did the Deployment's size change since its active ReplicaSets were last sized? */
export function isScalingEvent(state: RolloutState): boolean {
  const desired = String(desiredReplicas(state.deployment));
  return allSets(state).some((set) => {
    const known = set.metadata.annotations?.[desiredReplicasAnnotation];
    return replicasOf(set) > 0 && known !== undefined && known !== desired;
  });
}

/** The scalings that give the Deployment its size without moving the rollout on. */
export function scaleProportionally(state: RolloutState): Intent[] {
  const { deployment, newSet, oldSets } = state;
  const desired = desiredReplicas(deployment);
  const active = allSets(state).filter((set) => replicasOf(set) > 0);
  const only = active.length === 1 ? active[0] : active.length === 0 ? (newSet ?? oldSets.at(-1)) : undefined;
  if (only) return scaleSet(deployment, only, desired);
  if (newSet && isSaturated(newSet, desired)) return oldSets.flatMap((set) => scaleSet(deployment, set, 0));
  return isRollingUpdate(deployment) ? share(state, active) : [];
}

function isSaturated(set: StoredReplicaSet, desired: number): boolean {
  const known = Number(set.metadata.annotations?.[desiredReplicasAnnotation]);
  return replicasOf(set) === desired && known === desired && reported([set], 'availableReplicas') === desired;
}

function share({ deployment }: RolloutState, active: readonly StoredReplicaSet[]): Intent[] {
  const desired = desiredReplicas(deployment);
  const allowed = desired > 0 ? desired + fenceposts(deployment).maxSurge : 0;
  const toAdd = allowed - totalReplicas(active);
  const sorted = [...active].sort(
    (left, right) => replicasOf(right) - replicasOf(left) || (left.metadata.name < right.metadata.name ? -1 : 1),
  );
  let added = 0;
  const targets = sorted.map((set) => {
    const portion = toAdd === 0 ? 0 : limit(fraction(set, allowed), toAdd - added);
    added += portion;
    return { set, replicas: replicasOf(set) + portion };
  });
  const [first] = targets;
  if (first) first.replicas = Math.max(0, first.replicas + toAdd - added);
  return targets.flatMap(({ set, replicas }) => scaleSet(deployment, set, replicas));
}

/** The set's share of the change, by its share of the former maximum. */
function fraction(set: StoredReplicaSet, allowed: number): number {
  const formerMax = Number(set.metadata.annotations?.[maxReplicasAnnotation]) || allowed;
  return Math.round((replicasOf(set) * allowed) / formerMax) - replicasOf(set);
}

function limit(portion: number, left: number): number {
  return left > 0 ? Math.min(Math.max(portion, 0), left) : Math.max(Math.min(portion, 0), left);
}
