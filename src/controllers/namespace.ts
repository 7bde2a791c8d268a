/**
 * The namespace controller: empties a namespace that is being deleted and lets it go when it is empty; and gives every
 * namespace its default ServiceAccount and the cluster's CA.
 *
 * Source: `pkg/controller/namespace/deletion`, `pkg/controller/serviceaccount`, `pkg/controller/certificates/rootcacertpublisher`.
 */
import type { Namespace } from 'kubernetes-types/core/v1.js';
import { type KubeObject, keyOf, type Stored } from '../api/object.js';
import type { ChangeEvent, KindInfo } from '../registry/contract.js';
import type { IndexedLister } from '../registry/indexes.js';
import { deepEqual } from '../registry/plain-data.js';
import type { Controller, Intent } from './contract.js';

export interface NamespaceControllerOptions {
  kinds: readonly KindInfo[];
  /** PEM text for `kube-root-ca.crt`, once it is known; the ConfigMap is left out before. */
  rootCA(): string | undefined;
}

export const rootCAName = 'kube-root-ca.crt';

/** Deletes whatever kind of object a terminating namespace holds. */
export function createNamespaceController({ kinds, rootCA }: NamespaceControllerOptions): Controller {
  const namespaced = kinds.filter((info) => info.namespaced);
  return {
    name: 'namespace',
    keysFor: (change, lister) => keysFor(change, lister),
    reconcile: (name, lister) => {
      const namespace = getNamespace(name, lister);
      if (!namespace) return [];
      return namespace.metadata.deletionTimestamp
        ? empty(namespace, namespaced, lister)
        : furnish(namespace, rootCA(), lister);
    },
  };
}

/** Namespaces themselves; what leaves a terminating one; and furniture that somebody deleted. */
function keysFor({ type, key }: ChangeEvent, lister: IndexedLister): string[] {
  if (key.kind === 'Namespace' && key.group === '') return [key.name];
  if (type !== 'ADDED' && key.kind === 'ConfigMap' && key.name === rootCAName) return [key.namespace];
  if (type !== 'DELETED' || key.namespace === '') return [];
  const furniture = key.kind === 'ServiceAccount' && key.name === 'default';
  return furniture || getNamespace(key.namespace, lister)?.metadata.deletionTimestamp ? [key.namespace] : [];
}

function getNamespace(name: string, lister: IndexedLister): Stored<Namespace> | undefined {
  return lister.get({ group: '', kind: 'Namespace', namespace: '', name });
}

function empty(namespace: Stored<Namespace>, kinds: readonly KindInfo[], lister: IndexedLister): Intent[] {
  const { name } = namespace.metadata;
  const content = kinds.flatMap(({ group, kind }) => lister.list(group, kind, { namespace: name }));
  if (content.length > 0) {
    const left = content.filter(({ metadata }) => !metadata.deletionTimestamp);
    return left.map(
      (object): Intent => ({ verb: 'delete', key: keyOf(object), reason: `namespace ${name} is being deleted` }),
    );
  }
  const finalizers = (namespace.spec?.finalizers ?? []).filter((each) => each !== 'kubernetes');
  return [
    {
      verb: 'finalize',
      object: { ...namespace, spec: { ...namespace.spec, finalizers } },
      reason: 'the namespace is empty',
    },
  ];
}

function furnish(
  { metadata: { name } }: Stored<Namespace>,
  rootCA: string | undefined,
  lister: IndexedLister,
): Intent[] {
  const wanted: KubeObject[] = [
    { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: 'default', namespace: name } },
  ];
  const missing = wanted.filter((object) => !lister.get(keyOf(object)));
  return [
    ...missing.map((object): Intent => ({ verb: 'create', object, reason: 'every namespace has it' })),
    ...(rootCA === undefined ? [] : publish(rootCAConfigMap(name, rootCA), lister)),
  ];
}

/** What somebody changed, or an earlier life of the lab left with another CA, is put right. */
function publish(wanted: KubeObject, lister: IndexedLister): Intent[] {
  const stored = lister.get(keyOf(wanted));
  if (!stored) return [{ verb: 'create', object: wanted, reason: 'every namespace has it' }];
  if (deepEqual(stored['data'], wanted['data'])) return [];
  return [{ verb: 'update', object: { ...stored, data: wanted['data'] }, reason: 'it is the CA of the API server' }];
}

function rootCAConfigMap(namespace: string, rootCA: string): KubeObject {
  const description =
    'Contains a CA bundle that can be used to verify the kube-apiserver when using internal endpoints such as the internal service IP or kubernetes.default.svc. ' +
    'No other usage is guaranteed across distributions of Kubernetes clusters.';
  return {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: rootCAName, namespace, annotations: { 'kubernetes.io/description': description } },
    data: { 'ca.crt': rootCA },
  };
}
