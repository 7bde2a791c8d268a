/**
 * Making, annotating and scaling ReplicaSets for a Deployment.
 * Source: `pkg/controller/deployment/sync.go` getNewReplicaSet, scaleReplicaSet; `deployment_util.go` SetNewReplicaSetAnnotations.
 */
import type { KubeObject } from '../../api/object.js';
import { templateHashOf } from '../../model/derive.js';
import type { IndexedLister } from '../../registry/indexes.js';
import { deepEqual } from '../../registry/plain-data.js';
import type { EventInput, Intent } from '../contract.js';
import { controllerReference } from '../ownership.js';
import {
  deploymentComponent,
  desiredReplicas,
  desiredReplicasAnnotation,
  fenceposts,
  isRollingUpdate,
  maxReplicasAnnotation,
  newRevision,
  type RolloutState,
  replicasOf,
  revisionAnnotation,
  type StoredDeployment,
  type StoredReplicaSet,
  templateHashLabel,
  totalReplicas,
} from './rollout-state.js';

/** Annotations of a Deployment that its ReplicaSets do not inherit. */
const notInherited = new Set([
  'kubectl.kubernetes.io/last-applied-configuration',
  revisionAnnotation,
  'deployment.kubernetes.io/revision-history',
  desiredReplicasAnnotation,
  maxReplicasAnnotation,
  'deprecated.deployment.rollback.to',
]);

/** How many replicas the new ReplicaSet may have now. Source: NewRSNewReplicas. */
export function newSetReplicas(state: RolloutState): number {
  const { deployment, newSet, oldSets } = state;
  const desired = desiredReplicas(deployment);
  const current = newSet ? replicasOf(newSet) : 0;
  if (!isRollingUpdate(deployment)) return desired;
  const room = desired + fenceposts(deployment).maxSurge - totalReplicas(oldSets) - current;
  return room <= 0 ? current : current + Math.min(room, Math.max(desired - current, 0));
}

/** The ReplicaSet of the current template, made when it does not exist. */
export function createNewSet(state: RolloutState, lister: IndexedLister): Intent[] {
  const { deployment } = state;
  const { template = {}, selector, minReadySeconds } = deployment.spec ?? {};
  const hash = freeTemplateHash(deployment, lister);
  const labels = { ...template.metadata?.labels, [templateHashLabel]: hash };
  const replicas = newSetReplicas(state);
  const object: KubeObject = {
    apiVersion: 'apps/v1',
    kind: 'ReplicaSet',
    metadata: {
      name: `${deployment.metadata.name}-${hash}`,
      namespace: deployment.metadata.namespace ?? '',
      labels,
      annotations: newSetAnnotations(state, undefined),
      ownerReferences: [controllerReference(deployment)],
    },
    spec: {
      replicas,
      ...(minReadySeconds ? { minReadySeconds } : {}),
      selector: { ...selector, matchLabels: { ...selector?.matchLabels, [templateHashLabel]: hash } },
      template: { ...template, metadata: { ...template.metadata, labels } },
    },
  };
  const onFailure: EventInput = {
    involved: deployment,
    component: deploymentComponent,
    type: 'Warning',
    reason: 'ReplicaSetCreateError',
    message: `Failed to create new replica set "${object.metadata.name}": {error}`,
  };
  const onSuccess = scalingEvent(deployment, `Scaled up replica set ${object.metadata.name} to ${replicas}`);
  return [
    {
      verb: 'create',
      object,
      reason: 'the template has no replica set yet',
      onFailure,
      ...(replicas > 0 ? { onSuccess } : {}),
    },
  ];
}

/** A hash whose name is free: another template, or a foreign ReplicaSet, may have taken the first. */
function freeTemplateHash(deployment: StoredDeployment, lister: IndexedLister): string {
  const { name, namespace = '' } = deployment.metadata;
  for (let collisions = 0; ; collisions += 1) {
    const hash = templateHashOf(deployment.spec?.template, collisions);
    const key = { group: 'apps', kind: 'ReplicaSet', namespace, name: `${name}-${hash}` };
    if (!lister.get(key)) return hash;
  }
}

/** The new ReplicaSet brought up to date with the Deployment's annotations and minReadySeconds. */
export function updateNewSet(state: RolloutState, set: StoredReplicaSet): Intent[] {
  const annotations = newSetAnnotations(state, set);
  const { minReadySeconds } = state.deployment.spec ?? {};
  const spec = minReadySeconds === set.spec?.minReadySeconds ? set.spec : { ...set.spec, minReadySeconds };
  const object = { ...set, metadata: { ...set.metadata, annotations }, spec } as KubeObject;
  return deepEqual(object, set)
    ? []
    : [{ verb: 'update', object, reason: 'the deployment has changed around its template' }];
}

function newSetAnnotations(state: RolloutState, set: StoredReplicaSet | undefined): Record<string, string> {
  const inherited = Object.entries(state.deployment.metadata.annotations ?? {}).filter(
    ([key]) => !notInherited.has(key),
  );
  const before = set?.metadata.annotations ?? sizeAnnotations(state.deployment);
  return { ...before, ...Object.fromEntries(inherited), [revisionAnnotation]: String(newRevision(state)) };
}

/** What a later proportional scaling needs to know. Source: SetReplicasAnnotations. */
function sizeAnnotations(deployment: StoredDeployment): Record<string, string> {
  const desired = desiredReplicas(deployment);
  return {
    [desiredReplicasAnnotation]: String(desired),
    [maxReplicasAnnotation]: String(desired + fenceposts(deployment).maxSurge),
  };
}

/** Give a ReplicaSet another size, and say so. Nothing to do gives nothing. */
export function scaleSet(deployment: StoredDeployment, set: StoredReplicaSet, replicas: number): Intent[] {
  const annotations = { ...set.metadata.annotations, ...sizeAnnotations(deployment) };
  const object = { ...set, metadata: { ...set.metadata, annotations }, spec: { ...set.spec, replicas } } as KubeObject;
  if (deepEqual(object, set)) return [];
  const update: Intent = { verb: 'update', object, reason: `${set.metadata.name} is to have ${replicas} replicas` };
  const before = replicasOf(set);
  if (before === replicas) return [update];
  const direction = replicas > before ? 'up' : 'down';
  const message = `Scaled ${direction} replica set ${set.metadata.name} to ${replicas} from ${before}`;
  return [update, { verb: 'event', event: scalingEvent(deployment, message), reason: 'a replica set was scaled' }];
}

function scalingEvent(deployment: StoredDeployment, message: string): EventInput {
  return { involved: deployment, component: deploymentComponent, type: 'Normal', reason: 'ScalingReplicaSet', message };
}
