/**
 * The API server's keeper of its own Service: `default/kubernetes`, its Endpoints and its EndpointSlice are there again after
 * somebody deleted them, at the same address, and lead where they should after somebody changed them.
 *
 * Source: `pkg/controlplane/controller/kubernetesservice`, `pkg/controlplane/reconcilers`.
 * Differs: it is done at once, where a real API server looks every ten seconds.
 */
import { type KubeObject, keyOf } from '../api/object.js';
import type { ChangeEvent } from '../registry/contract.js';
import type { IndexedLister } from '../registry/indexes.js';
import { deepEqual } from '../registry/plain-data.js';
import { kubernetesService } from './bootstrap/services.js';
import type { Controller, ControllerContext, Intent } from './contract.js';

export const kubernetesServiceController: Controller = { name: 'kubernetes-service', keysFor, reconcile };

const name = 'kubernetes';
const kinds: ReadonlySet<string> = new Set(['Service', 'Endpoints', 'EndpointSlice']);

function keysFor({ type, key }: ChangeEvent): string[] {
  const own = key.namespace === 'default' && key.name === name && kinds.has(key.kind);
  return own && type !== 'ADDED' ? [name] : [];
}

function reconcile(_key: string, lister: IndexedLister, { config }: ControllerContext): Intent[] {
  return kubernetesService(config).flatMap((wanted) => restore(lister.get(keyOf(wanted)), wanted));
}

/** A Service's spec may be edited, as upstream lets it be; where its endpoints lead may not. */
function restore(stored: KubeObject | undefined, wanted: KubeObject): Intent[] {
  if (stored === undefined) return [{ verb: 'create', object: wanted, reason: 'every cluster has it' }];
  if (stored.metadata.deletionTimestamp || wanted.kind === 'Service') return [];
  const [subsets, endpoints, ports] = [wanted['subsets'], wanted['endpoints'], wanted['ports']];
  const same = deepEqual([stored['subsets'], stored['endpoints'], stored['ports']], [subsets, endpoints, ports]);
  if (same) return [];
  const object = { ...stored, ...(wanted.kind === 'Endpoints' ? { subsets } : { endpoints, ports }) };
  return [{ verb: 'update', object, reason: 'it leads to the API server' }];
}
