/**
 * The look-ups that allocators and controllers need without scanning: who owns, who is labelled, who runs where, who
 * holds this address or port. The allocators have no state besides these, so nothing can leak when a write fails.
 *
 * Models: client-go `cache.Indexer`; the Service allocators' bitmaps.
 */
import type { Event, Pod, Service } from 'kubernetes-types/core/v1.js';
import type { KubeObject, Stored } from '../api/object.js';
import { pinnedAddress, podIPAnnotation } from '../model/pod-addresses.js';
import type { Lister } from './contract.js';

/**
 * - `owner`: uid of an owner → its dependents, of any kind
 * - `label`: `namespace/key=value` → pods
 * - `selector`: `namespace/key=value` → the Services whose selector has that pair first (pairs sorted by key)
 * - `freeReplicaSet`: namespace → ReplicaSets that nothing controls
 * - `node`: node name ('' = not scheduled) → pods
 * - `clusterIP`: address → the Service that holds it
 * - `nodePort`: port number → the Service that holds it (healthCheckNodePort included)
 * - `podAddress`: address → the pods that have or ask for it
 * - `event`: uid of an object → the Events about it
 */
export type IndexName =
  | 'owner'
  | 'label'
  | 'selector'
  | 'freeReplicaSet'
  | 'node'
  | 'clusterIP'
  | 'nodePort'
  | 'podAddress'
  | 'event';

/** A lister that also answers by index; results ordered by `keyText`. */
export interface IndexedLister extends Lister {
  indexed<T extends KubeObject = KubeObject>(index: IndexName, value: string): T[];
}

/** Every (index, value) under which an object is found. */
export function indexEntries(object: KubeObject): [IndexName, string][] {
  const owners = (object.metadata.ownerReferences ?? []).map((owner): [IndexName, string] => ['owner', owner.uid]);
  if (object.kind === 'ReplicaSet' && !object.metadata.ownerReferences?.some(({ controller }) => controller)) {
    return [...owners, ['freeReplicaSet', object.metadata.namespace ?? '']];
  }
  if (object.apiVersion !== 'v1') return owners;
  if (object.kind === 'Pod') return [...owners, ...podEntries(object as Stored<Pod>)];
  if (object.kind === 'Event') return eventEntries(object as Stored<Event>);
  if (object.kind === 'Service') return [...owners, ...serviceEntries(object as Stored<Service>)];
  return owners;
}

/** A pod that has ended for good: its address is free and its node has room again. */
export function isTerminal(pod: Pick<Stored<Pod>, 'status'>): boolean {
  return pod.status?.phase === 'Succeeded' || pod.status?.phase === 'Failed';
}

function podEntries(pod: Stored<Pod>): [IndexName, string][] {
  const { namespace = '', labels = {}, annotations } = pod.metadata;
  const entries: [IndexName, string][] = [['node', pod.spec?.nodeName ?? '']];
  for (const [key, value] of Object.entries(labels)) entries.push(['label', `${namespace}/${key}=${value}`]);
  if (isTerminal(pod)) return entries;
  const pinned = pinnedAddress(annotations);
  const address = annotations?.[podIPAnnotation]?.split('/')[0];
  if (address) entries.push(['podAddress', address]);
  else if (pinned && 'address' in pinned) entries.push(['podAddress', pinned.address]);
  return entries;
}

function eventEntries({ involvedObject }: Stored<Event>): [IndexName, string][] {
  return involvedObject?.uid ? [['event', involvedObject.uid]] : [];
}

function serviceEntries(service: Stored<Service>): [IndexName, string][] {
  const { clusterIPs = [], ports = [], healthCheckNodePort, selector = {} } = service.spec ?? {};
  const entries: [IndexName, string][] = [];
  const [first] = Object.entries(selector).sort(([left], [right]) => (left < right ? -1 : 1));
  if (first) entries.push(['selector', `${service.metadata.namespace}/${first[0]}=${first[1]}`]);
  for (const address of clusterIPs) if (address !== 'None' && address !== '') entries.push(['clusterIP', address]);
  const numbers = new Set([...ports.map((port) => port.nodePort), healthCheckNodePort]);
  for (const number of numbers) if (number) entries.push(['nodePort', String(number)]);
  return entries;
}
