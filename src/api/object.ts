/**
 * The shape every Kubernetes object shares, and the identity by which the lab finds it.
 *
 * Kind-specific types come from the type-only package `kubernetes-types`; this file holds what is common.
 * Source: apimachinery `metav1.ObjectMeta` and `TypeMeta`.
 */
import type { ObjectMeta as UpstreamMeta } from 'kubernetes-types/meta/v1.js';

/** Metadata of a stored object: upstream's fields, with the name no longer optional. */
export type ObjectMeta = UpstreamMeta & { name: string };

/** Any Kubernetes object as plain JSON data. Never mutated once handed out by the registry. */
export interface KubeObject {
  apiVersion: string;
  kind: string;
  metadata: ObjectMeta;
  spec?: unknown;
  status?: unknown;
  [field: string]: unknown;
}

/** A `kubernetes-types` object that has a name and says what it is. */
export type Stored<T> = Omit<T, 'metadata' | 'apiVersion' | 'kind'> & {
  apiVersion: string;
  kind: string;
  metadata: ObjectMeta;
};

/** What names one object: its resource type and where it lives. `namespace` is '' for cluster-scoped kinds. */
export interface ObjectKey {
  /** API group, '' for core. The version is left out: one object, many versions. */
  group: string;
  kind: string;
  namespace: string;
  name: string;
}

/** API group of an `apiVersion` string: `apps/v1` gives `apps`, `v1` gives ''. */
export function groupOf(apiVersion: string): string {
  const slash = apiVersion.indexOf('/');
  return slash < 0 ? '' : apiVersion.slice(0, slash);
}

/** The key of an object. */
export function keyOf(object: KubeObject): ObjectKey {
  const { namespace = '', name } = object.metadata;
  return { group: groupOf(object.apiVersion), kind: object.kind, namespace, name };
}

/** One string per key, sortable: `group/kind/namespace/name`. */
export function keyText(key: ObjectKey): string {
  return `${key.group}/${key.kind}/${key.namespace}/${key.name}`;
}
