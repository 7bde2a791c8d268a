/**
 * Update: what the writer may change, checked against what is stored; a change of nothing is no change.
 * Source: `registry/generic/registry/store.go` Update, `rest/update.go`.
 */
import type { Namespace } from 'kubernetes-types/core/v1.js';
import type { KubeObject, ObjectMeta, Stored } from '../api/object.js';
import type { KindInfo, UpdateOptions } from './contract.js';
import type { Core } from './core.js';
import { namespaceOf, refuseWhenInvalid, storedVersion } from './create.js';
import { deepEqual } from './plain-data.js';
import { conflict, modified, notFound } from './refusal.js';
import { strategyOf } from './strategy/table.js';

/** Must run inside a transaction. @throws StatusError */
export function updateObject(core: Core, given: KubeObject, options: UpdateOptions): KubeObject {
  const info = core.kindOf(given);
  const { name } = given.metadata;
  const existing = core.store.get({
    group: info.group,
    kind: info.kind,
    namespace: namespaceOf(info, given.metadata),
    name,
  });
  if (!existing) throw notFound(info, name);
  checkPreconditions(info, given.metadata, existing.metadata);
  const next = prepare(core, info, mergeWritten(info, given, existing, options), existing, options);
  if (deepEqual(next, existing)) return existing;
  if (options.subresource === undefined) {
    core.rulesFor(options).admit?.({ operation: 'UPDATE', object: next }, core.store);
  }
  return isReleased(next) ? core.commit('DELETED', next, existing) : core.commit('MODIFIED', next, existing);
}

function checkPreconditions(info: KindInfo, given: ObjectMeta, existing: ObjectMeta): void {
  if (given.uid && given.uid !== existing.uid) {
    throw conflict(
      info,
      given.name,
      `Precondition failed: UID in precondition: ${given.uid}, UID in object meta: ${existing.uid}`,
    );
  }
  if (given.resourceVersion && given.resourceVersion !== existing.resourceVersion) throw modified(info, given.name);
}

/** The stored object with what this kind of update may write. */
function mergeWritten(info: KindInfo, given: KubeObject, existing: KubeObject, options: UpdateOptions): KubeObject {
  switch (options.subresource) {
    case 'status':
      return withStatus(options.metadata ? withMetadata(info, given, existing) : existing, given.status);
    case 'scale':
      return { ...existing, spec: { ...asRecord(existing.spec), replicas: asRecord(given.spec)['replicas'] } };
    case 'finalize':
      return { ...existing, spec: { ...asRecord(existing.spec), finalizers: asRecord(given.spec)['finalizers'] } };
    default:
      return mergeWhole(info, given, existing);
  }
}

function mergeWhole(info: KindInfo, given: KubeObject, existing: KubeObject): KubeObject {
  const next = {
    ...given,
    apiVersion: storedVersion(info),
    metadata: mergeMetadata(given.metadata, existing.metadata),
  };
  const kept = info.kind === 'Namespace' ? { ...next, spec: existing.spec } : next;
  return info.subresources.includes('status') ? withStatus(kept, existing.status) : kept;
}

/**
 * Status strategies of the API's own kinds protect the spec and, of some, these parts of the metadata.
 * Source: `pkg/registry/apps/deployment/strategy.go`, `core/pod/strategy.go`, PrepareForUpdate of the status strategies.
 */
function withMetadata(info: KindInfo, given: KubeObject, existing: KubeObject): KubeObject {
  const metadata = mergeMetadata(given.metadata, existing.metadata);
  const kept = info.kind === 'Pod' ? 'ownerReferences' : info.kind === 'Deployment' ? 'labels' : undefined;
  if (kept === undefined) return { ...existing, metadata };
  const { [kept]: _given, ...rest } = metadata;
  const protectedPart = existing.metadata[kept];
  return { ...existing, metadata: protectedPart === undefined ? rest : { ...rest, [kept]: protectedPart } };
}

function withStatus(object: KubeObject, status: unknown): KubeObject {
  if (status !== undefined) return { ...object, status };
  const { status: _none, ...rest } = object;
  return rest as KubeObject;
}

function asRecord(value: unknown): Record<string, unknown> {
  return value !== null && typeof value === 'object' ? (value as Record<string, unknown>) : {};
}

/** Server-owned metadata stays. Source: `rest/update.go` BeforeUpdate. */
function mergeMetadata(given: ObjectMeta, existing: ObjectMeta): ObjectMeta {
  const merged: Record<string, unknown> = { ...given };
  const owned = ['namespace', 'uid', 'creationTimestamp', 'resourceVersion', 'generation', 'generateName'] as const;
  for (const field of [...owned, 'deletionTimestamp', 'deletionGracePeriodSeconds', 'selfLink'] as const) {
    if (existing[field] === undefined) delete merged[field];
    else merged[field] = existing[field];
  }
  return merged as unknown as ObjectMeta;
}

function prepare(
  core: Core,
  info: KindInfo,
  written: KubeObject,
  existing: KubeObject,
  options: UpdateOptions,
): KubeObject {
  const strategy = strategyOf(info.group, info.kind);
  const context = core.context();
  const rules = core.rulesFor(options);
  const defaulted = rules.applyDefaults(written);
  const prepared = strategy.prepareForUpdate?.(defaulted, existing, context) ?? defaulted;
  const { object, causes } = strategy.allocate?.(prepared, existing, context) ?? { object: prepared, causes: [] };
  refuseWhenInvalid(object, info, [...causes, ...rules.validate(object), ...rules.validateUpdate(object, existing)]);
  return strategy.generation ? countGeneration(object, existing) : object;
}

/** A change of anything but metadata and status is a new generation. */
function countGeneration(next: KubeObject, existing: KubeObject): KubeObject {
  const { metadata, status: _next, ...content } = next;
  const { metadata: before, status: _existing, ...oldContent } = existing;
  if (deepEqual(content, oldContent)) return next;
  return { ...next, metadata: { ...metadata, generation: (before.generation ?? 0) + 1 } };
}

/** Nothing holds an object that is being deleted any longer. Source: store.go ShouldDeleteDuringUpdate. */
function isReleased({ kind, metadata, ...rest }: KubeObject): boolean {
  if (!metadata.deletionTimestamp || (metadata.finalizers ?? []).length > 0) return false;
  if (kind === 'Namespace') return ((rest as unknown as Stored<Namespace>).spec?.finalizers ?? []).length === 0;
  return !metadata.deletionGracePeriodSeconds;
}
