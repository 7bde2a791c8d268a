/**
 * ReplicationController, ReplicaSet, Deployment and DaemonSet, at creation and on change.
 *
 * Source: `pkg/apis/apps/validation/validation.go`, `ValidateReplicationControllerSpec`, and the strategies'
 * `ValidateUpdate` (selectors of apps/v1 never change), Kubernetes 1.30.
 */
import type { DaemonSet, Deployment, ReplicaSet } from 'kubernetes-types/apps/v1.js';
import type { PodTemplateSpec, ReplicationController } from 'kubernetes-types/core/v1.js';
import type { LabelSelector } from 'kubernetes-types/meta/v1.js';
import { type FieldError, forbidden, invalid, notSupported, required } from '../field-error.js';
import { goLabelSelector, goStringMap } from '../go-value.js';
import { matchesLabels, matchesSelector } from '../selector.js';
import { selectorErrors } from './label-selector.js';
import { templateErrors } from './pod.js';
import { daemonSetStrategyErrors, deploymentStrategyErrors } from './rolling-update.js';
import { immutable, nonNegative } from './values.js';

export function validateReplicationController({ spec = {} }: ReplicationController): FieldError[] {
  const { selector = {}, template } = spec;
  const noSelector = Object.keys(selector).length === 0;
  return [
    ...nonNegative('spec.minReadySeconds', spec.minReadySeconds),
    ...(noSelector ? [required('spec.selector')] : []),
    ...nonNegative('spec.replicas', spec.replicas),
    ...controllerTemplateErrors(template, (labels) => matchesLabels(selector, labels), 'ReplicationController'),
  ];
}

export function validateReplicaSet({ spec }: ReplicaSet): FieldError[] {
  return [
    ...nonNegative('spec.replicas', spec?.replicas),
    ...nonNegative('spec.minReadySeconds', spec?.minReadySeconds),
    ...selectedTemplateErrors(spec?.selector, spec?.template),
  ];
}

export function validateDeployment({ spec }: Deployment): FieldError[] {
  const { minReadySeconds = 0, progressDeadlineSeconds: deadline } = spec ?? {};
  return [
    ...nonNegative('spec.replicas', spec?.replicas),
    ...selectedTemplateErrors(spec?.selector, spec?.template),
    ...deploymentStrategyErrors('spec.strategy', spec?.strategy ?? {}),
    ...nonNegative('spec.minReadySeconds', minReadySeconds),
    ...nonNegative('spec.revisionHistoryLimit', spec?.revisionHistoryLimit),
    ...nonNegative('spec.progressDeadlineSeconds', deadline),
    ...(deadline !== undefined && deadline <= minReadySeconds
      ? [invalid('spec.progressDeadlineSeconds', deadline, 'must be greater than minReadySeconds')]
      : []),
  ];
}

/** Selector and template of ReplicaSets and Deployments. Both name a deployment and a ReplicaSet in their texts, as upstream. */
function selectedTemplateErrors(selector: LabelSelector | undefined, template: PodTemplateSpec = {}): FieldError[] {
  const broken = selectorErrors('spec.selector', selector);
  if (broken.length > 0)
    return [...broken, invalid('spec.selector', goLabelSelector(selector), 'invalid label selector')];
  return [
    ...(selector === undefined ? [required('spec.selector')] : emptySelector(selector, 'deployment')),
    ...controllerTemplateErrors(template, (labels) => matchesSelector(selector, labels), 'ReplicaSet'),
  ];
}

function emptySelector(selector: LabelSelector, kind: string): FieldError[] {
  const { matchLabels = {}, matchExpressions = [] } = selector;
  if (Object.keys(matchLabels).length + matchExpressions.length > 0) return [];
  return [invalid('spec.selector', goLabelSelector(selector), `empty selector is invalid for ${kind}`)];
}

export function validateDaemonSet({ spec }: DaemonSet): FieldError[] {
  const { selector, template = {} } = spec ?? {};
  const labels = template.metadata?.labels;
  return [
    ...selectorErrors('spec.selector', selector),
    ...mismatch(labels, selectorErrors('', selector).length > 0 || matchesSelector(selector, labels)),
    ...(selector === undefined ? [] : emptySelector(selector, 'daemonset')),
    ...templateErrors('spec.template', template),
    ...alwaysErrors(template, 'DaemonSet'),
    ...nonNegative('spec.minReadySeconds', spec?.minReadySeconds),
    ...daemonSetStrategyErrors('spec.updateStrategy', spec?.updateStrategy ?? {}),
    ...nonNegative('spec.revisionHistoryLimit', spec?.revisionHistoryLimit),
  ];
}

/** For ReplicaSet, Deployment and DaemonSet. */
export function validateSelectorUpdate(next: ReplicaSet, previous: ReplicaSet): FieldError[] {
  const [after, before] = [next.spec?.selector, previous.spec?.selector];
  // `{}` and nothing are not the same selector, so they are compared inside a list.
  return immutable('spec.selector', after && [after, 'set'], before && [before, 'set'], goLabelSelector(after) ?? null);
}

function mismatch(labels: Record<string, string> | undefined, matches: boolean): FieldError[] {
  if (matches) return [];
  const text = '`selector` does not match template `labels`';
  return [invalid('spec.template.metadata.labels', goStringMap(labels), text)];
}

function controllerTemplateErrors(
  template: PodTemplateSpec | undefined,
  matches: (labels: Record<string, string> | undefined) => boolean,
  kind: string,
): FieldError[] {
  if (template === undefined) return [required('spec.template')];
  const labels = template.metadata?.labels;
  return [
    ...mismatch(labels, matches(labels)),
    ...templateErrors('spec.template', template),
    ...alwaysErrors(template, kind),
  ];
}

/** Pods that a controller keeps running restart always and have no deadline. */
function alwaysErrors({ spec }: PodTemplateSpec, kind: string): FieldError[] {
  const field = 'spec.template.spec';
  const policy = spec?.restartPolicy ?? '';
  const deadline = spec?.activeDeadlineSeconds !== undefined;
  return [
    ...(policy === 'Always' ? [] : [notSupported(`${field}.restartPolicy`, policy, ['Always'])]),
    ...(deadline
      ? [forbidden(`${field}.activeDeadlineSeconds`, `activeDeadlineSeconds in ${kind} is not Supported`)]
      : []),
  ];
}
