/**
 * The pods of a replicated owner: which are its own, which it deletes first, and how a new
 * one is made from the template. Shared by ReplicaSet, ReplicationController, Job and DaemonSet.
 *
 * Source: `pkg/controller/controller_utils.go`.
 * Differs: among pods alike, the younger is not deleted first; a hash-like name decides, so that it does not depend on timing.
 */
import type { PodTemplateSpec } from 'kubernetes-types/core/v1.js';
import type { LabelSelector } from 'kubernetes-types/meta/v1.js';
import { type KubeObject, keyOf } from '../api/object.js';
import type { Labels } from '../api/selector.js';
import type { IndexedLister } from '../registry/indexes.js';
import { type Claim, claim } from './claim.js';
import type { EventInput, Intent } from './contract.js';
import { controllerOf, controllerReference } from './ownership.js';
import { isActive, isReady, type StoredPod } from './pod-state.js';

/** The pods of an owner by its selector. Source: PodControllerRefManager.ClaimPods. */
export function claimPods(
  owner: KubeObject,
  lister: IndexedLister,
  selector: LabelSelector | undefined,
): Claim<StoredPod> {
  const dependents = lister.indexed<StoredPod>('owner', owner.metadata.uid ?? '').filter(({ kind }) => kind === 'Pod');
  return claim(owner, selector, [...dependents, ...freePods(owner, lister, selector)]);
}

/** Active pods without a controller, found through one of the selector's labels where it has any. */
function freePods(owner: KubeObject, lister: IndexedLister, selector: LabelSelector | undefined): StoredPod[] {
  const { namespace = '' } = owner.metadata;
  const [pair] = Object.entries(selector?.matchLabels ?? {});
  const candidates = pair
    ? lister.indexed<StoredPod>('label', `${namespace}/${pair[0]}=${pair[1]}`)
    : lister.list<StoredPod>('', 'Pod', { namespace });
  return candidates.filter((pod) => !controllerOf(pod) && isActive(pod));
}

/** A pod made from a template. Source: GetPodFromTemplate. */
export function podFromTemplate(
  owner: KubeObject,
  template: PodTemplateSpec,
  extra: { labels?: Labels; spec?: object } = {},
): KubeObject {
  const { labels, annotations, finalizers } = template.metadata ?? {};
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      generateName: `${owner.metadata.name}-`,
      name: '',
      namespace: owner.metadata.namespace ?? '',
      ...(labels || extra.labels ? { labels: { ...labels, ...extra.labels } } : {}),
      ...(annotations ? { annotations } : {}),
      ...(finalizers ? { finalizers } : {}),
      ownerReferences: [controllerReference(owner)],
    },
    spec: { ...template.spec, ...extra.spec },
  };
}

/** Creating one pod, with the events that a controller tells about it. */
export function createPod(owner: KubeObject, pod: KubeObject, component: string, reason: string): Intent {
  const event = { involved: owner, component };
  const onSuccess: EventInput = {
    ...event,
    type: 'Normal',
    reason: 'SuccessfulCreate',
    message: 'Created pod: {name}',
  };
  const onFailure: EventInput = {
    ...event,
    type: 'Warning',
    reason: 'FailedCreate',
    message: 'Error creating: {error}',
  };
  return { verb: 'create', object: pod, reason, onSuccess, onFailure };
}

/** Deleting one pod, likewise. */
export function deletePod(owner: KubeObject, pod: StoredPod, component: string, reason: string): Intent {
  const onSuccess: EventInput = {
    involved: owner,
    component,
    type: 'Normal',
    reason: 'SuccessfulDelete',
    message: `Deleted pod: ${pod.metadata.name}`,
  };
  return { verb: 'delete', key: keyOf(pod), reason, onSuccess };
}

/** Pods in the order in which a scale-down takes them. Source: ActivePodsWithRanks.Less. */
export function inDeletionOrder(pods: readonly StoredPod[]): StoredPod[] {
  const perNode = new Map<string, number>();
  for (const { spec } of pods) perNode.set(spec?.nodeName ?? '', (perNode.get(spec?.nodeName ?? '') ?? 0) + 1);
  const rank = (pod: StoredPod): number[] => [
    pod.spec?.nodeName ? 1 : 0,
    phaseRank[pod.status?.phase ?? ''] ?? 1,
    isReady(pod) ? 1 : 0,
    Number(pod.metadata.annotations?.['controller.kubernetes.io/pod-deletion-cost'] ?? 0),
    -(perNode.get(pod.spec?.nodeName ?? '') ?? 0),
    -Math.max(0, ...(pod.status?.containerStatuses ?? []).map(({ restartCount }) => restartCount)),
  ];
  const ranked = pods.map((pod) => ({ pod, rank: rank(pod) }));
  ranked.sort(
    (left, right) => compareRanks(left.rank, right.rank) || (left.pod.metadata.name < right.pod.metadata.name ? -1 : 1),
  );
  return ranked.map(({ pod }) => pod);
}

const phaseRank: Readonly<Record<string, number>> = { Pending: 0, Unknown: 1, Running: 2 };

function compareRanks(left: readonly number[], right: readonly number[]): number {
  for (const [index, value] of left.entries()) if (value !== right[index]) return value - (right[index] ?? 0);
  return 0;
}
