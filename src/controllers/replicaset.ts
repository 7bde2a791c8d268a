/**
 * ReplicaSet and ReplicationController: keep so many pods of a template running.
 *
 * Source: `pkg/controller/replicaset/{replica_set,replica_set_utils}.go`, of which the replication manager is a wrapper.
 * Differs: pods are created all at once instead of in slow-start batches of 1, 2, 4, …
 */
import type { ReplicaSet } from 'kubernetes-types/apps/v1.js';
import type { PodTemplateSpec, ReplicationController } from 'kubernetes-types/core/v1.js';
import type { LabelSelector } from 'kubernetes-types/meta/v1.js';
import { type KubeObject, keyOf, type Stored } from '../api/object.js';
import { matchesSelector } from '../api/selector.js';
import type { ChangeEvent } from '../registry/contract.js';
import type { IndexedLister } from '../registry/indexes.js';
import { deepEqual } from '../registry/plain-data.js';
import type { Controller, ControllerContext, Intent } from './contract.js';
import { controllerOf, keyFrom, namespacedKey, ownerKey } from './ownership.js';
import { availableInMs, isActive, isAvailable, isReady, type StoredPod } from './pod-state.js';
import { claimPods, createPod, deletePod, inDeletionOrder, podFromTemplate } from './replica-pods.js';

/** Both kinds, read the same way. */
interface ReplicaOwner {
  object: KubeObject;
  replicas: number;
  minReadySeconds: number;
  selector: LabelSelector | undefined;
  template: PodTemplateSpec;
}

interface ReplicaKind {
  group: string;
  kind: string;
  component: string;
  read(object: KubeObject): ReplicaOwner;
}

/** Source: replica_set.go BurstReplicas. */
const mostPodsAtOnce = 500;

export const replicaSetController: Controller = replicaController('replicaset', {
  group: 'apps',
  kind: 'ReplicaSet',
  component: 'replicaset-controller',
  read: (object) => {
    const { spec } = object as Stored<ReplicaSet>;
    const { replicas = 1, minReadySeconds = 0, selector, template = {} } = spec ?? {};
    return { object, replicas, minReadySeconds, selector, template };
  },
});

export const replicationControllerController: Controller = replicaController('replicationcontroller', {
  group: '',
  kind: 'ReplicationController',
  component: 'replication-controller',
  read: (object) => {
    const { spec } = object as Stored<ReplicationController>;
    const { replicas = 1, minReadySeconds = 0, selector, template = {} } = spec ?? {};
    return { object, replicas, minReadySeconds, selector: selector && { matchLabels: selector }, template };
  },
});

function replicaController(name: string, replicaKind: ReplicaKind): Controller {
  return {
    name,
    keysFor: (change, lister) => keysFor(change, lister, replicaKind),
    reconcile: (key, lister, context) => {
      const object = lister.get(keyFrom(key, replicaKind.group, replicaKind.kind));
      return object ? reconcile(replicaKind, replicaKind.read(object), lister, context) : [];
    },
  };
}

function keysFor(
  { key, object, previous }: ChangeEvent,
  lister: IndexedLister,
  { group, kind, read }: ReplicaKind,
): string[] {
  if (key.group === group && key.kind === kind) return [namespacedKey(key)];
  if (key.group !== '' || key.kind !== 'Pod') return [];
  const owners = [object, previous].flatMap((pod) => (pod ? (ownerKey(pod, group, kind) ?? []) : []));
  if (owners.length > 0) return owners.map(namespacedKey);
  if (controllerOf(object)) return [];
  const selecting = (owner: KubeObject): boolean => matchesSelector(read(owner).selector, object.metadata.labels);
  return lister
    .list(group, kind, { namespace: key.namespace, where: selecting })
    .map((owner) => namespacedKey(keyOf(owner)));
}

function reconcile(
  replicaKind: ReplicaKind,
  owner: ReplicaOwner,
  lister: IndexedLister,
  context: ControllerContext,
): Intent[] {
  const { own: pods, intents } = claimPods(owner.object, lister, owner.selector);
  // Adopting or releasing changes the count; the pods' own changes bring the key back.
  if (intents.length > 0) return intents;
  const active = pods.filter(isActive);
  const changes = owner.object.metadata.deletionTimestamp ? [] : manageReplicas(replicaKind, owner, active);
  return [...changes, ...statusIntents(owner, active, context)];
}

function manageReplicas({ component }: ReplicaKind, owner: ReplicaOwner, active: readonly StoredPod[]): Intent[] {
  const missing = owner.replicas - active.length;
  const reason = `${active.length} of ${owner.replicas} replicas`;
  if (missing >= 0) {
    const pod = podFromTemplate(owner.object, owner.template);
    return Array.from({ length: Math.min(missing, mostPodsAtOnce) }, () =>
      createPod(owner.object, pod, component, reason),
    );
  }
  const surplus = inDeletionOrder(active).slice(0, Math.min(-missing, mostPodsAtOnce));
  return surplus.map((pod) => deletePod(owner.object, pod, component, reason));
}

/** Source: calculateStatus. `fullyLabeledReplicas`: those with every label of the template. */
function statusIntents(owner: ReplicaOwner, active: readonly StoredPod[], context: ControllerContext): Intent[] {
  const { object, minReadySeconds, template } = owner;
  const matchLabels = template.metadata?.labels ?? {};
  const ready = active.filter(isReady);
  const available = ready.filter((pod) => isAvailable(pod, minReadySeconds, context.now));
  const status = {
    ...(object.status as Record<string, unknown> | undefined),
    replicas: active.length,
    fullyLabeledReplicas: positive(
      active.filter((pod) => matchesSelector({ matchLabels }, pod.metadata.labels)).length,
    ),
    readyReplicas: positive(ready.length),
    availableReplicas: positive(available.length),
    observedGeneration: object.metadata.generation,
  };
  const intents: Intent[] = [];
  if (!deepEqual(status, object.status)) {
    intents.push({ verb: 'updateStatus', object: { ...object, status }, reason: 'the pods that count have changed' });
  }
  const waits = ready.map((pod) => availableInMs(pod, minReadySeconds, context.now)).filter((wait) => wait > 0);
  if (waits.length > 0) {
    const key = namespacedKey(keyOf(object));
    intents.push({ verb: 'requeue', key, afterMs: Math.min(...waits), reason: 'a ready pod becomes available' });
  }
  return intents;
}

/** Upstream's `omitempty`: a zero count is left out. */
function positive(count: number): number | undefined {
  return count > 0 ? count : undefined;
}
