/**
 * What the API server fills into controllers' objects.
 *
 * Source: `pkg/apis/apps/v1/defaults.go`, `pkg/apis/batch/v1/defaults.go`, and `SetDefaults_ReplicationController`.
 */
import type {
  DaemonSet,
  DaemonSetSpec,
  Deployment,
  DeploymentSpec,
  ReplicaSet,
  ReplicaSetSpec,
} from 'kubernetes-types/apps/v1.js';
import type { Job, JobSpec } from 'kubernetes-types/batch/v1.js';
import type { ReplicationController } from 'kubernetes-types/core/v1.js';
import { defaultTemplate } from './pod.js';

/** Changes the draft that it is given. */
export function defaultReplicationController(controller: ReplicationController): void {
  controller.spec ??= {};
  const { spec, metadata } = controller;
  const labels = spec.template?.metadata?.labels;
  if (labels !== undefined) {
    if (isEmpty(spec.selector)) spec.selector = { ...labels };
    if (metadata !== undefined && isEmpty(metadata.labels)) metadata.labels = { ...labels };
  }
  spec.replicas ??= 1;
  if (spec.template !== undefined) defaultTemplate(spec.template);
}

function isEmpty(map: Record<string, string> | undefined): boolean {
  return Object.keys(map ?? {}).length === 0;
}

/** Changes the draft that it is given. */
export function defaultReplicaSet(replicaSet: ReplicaSet): void {
  replicaSet.spec ??= {} as ReplicaSetSpec;
  const { spec } = replicaSet;
  spec.replicas ??= 1;
  spec.template ??= {};
  defaultTemplate(spec.template);
}

/** Changes the draft that it is given. */
export function defaultDeployment(deployment: Deployment): void {
  deployment.spec ??= {} as DeploymentSpec;
  const { spec } = deployment;
  spec.replicas ??= 1;
  spec.strategy ??= {};
  spec.strategy.type ||= 'RollingUpdate';
  if (spec.strategy.type === 'RollingUpdate') {
    spec.strategy.rollingUpdate = { maxUnavailable: '25%', maxSurge: '25%', ...spec.strategy.rollingUpdate };
  }
  spec.revisionHistoryLimit ??= 10;
  spec.progressDeadlineSeconds ??= 600;
  spec.template ??= {};
  defaultTemplate(spec.template);
}

/** Changes the draft that it is given. */
export function defaultDaemonSet(daemonSet: DaemonSet): void {
  daemonSet.spec ??= {} as DaemonSetSpec;
  const { spec } = daemonSet;
  spec.updateStrategy ??= {};
  spec.updateStrategy.type ||= 'RollingUpdate';
  if (spec.updateStrategy.type === 'RollingUpdate') {
    spec.updateStrategy.rollingUpdate = { maxUnavailable: 1, maxSurge: 0, ...spec.updateStrategy.rollingUpdate };
  }
  spec.revisionHistoryLimit ??= 10;
  spec.template ??= {};
  defaultTemplate(spec.template);
}

/** Changes the draft that it is given. */
export function defaultJob(job: Job): void {
  job.spec ??= {} as JobSpec;
  const { metadata, spec } = job;
  if (spec.parallelism === undefined) spec.completions ??= 1;
  spec.parallelism ??= 1;
  spec.backoffLimit ??= 6;
  spec.completionMode ??= 'NonIndexed';
  spec.suspend ??= false;
  spec.podReplacementPolicy ??= spec.podFailurePolicy === undefined ? 'TerminatingOrFailed' : 'Failed';
  spec.manualSelector ??= false;
  const labels = spec.template?.metadata?.labels;
  if (metadata !== undefined && labels !== undefined && isEmpty(metadata.labels)) metadata.labels = { ...labels };
  spec.template ??= {};
  defaultTemplate(spec.template);
}
