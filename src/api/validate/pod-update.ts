/**
 * What may change in a pod: images, deadlines, new tolerations, the node once.
 *
 * Source: `ValidatePodUpdate`, Kubernetes 1.30. Binding a pod to its node goes through `nodeName` here, from empty.
 * Differs: the list of what changed names fields one a line; upstream prints Go's diff of the two structs.
 */
import type { Container, Pod, PodSpec, Toleration } from 'kubernetes-types/core/v1.js';
import { type FieldError, forbidden, invalid, required } from '../field-error.js';
import { sameValue } from './values.js';

const allowed = [
  '`spec.containers[*].image`',
  '`spec.initContainers[*].image`',
  '`spec.activeDeadlineSeconds`',
  '`spec.tolerations` (only additions to existing tolerations)',
  '`spec.terminationGracePeriodSeconds` (allow it to be set to 1 if it was previously negative)',
].join(',');

export function validatePodUpdate(next: Pod, previous: Pod): FieldError[] {
  const [after, before] = [next.spec ?? { containers: [] }, previous.spec ?? { containers: [] }];
  const resized = (['containers', 'initContainers'] as const).find(
    (list) => length(after[list]) !== length(before[list]),
  );
  if (resized !== undefined) return [forbidden(`spec.${resized}`, 'pod updates may not add or remove containers')];
  return [
    ...imageErrors('spec.containers', after.containers),
    ...imageErrors('spec.initContainers', after.initContainers ?? []),
    ...deadlineErrors(after.activeDeadlineSeconds, before.activeDeadlineSeconds),
    ...removedTolerations(after.tolerations ?? [], before.tolerations ?? []),
    ...otherChanges(after, before),
  ];
}

function length(containers: readonly Container[] | undefined): number {
  return containers?.length ?? 0;
}

function imageErrors(field: string, containers: readonly Container[]): FieldError[] {
  return containers.flatMap(({ image = '' }, i) => {
    if (image === '') return [required(`${field}[${i}].image`)];
    const text = 'must not have leading or trailing whitespace';
    return image.trim() === image ? [] : [invalid(`${field}[${i}].image`, image, text)];
  });
}

function deadlineErrors(next: number | undefined, previous: number | undefined): FieldError[] {
  const field = 'spec.activeDeadlineSeconds';
  if (previous === undefined) return [];
  if (next === undefined) return [invalid(field, next, 'must not update from a positive integer to nil value')];
  return next > previous ? [invalid(field, next, 'must be less than or equal to previous value')] : [];
}

function removedTolerations(next: readonly Toleration[], previous: readonly Toleration[]): FieldError[] {
  const withoutSeconds = ({ tolerationSeconds: _, ...rest }: Toleration) => rest;
  const kept = previous.every((old) => next.some((item) => sameValue(withoutSeconds(item), withoutSeconds(old))));
  return kept
    ? []
    : [forbidden('spec.tolerations', 'existing toleration can not be modified except its tolerationSeconds')];
}

function otherChanges(after: PodSpec, before: PodSpec): FieldError[] {
  const [next, old] = [comparable(after, before), comparable(before, before)];
  const changed = [...new Set([...Object.keys(old), ...Object.keys(next)])].filter(
    (key) => !sameValue(next[key], old[key]),
  );
  if (changed.length === 0) return [];
  const lines = changed.flatMap((key) => [`-\t${key}: ${shown(old[key])}`, `+\t${key}: ${shown(next[key])}`]);
  return [forbidden('spec', `pod updates may not change fields other than ${allowed}\n${lines.join('\n')}`)];
}

function shown(value: unknown): string {
  return JSON.stringify(value) ?? 'null';
}

/** The spec without what may change. */
function comparable(spec: PodSpec, before: PodSpec): Record<string, unknown> {
  const { activeDeadlineSeconds: _, tolerations: __, ...rest } = spec;
  const bound = before.nodeName ? {} : { nodeName: undefined };
  const grace = (before.terminationGracePeriodSeconds ?? 0) < 0 && spec.terminationGracePeriodSeconds === 1;
  return {
    ...rest,
    ...bound,
    ...(grace ? { terminationGracePeriodSeconds: before.terminationGracePeriodSeconds } : {}),
    containers: spec.containers.map(withoutImage),
    initContainers: spec.initContainers?.map(withoutImage),
  };
}

function withoutImage({ image: _, ...rest }: Container): Omit<Container, 'image'> {
  return rest;
}
