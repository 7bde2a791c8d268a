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
  const { selector, template } = spec ?? { selector: undefined };
  return [
    ...nonNegative('spec.replicas', spec?.replicas),
    ...nonNegative('spec.minReadySeconds', spec?.minReadySeconds),
    // Upstream names a deployment here, too.
    ...requiredSelector(selector, 'deployment'),
    ...controllerTemplateErrors(template ?? {}, (labels) => fits(selector, labels), 'ReplicaSet'),
  ];
}

export function validateDeployment({ spec }: Deployment): FieldError[] {
  if (spec === undefined) return [required('spec.selector')];
  const { selector, template, minReadySeconds = 0, progressDeadlineSeconds: deadline } = spec;
  return [
    ...nonNegative('spec.replicas', spec.replicas),
    ...requiredSelector(selector, 'deployment'),
    ...controllerTemplateErrors(template ?? {}, (labels) => fits(selector, labels), 'ReplicaSet'),
    ...deploymentStrategyErrors('spec.strategy', spec.strategy ?? {}),
    ...nonNegative('spec.minReadySeconds', minReadySeconds),
    ...nonNegative('spec.revisionHistoryLimit', spec.revisionHistoryLimit),
    ...nonNegative('spec.progressDeadlineSeconds', deadline),
    ...(deadline !== undefined && deadline <= minReadySeconds
      ? [invalid('spec.progressDeadlineSeconds', deadline, 'must be greater than minReadySeconds')]
      : []),
  ];
}

export function validateDaemonSet({ spec }: DaemonSet): FieldError[] {
  if (spec === undefined) return [required('spec.selector')];
  const { selector, template } = spec;
  const empty = selector !== undefined && isEmpty(selector);
  return [
    ...selectorErrors('spec.selector', selector),
    ...mismatch(template?.metadata?.labels, matchesSelector(selector, template?.metadata?.labels)),
    ...(empty ? [invalid('spec.selector', goLabelSelector(selector), 'empty selector is invalid for daemonset')] : []),
    ...templateErrors('spec.template', template ?? {}),
    ...alwaysErrors(template ?? {}, 'DaemonSet'),
    ...nonNegative('spec.minReadySeconds', spec.minReadySeconds),
    ...daemonSetStrategyErrors('spec.updateStrategy', spec.updateStrategy ?? {}),
    ...nonNegative('spec.revisionHistoryLimit', spec.revisionHistoryLimit),
  ];
}

/** For ReplicaSet, Deployment and DaemonSet. */
export function validateSelectorUpdate(next: ReplicaSet, previous: ReplicaSet): FieldError[] {
  const { selector } = next.spec ?? {};
  return immutable('spec.selector', selector, previous.spec?.selector, goLabelSelector(selector));
}

function isEmpty({ matchLabels = {}, matchExpressions = [] }: LabelSelector): boolean {
  return Object.keys(matchLabels).length + matchExpressions.length === 0;
}

function requiredSelector(selector: LabelSelector | undefined, kind: string): FieldError[] {
  if (selector === undefined) return [required('spec.selector')];
  const text = `empty selector is invalid for ${kind}`;
  return [
    ...selectorErrors('spec.selector', selector),
    ...(isEmpty(selector) ? [invalid('spec.selector', goLabelSelector(selector), text)] : []),
  ];
}

/** A missing selector picks nothing; a broken one is not compared, it has its own error. */
function fits(selector: LabelSelector | undefined, labels: Record<string, string> | undefined): boolean {
  return selectorErrors('', selector).length > 0 || matchesSelector(selector, labels);
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
