/**
 * Who controls whom. Source: apimachinery `meta/v1/controller_ref.go`, `controller_ref_manager.go`.
 */
import type { OwnerReference } from 'kubernetes-types/meta/v1.js';
import type { KubeObject, ObjectKey } from '../api/object.js';
import { groupOf } from '../api/object.js';

/** The reference by which `owner` controls what it creates. */
export function controllerReference(owner: KubeObject): OwnerReference {
  const { apiVersion, kind, metadata } = owner;
  return { apiVersion, kind, name: metadata.name, uid: metadata.uid ?? '', controller: true, blockOwnerDeletion: true };
}

/** The controlling owner's reference, if there is one. */
export function controllerOf(object: KubeObject): OwnerReference | undefined {
  return object.metadata.ownerReferences?.find(({ controller }) => controller);
}

export function isControlledBy(object: KubeObject, owner: KubeObject): boolean {
  return controllerOf(object)?.uid === owner.metadata.uid;
}

/** The key of the controlling owner when it is of that kind. */
export function ownerKey(object: KubeObject, group: string, kind: string): ObjectKey | undefined {
  const owner = controllerOf(object);
  if (owner?.kind !== kind || groupOf(owner.apiVersion) !== group) return undefined;
  return { group, kind, namespace: object.metadata.namespace ?? '', name: owner.name };
}

/** The object without its reference to `owner`. */
export function withoutOwner(object: KubeObject, ownerUid: string): KubeObject {
  const { ownerReferences = [], ...metadata } = object.metadata;
  const left = ownerReferences.filter(({ uid }) => uid !== ownerUid);
  return { ...object, metadata: left.length > 0 ? { ...metadata, ownerReferences: left } : metadata };
}

/** The object with `owner` as its controller too. */
export function withController(object: KubeObject, owner: KubeObject): KubeObject {
  const ownerReferences = [...(object.metadata.ownerReferences ?? []), controllerReference(owner)];
  return { ...object, metadata: { ...object.metadata, ownerReferences } };
}

/** `namespace/name`, the key text that most controllers use. */
export function namespacedKey({ namespace, name }: Pick<ObjectKey, 'namespace' | 'name'>): string {
  return `${namespace}/${name}`;
}

/** The ObjectKey behind a `namespace/name` text. */
export function keyFrom(text: string, group: string, kind: string): ObjectKey {
  const slash = text.indexOf('/');
  return { group, kind, namespace: text.slice(0, slash), name: text.slice(slash + 1) };
}
