/**
 * The metadata that every object has: name, namespace, labels, annotations, owners, finalizers.
 *
 * Source: apimachinery `pkg/api/validation/objectmeta.go`, `pkg/apis/meta/v1/validation/validation.go`.
 */
import type { OwnerReference } from 'kubernetes-types/meta/v1.js';
import { type FieldError, forbidden, invalid, invalidEach, required, tooLong } from '../field-error.js';
import { goStrings } from '../go-value.js';
import { dns1123Label, type FormatCheck, forPrefix, labelValueFormat, qualifiedNameFormat } from '../names.js';
import type { ObjectMeta } from '../object.js';
import { immutable, nonNegative } from './values.js';

/** `TotalAnnotationSizeLimitB`: 256 KiB of keys and values. */
const annotationsLimit = 256 * 1024;

export interface MetaRules {
  namespaced: boolean;
  name: FormatCheck;
}

/** A new object's metadata. `generateName` has already become a name. */
export function validateMeta(meta: ObjectMeta, rules: MetaRules): FieldError[] {
  return [
    ...nameErrors(meta, rules.name),
    ...namespaceErrors(meta, rules.namespaced),
    ...nonNegative('metadata.generation', meta.generation),
    ...validateLabels('metadata.labels', meta.labels),
    ...validateAnnotations('metadata.annotations', meta.annotations),
    ...ownerErrors(meta.ownerReferences ?? []),
    ...finalizerErrors(meta.finalizers ?? []),
  ];
}

function nameErrors({ name, generateName }: ObjectMeta, check: FormatCheck): FieldError[] {
  const prefix = generateName ? invalidEach('metadata.generateName', generateName, forPrefix(check)(generateName)) : [];
  if (!name) return [...prefix, required('metadata.name', 'name or generateName is required')];
  return [...prefix, ...invalidEach('metadata.name', name, check(name))];
}

function namespaceErrors({ namespace }: ObjectMeta, namespaced: boolean): FieldError[] {
  if (!namespaced) return namespace ? [forbidden('metadata.namespace', 'not allowed on this type')] : [];
  if (!namespace) return [required('metadata.namespace')];
  return invalidEach('metadata.namespace', namespace, dns1123Label(namespace));
}

/** Label maps: labels, node selectors, Service selectors. Errors carry the map's path, as upstream. */
export function validateLabels(field: string, labels: Record<string, string> | undefined): FieldError[] {
  return Object.entries(labels ?? {}).flatMap(([key, value]) => [
    ...invalidEach(field, key, qualifiedNameFormat(key)),
    ...invalidEach(field, value, labelValueFormat(value)),
  ]);
}

export function validateAnnotations(field: string, annotations: Record<string, string> | undefined): FieldError[] {
  const entries = Object.entries(annotations ?? {});
  const size = entries.reduce((sum, [key, value]) => sum + byteLength(key) + byteLength(value), 0);
  return [
    ...entries.flatMap(([key]) => invalidEach(field, key, qualifiedNameFormat(key.toLowerCase()))),
    ...(size > annotationsLimit ? [tooLong(field, annotationsLimit)] : []),
  ];
}

/** Length in UTF-8, which is what limits count. */
export function byteLength(text: string): number {
  return new TextEncoder().encode(text).length;
}

function ownerErrors(owners: readonly OwnerReference[]): FieldError[] {
  const field = 'metadata.ownerReferences';
  const controllers = owners.filter(({ controller }) => controller === true);
  const [first, second] = controllers.map(({ kind, name }) => `${kind}/${name}`);
  const text = `Only one reference can have Controller set to true. Found "true" in references for ${first} and ${second}`;
  return [
    ...owners.flatMap((owner) => ownerFieldErrors(field, owner)),
    ...(controllers.length > 1 ? [invalid(field, goStrings(owners.map(({ name }) => name)), text)] : []),
  ];
}

function ownerFieldErrors(field: string, { apiVersion, kind, name, uid }: OwnerReference): FieldError[] {
  const values = { apiVersion, kind, name, uid };
  return Object.entries(values)
    .filter(([, value]) => !value)
    .map(([key]) => invalid(`${field}.${key}`, '', `${key === 'apiVersion' ? 'version' : key} must not be empty`));
}

function finalizerErrors(finalizers: readonly string[]): FieldError[] {
  const field = 'metadata.finalizers';
  const both = finalizers.includes('orphan') && finalizers.includes('foregroundDeletion');
  const text = 'finalizer orphan and foregroundDeletion cannot be both set';
  return [
    ...finalizers.flatMap((finalizer) => invalidEach(field, finalizer, qualifiedNameFormat(finalizer))),
    ...(both ? [invalid(field, goStrings(finalizers), text)] : []),
    ...finalizers.flatMap((finalizer, i) => unqualifiedFinalizer(`${field}[${i}]`, finalizer)),
  ];
}

/** Finalizers without a domain that the garbage collector and namespaces use. */
const standardFinalizers = ['kubernetes', 'orphan', 'foregroundDeletion'];

/** Upstream `core/validation.ValidateFinalizerName`, for metadata and for a namespace's spec. */
export function unqualifiedFinalizer(field: string, finalizer: string): FieldError[] {
  if (finalizer.includes('/') || standardFinalizers.includes(finalizer)) return [];
  return [invalid(field, finalizer, 'name is neither a standard finalizer name nor is it fully qualified')];
}

/** Fields that a client cannot change. One that it leaves out is taken over from the stored object (`rest.BeforeUpdate`). */
const fixedFields = [
  'name',
  'namespace',
  'uid',
  'creationTimestamp',
  'deletionTimestamp',
  'deletionGracePeriodSeconds',
] as const;

/**
 * An object's metadata on update, beside `validateMeta`.
 * A missing resourceVersion is not an error here: whether an update may be unconditional is the registry's decision.
 */
export function validateMetaUpdate(next: ObjectMeta, previous: ObjectMeta): FieldError[] {
  return [
    ...newFinalizerErrors(next, previous),
    ...fixedFields
      .filter((field) => next[field] !== undefined)
      .flatMap((field) => immutable(`metadata.${field}`, next[field], previous[field])),
  ];
}

function newFinalizerErrors(next: ObjectMeta, previous: ObjectMeta): FieldError[] {
  if (previous.deletionTimestamp === undefined) return [];
  const added = (next.finalizers ?? []).filter((finalizer) => !previous.finalizers?.includes(finalizer)).sort();
  if (added.length === 0) return [];
  const text = 'no new finalizers can be added if the object is being deleted, found new finalizers';
  return [forbidden('metadata.finalizers', `${text} ${goStrings(added).text}`)];
}
