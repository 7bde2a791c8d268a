/**
 * A Deployment with its ReplicaSets: the one input of every decision in this folder.
 *
 * Source: `pkg/controller/deployment/util/deployment_util.go`.
 */
import type { Deployment, ReplicaSet } from 'kubernetes-types/apps/v1.js';
import type { PodTemplateSpec } from 'kubernetes-types/core/v1.js';
import type { Stored } from '../../api/object.js';
import type { IndexedLister } from '../../registry/indexes.js';
import { deepEqual } from '../../registry/plain-data.js';
import { claim } from '../claim.js';
import type { ControllerContext, Intent } from '../contract.js';

export type StoredDeployment = Stored<Deployment>;
export type StoredReplicaSet = Stored<ReplicaSet>;

export const revisionAnnotation = 'deployment.kubernetes.io/revision';
export const desiredReplicasAnnotation = 'deployment.kubernetes.io/desired-replicas';
export const maxReplicasAnnotation = 'deployment.kubernetes.io/max-replicas';
export const templateHashLabel = 'pod-template-hash';
export const deploymentComponent = 'deployment-controller';

export interface RolloutState {
  deployment: StoredDeployment;
  /** The ReplicaSet of the current template, if it exists. */
  newSet: StoredReplicaSet | undefined;
  /** All others, ordered by revision. */
  oldSets: StoredReplicaSet[];
  /** ReplicaSets to adopt or to let go before anything else. */
  claims: Intent[];
  context: ControllerContext;
}

/** Read a Deployment's ReplicaSets. */
export function rolloutState(
  deployment: StoredDeployment,
  lister: IndexedLister,
  context: ControllerContext,
): RolloutState {
  const { uid = '', namespace = '' } = deployment.metadata;
  const dependents = lister.indexed<StoredReplicaSet>('owner', uid).filter(({ kind }) => kind === 'ReplicaSet');
  const free = lister.indexed<StoredReplicaSet>('freeReplicaSet', namespace);
  const { own, intents: claims } = claim(deployment, deployment.spec?.selector, [...dependents, ...free]);
  const owned = own.sort(
    (left, right) => revisionOf(left) - revisionOf(right) || (left.metadata.name < right.metadata.name ? -1 : 1),
  );
  const newSet = owned.find((set) => sameTemplate(set.spec?.template, deployment.spec?.template));
  return { deployment, newSet, oldSets: owned.filter((set) => set !== newSet), claims, context };
}

/** Templates are compared without the hash label. Source: EqualIgnoreHash. */
function sameTemplate(left: PodTemplateSpec | undefined, right: PodTemplateSpec | undefined): boolean {
  return deepEqual(withoutHash(left), withoutHash(right));
}

function withoutHash(template: PodTemplateSpec = {}): PodTemplateSpec {
  const { [templateHashLabel]: _hash, ...labels } = template.metadata?.labels ?? {};
  const { creationTimestamp: _time, ...metadata } = template.metadata ?? {};
  return { ...template, metadata: { ...metadata, labels } };
}

function revisionOf(set: StoredReplicaSet): number {
  return Number(set.metadata.annotations?.[revisionAnnotation] ?? 0) || 0;
}

/** The revision the current template has, or would have. */
export function newRevision({ oldSets, newSet }: RolloutState): number {
  const highestOld = Math.max(0, ...oldSets.map(revisionOf));
  return Math.max(highestOld + 1, newSet ? revisionOf(newSet) : 0);
}

export function desiredReplicas(deployment: StoredDeployment): number {
  return deployment.spec?.replicas ?? 1;
}

export function replicasOf(set: StoredReplicaSet): number {
  return set.spec?.replicas ?? 0;
}

export function totalReplicas(sets: readonly StoredReplicaSet[]): number {
  return sets.reduce((sum, set) => sum + replicasOf(set), 0);
}

/** A sum over what the ReplicaSets report. */
export function reported(
  sets: readonly StoredReplicaSet[],
  field: 'replicas' | 'readyReplicas' | 'availableReplicas',
): number {
  return sets.reduce((sum, set) => sum + (set.status?.[field] ?? 0), 0);
}

export function allSets({ newSet, oldSets }: RolloutState): StoredReplicaSet[] {
  return newSet ? [...oldSets, newSet] : oldSets;
}

export function isRollingUpdate(deployment: StoredDeployment): boolean {
  return deployment.spec?.strategy?.type !== 'Recreate';
}

/** maxSurge rounded up, maxUnavailable down, and never both zero. Source: ResolveFenceposts. */
export function fenceposts(deployment: StoredDeployment): { maxSurge: number; maxUnavailable: number } {
  if (!isRollingUpdate(deployment)) return { maxSurge: 0, maxUnavailable: 0 };
  const replicas = desiredReplicas(deployment);
  const { maxSurge = '25%', maxUnavailable = '25%' } = deployment.spec?.strategy?.rollingUpdate ?? {};
  const surge = Math.ceil(portion(maxSurge, replicas));
  const unavailable = Math.min(Math.floor(portion(maxUnavailable, replicas)), replicas);
  return { maxSurge: surge, maxUnavailable: surge === 0 && unavailable === 0 ? 1 : unavailable };
}

function portion(value: number | string, of: number): number {
  if (typeof value === 'number') return value;
  return value.endsWith('%') ? (Number(value.slice(0, -1)) * of) / 100 : Number(value);
}
