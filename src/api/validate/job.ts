/**
 * Jobs.
 *
 * Source: `pkg/apis/batch/validation/validation.go`, Kubernetes 1.30.
 * Differs: pod failure policies, success policies and limits per index are taken as they come; a changed template is
 * shown as `core.PodTemplateSpec{…}`, where upstream prints the whole Go struct.
 */
import type { Job, JobSpec } from 'kubernetes-types/batch/v1.js';
import { type FieldError, notSupported, required } from '../field-error.js';
import { GoText, goLabelSelector } from '../go-value.js';
import { templateErrors } from './pod.js';
import { immutable, nonNegative } from './values.js';

const counts = [
  'parallelism',
  'completions',
  'activeDeadlineSeconds',
  'backoffLimit',
  'ttlSecondsAfterFinished',
] as const;

export function validateJob({ spec }: Job): FieldError[] {
  const template = spec?.template ?? {};
  return [
    ...(spec?.selector === undefined ? [required('spec.selector')] : []),
    ...counts.flatMap((name) => nonNegative(`spec.${name}`, spec?.[name])),
    ...modeErrors(spec),
    ...templateErrors('spec.template', template),
    ...restartErrors('spec.template.spec.restartPolicy', template.spec?.restartPolicy ?? ''),
  ];
}

function modeErrors(spec: JobSpec | undefined): FieldError[] {
  const { completionMode: mode, completions } = spec ?? {};
  if (mode === 'Indexed' && completions === undefined) {
    return [required('spec.completions', 'when completion mode is Indexed')];
  }
  if (mode === undefined || mode === 'NonIndexed' || mode === 'Indexed') return [];
  return [notSupported('spec.completionMode', mode, ['NonIndexed', 'Indexed'])];
}

/** `Always` may be the default of a field that was left out, so it counts as missing. */
function restartErrors(field: string, policy: string): FieldError[] {
  if (policy === '' || policy === 'Always') return [required(field, 'valid values: "OnFailure", "Never"')];
  return policy === 'OnFailure' || policy === 'Never' ? [] : [notSupported(field, policy, ['OnFailure', 'Never'])];
}

export function validateJobUpdate(next: Job, previous: Job): FieldError[] {
  const [after, before] = [next.spec, previous.spec];
  const indexed = after?.completionMode === 'Indexed';
  return [
    ...(indexed ? [] : immutable('spec.completions', after?.completions, before?.completions)),
    ...immutable('spec.selector', after?.selector, before?.selector, goLabelSelector(after?.selector)),
    ...immutable('spec.template', after?.template, before?.template, new GoText('core.PodTemplateSpec{…}')),
    ...immutable('spec.completionMode', after?.completionMode, before?.completionMode),
  ];
}
