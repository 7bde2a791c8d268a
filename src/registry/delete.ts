/**
 * Delete: at once, or by setting deletionTimestamp when a grace period or a finalizer keeps the object.
 *
 * Source: `registry/generic/registry/store.go` Delete, `rest/delete.go` BeforeDelete. What depends on the object is the
 * garbage collector's work; a cascade other than Background leaves it a finalizer, as upstream.
 */
import type { Namespace } from 'kubernetes-types/core/v1.js';
import type { KubeObject, ObjectKey, Stored } from '../api/object.js';
import type { DeleteOptions, KindInfo } from './contract.js';
import type { Core } from './core.js';
import { conflict, forbidden, notFound } from './refusal.js';
import { strategyOf } from './strategy/table.js';

/** Finalizers of `propagationPolicy` Orphan and Foreground. Source: apimachinery `meta/v1/types.go`. */
export const orphanFinalizer = 'orphan';
export const foregroundFinalizer = 'foregroundDeletion';

/** Must run inside a transaction. @throws StatusError */
export function deleteObject(core: Core, key: ObjectKey, options: DeleteOptions): KubeObject {
  const info = core.kindOfKey(key);
  const existing = core.store.get(key);
  if (!existing) throw notFound(info, key.name);
  checkPreconditions(info, existing, options);
  const refusal = strategyOf(info.group, info.kind).refusesDelete?.(existing);
  if (refusal) throw forbidden(info, key.name, refusal);
  core.rulesFor(options).admit?.({ operation: 'DELETE', object: existing }, core.store);
  const marked = addFinalizer(existing, options);
  const grace = strategyOf(info.group, info.kind).graceSeconds?.(marked, options) ?? 0;
  if (grace === 0 && !isHeld(marked)) {
    core.commit('DELETED', existing, existing);
    return existing;
  }
  return markDeleted(core, info, marked, existing, grace);
}

function checkPreconditions(info: KindInfo, existing: KubeObject, options: DeleteOptions): void {
  const { uid, resourceVersion } = options.preconditions ?? {};
  const { metadata } = existing;
  if (uid !== undefined && uid !== metadata.uid) {
    throw conflict(
      info,
      metadata.name,
      `Precondition failed: UID in precondition: ${uid}, UID in object meta: ${metadata.uid}`,
    );
  }
  if (resourceVersion !== undefined && resourceVersion !== metadata.resourceVersion) {
    const words = `Precondition failed: ResourceVersion in precondition: ${resourceVersion}, ResourceVersion in object meta: ${metadata.resourceVersion}`;
    throw conflict(info, metadata.name, words);
  }
}

/** Orphan and Foreground are each other's opposite: asking for one takes the other away. */
function addFinalizer(object: KubeObject, { propagationPolicy }: DeleteOptions): KubeObject {
  if (propagationPolicy === undefined) return object;
  const others = (object.metadata.finalizers ?? []).filter(
    (name) => name !== orphanFinalizer && name !== foregroundFinalizer,
  );
  const added = { Background: [], Orphan: [orphanFinalizer], Foreground: [foregroundFinalizer] }[propagationPolicy];
  const { finalizers: _replaced, ...metadata } = object.metadata;
  const finalizers = [...others, ...added];
  return { ...object, metadata: finalizers.length > 0 ? { ...metadata, finalizers } : metadata };
}

function isHeld(object: KubeObject): boolean {
  if ((object.metadata.finalizers ?? []).length > 0) return true;
  return object.kind === 'Namespace' && ((object as Stored<Namespace>).spec?.finalizers ?? []).length > 0;
}

/** The first request sets the time; later ones can only shorten it. */
function markDeleted(core: Core, info: KindInfo, marked: KubeObject, existing: KubeObject, grace: number): KubeObject {
  const { deletionTimestamp, deletionGracePeriodSeconds: before = 0, generation } = existing.metadata;
  const sameFinalizers = marked.metadata.finalizers?.length === existing.metadata.finalizers?.length;
  if (deletionTimestamp && grace >= before && sameFinalizers) return existing;
  const seconds = deletionTimestamp ? Math.min(grace, before) : grace;
  const { clock } = core.world;
  const metadata = {
    ...marked.metadata,
    deletionTimestamp: clock.timestamp(clock.now() + seconds * 1000),
    deletionGracePeriodSeconds: seconds,
    ...(generation === undefined ? {} : { generation: generation + (deletionTimestamp ? 0 : 1) }),
  };
  const prepared = strategyOf(info.group, info.kind).prepareForDelete?.(marked) ?? marked;
  return core.commit('MODIFIED', { ...prepared, metadata }, existing);
}
