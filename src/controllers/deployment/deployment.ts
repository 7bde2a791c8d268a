/**
 * The Deployment controller: one ReplicaSet per template, and the way from the old ones to the new.
 * Source: `pkg/controller/deployment/deployment_controller.go` syncDeployment, `recreate.go`.
 */
import { type KubeObject, keyOf } from '../../api/object.js';
import { matchesSelector } from '../../api/selector.js';
import type { ChangeEvent } from '../../registry/contract.js';
import { type IndexedLister, isTerminal } from '../../registry/indexes.js';
import type { Controller, Intent } from '../contract.js';
import { controllerOf, keyFrom, namespacedKey, ownerKey } from '../ownership.js';
import type { StoredPod } from '../pod-state.js';
import { isComplete, statusIntents } from './deployment-status.js';
import { isScalingEvent, scaleProportionally } from './proportional-scaling.js';
import { createNewSet, newSetReplicas, scaleSet, updateNewSet } from './replica-set-intents.js';
import { rollingUpdateStep } from './rolling-update.js';
import {
  isRollingUpdate,
  newRevision,
  type RolloutState,
  replicasOf,
  reported,
  revisionAnnotation,
  rolloutState,
  type StoredDeployment,
  type StoredReplicaSet,
  totalReplicas,
} from './rollout-state.js';

/** Upstream's default `revisionHistoryLimit`. */
const defaultHistoryLimit = 10;

export const deploymentController: Controller = {
  name: 'deployment',
  keysFor,
  reconcile: (key, lister, context) => {
    const deployment = lister.get<StoredDeployment>(keyFrom(key, 'apps', 'Deployment'));
    return deployment ? reconcile(rolloutState(deployment, lister, context), lister) : [];
  },
};

function keysFor({ type, key, object, previous }: ChangeEvent, lister: IndexedLister): string[] {
  if (key.group === 'apps' && key.kind === 'Deployment') return [namespacedKey(key)];
  if (key.group === 'apps' && key.kind === 'ReplicaSet') {
    return controllerOf(object)
      ? deploymentsOf([object, previous])
      : [...deploymentsOf([previous]), ...adopters(object, lister)];
  }
  if (key.group !== '' || key.kind !== 'Pod' || type !== 'DELETED') return [];
  // A Recreate rollout waits for the last old pod to be gone.
  const setKey = ownerKey(object, 'apps', 'ReplicaSet');
  return deploymentsOf([setKey && lister.get(setKey)]);
}

function deploymentsOf(sets: readonly (KubeObject | undefined)[]): string[] {
  return sets.flatMap((set) => (set ? (ownerKey(set, 'apps', 'Deployment') ?? []) : [])).map(namespacedKey);
}

/** The Deployments that a ReplicaSet without controller fits. */
function adopters(set: KubeObject, lister: IndexedLister): string[] {
  const { namespace = '', labels } = set.metadata;
  const fits = (object: KubeObject): boolean => matchesSelector((object as StoredDeployment).spec?.selector, labels);
  return lister.list('apps', 'Deployment', { namespace, where: fits }).map((object) => namespacedKey(keyOf(object)));
}

function reconcile(state: RolloutState, lister: IndexedLister): Intent[] {
  const { deployment, newSet } = state;
  if (deployment.metadata.deletionTimestamp) return statusIntents(state, { rollout: false });
  if (state.claims.length > 0) return state.claims;
  const upkeep = newSet ? [...updateNewSet(state, newSet), ...revisionIntents(state)] : [];
  // The next step must see these written: both would change the same ReplicaSet.
  if (upkeep.length > 0) return upkeep;
  const resized = isRollingUpdate(deployment) && isScalingEvent(state);
  if (deployment.spec?.paused || resized)
    return [...scaleProportionally(state), ...statusIntents(state, { rollout: false })];
  const step = isRollingUpdate(deployment) ? rolling(state, lister) : recreate(state, lister);
  const history = step.length === 0 && isComplete(state) ? pruneHistory(state) : [];
  return [...step, ...history, ...statusIntents(state, { rollout: true })];
}

function rolling(state: RolloutState, lister: IndexedLister): Intent[] {
  return state.newSet ? rollingUpdateStep(state) : createNewSet(state, lister);
}

/** Source: recreate.go: all old pods must be gone before the first new one is made. */
function recreate(state: RolloutState, lister: IndexedLister): Intent[] {
  const { deployment, newSet, oldSets } = state;
  if (totalReplicas(oldSets) > 0) return oldSets.flatMap((set) => scaleSet(deployment, set, 0));
  if (oldSets.some((set) => hasPods(set, lister))) return [];
  return newSet ? scaleSet(deployment, newSet, newSetReplicas(state)) : createNewSet(state, lister);
}

function hasPods(set: StoredReplicaSet, lister: IndexedLister): boolean {
  return lister
    .indexed<StoredPod>('owner', set.metadata.uid ?? '')
    .some((pod) => pod.kind === 'Pod' && !isTerminal(pod));
}

/** The Deployment carries the revision of its current template. */
function revisionIntents(state: RolloutState): Intent[] {
  const { deployment, newSet } = state;
  const revision = String(newRevision(state));
  if (!newSet || deployment.metadata.annotations?.[revisionAnnotation] === revision) return [];
  const annotations = { ...deployment.metadata.annotations, [revisionAnnotation]: revision };
  const object = { ...deployment, metadata: { ...deployment.metadata, annotations } };
  return [{ verb: 'update', object, reason: `the template is revision ${revision}` }];
}

/** Source: cleanupDeployment: the oldest empty ReplicaSets beyond revisionHistoryLimit go. */
function pruneHistory({ deployment, oldSets }: RolloutState): Intent[] {
  const limit = deployment.spec?.revisionHistoryLimit ?? defaultHistoryLimit;
  const empty = oldSets.filter(
    (set) => replicasOf(set) === 0 && reported([set], 'replicas') === 0 && !set.metadata.deletionTimestamp,
  );
  const surplus = empty.slice(0, Math.max(0, oldSets.length - limit));
  return surplus.map((set) => ({ verb: 'delete', key: keyOf(set), reason: `more than ${limit} old replica sets` }));
}
