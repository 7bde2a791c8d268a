/**
 * Every node's Lease in kube-node-lease, renewed as kubelet renews it; `kubectl describe node` reads it.
 * Source: `component-helpers/apimachinery/lease`, kubelet `nodeLeaseDurationSeconds` 40, renewed every quarter of it.
 */
import type { Lease } from 'kubernetes-types/coordination/v1.js';
import type { KubeObject, Stored } from '../../api/object.js';
import type { ChangeEvent } from '../../registry/contract.js';
import type { IndexedLister } from '../../registry/indexes.js';
import type { Controller, ControllerContext, Intent } from '../contract.js';

const leaseDurationSeconds = 40;
const renewEveryMs = 10_000;

export const nodeLeaseController: Controller = { name: 'node-lease', keysFor, reconcile };

function keysFor({ type, key }: ChangeEvent): string[] {
  if (key.kind === 'Lease' && key.namespace === 'kube-node-lease') return type === 'DELETED' ? [key.name] : [];
  return key.group === '' && key.kind === 'Node' ? [key.name] : [];
}

function reconcile(name: string, lister: IndexedLister, context: ControllerContext): Intent[] {
  const node = lister.get({ group: '', kind: 'Node', namespace: '', name });
  const key = { group: 'coordination.k8s.io', kind: 'Lease', namespace: 'kube-node-lease', name };
  // The garbage collector takes the Lease of a node that is gone.
  if (!node) return [];
  const lease = lister.get<Stored<Lease>>(key);
  if (!lease)
    return [
      { verb: 'create', object: leaseOf(node, context), reason: 'a node holds a Lease' },
      again(name, renewEveryMs),
    ];
  const left = Date.parse(lease.spec?.renewTime ?? '') + renewEveryMs - context.now;
  if (left > 0) return [again(name, left)];
  const object = { ...lease, spec: { ...lease.spec, renewTime: context.microTimestamp } };
  return [{ verb: 'update', object, reason: 'the node lives' }, again(name, renewEveryMs)];
}

function again(key: string, afterMs: number): Intent {
  return { verb: 'requeue', key, afterMs, reason: 'the next renewal' };
}

function leaseOf({ metadata: { name, uid = '' } }: KubeObject, { microTimestamp }: ControllerContext): KubeObject {
  return {
    apiVersion: 'coordination.k8s.io/v1',
    kind: 'Lease',
    metadata: { name, namespace: 'kube-node-lease', ownerReferences: [{ apiVersion: 'v1', kind: 'Node', name, uid }] },
    spec: { holderIdentity: name, leaseDurationSeconds, renewTime: microTimestamp },
  };
}
