/**
 * The Endpoints controller: the legacy list of a Service's addresses, which `kubectl get ep` shows.
 *
 * Source: `pkg/controller/endpoint/endpoints_controller.go`, `pkg/api/v1/endpoints/util.go` RepackSubsets.
 * Differs: subsets and ports are ordered by what they hold instead of by a hash, and there is no last-change-trigger-time annotation.
 */
import type { EndpointAddress, EndpointPort, EndpointSubset, Endpoints } from 'kubernetes-types/core/v1.js';
import type { KubeObject, Stored } from '../../api/object.js';
import { canonicalJson } from '../../model/derive.js';
import type { ChangeEvent } from '../../registry/contract.js';
import type { IndexedLister } from '../../registry/indexes.js';
import { deepEqual } from '../../registry/plain-data.js';
import type { Controller, ControllerContext, Intent } from '../contract.js';
import { keyFrom, namespacedKey } from '../ownership.js';
import {
  type BackingPod,
  backingPods,
  hostnameUnder,
  publishesNotReady,
  referenceTo,
  type StoredService,
  selectsPods,
  serviceKeysFor,
  targetPortOf,
} from './service-pods.js';

/** Source: maxCapacity. */
const mostAddresses = 1000;
const capacityAnnotation = 'endpoints.kubernetes.io/over-capacity';
export const headlessLabel = 'service.kubernetes.io/headless';

export const endpointsController: Controller = { name: 'endpoints', keysFor, reconcile };

function keysFor(change: ChangeEvent, lister: IndexedLister): string[] {
  const { type, key } = change;
  // Somebody deleted what this controller keeps.
  if (type === 'DELETED' && key.group === '' && key.kind === 'Endpoints') return [namespacedKey(key)];
  return serviceKeysFor(change, lister);
}

function reconcile(key: string, lister: IndexedLister, context: ControllerContext): Intent[] {
  const service = lister.get<StoredService>(keyFrom(key, '', 'Service'));
  const endpointsKey = keyFrom(key, '', 'Endpoints');
  const existing = lister.get<Stored<Endpoints>>(endpointsKey);
  if (!service) return existing ? [{ verb: 'delete', key: endpointsKey, reason: 'its Service is gone' }] : [];
  if (!selectsPods(service) || service.metadata.deletionTimestamp) return [];
  const wanted = endpointsOf(service, backingPods(service, lister, context.config), existing);
  if (!existing) return [{ verb: 'create', object: wanted, reason: 'the Service has a selector' }];
  return deepEqual(wanted, existing)
    ? []
    : [{ verb: 'update', object: wanted, reason: 'the pods behind the Service changed' }];
}

function endpointsOf(
  service: StoredService,
  pods: readonly BackingPod[],
  existing: Stored<Endpoints> | undefined,
): KubeObject {
  const publish = publishesNotReady(service);
  const included = pods.filter(({ terminating }) => publish || !terminating);
  const { name, namespace, labels } = service.metadata;
  const headless: Record<string, string> = service.spec?.clusterIP === 'None' ? { [headlessLabel]: '' } : {};
  const { [capacityAnnotation]: _before, ...kept } = existing?.metadata.annotations ?? {};
  const annotations = included.length > mostAddresses ? { ...kept, [capacityAnnotation]: 'truncated' } : kept;
  const all = { ...labels, ...headless };
  const { annotations: _replaced, labels: _labels, ...metadata } = existing?.metadata ?? { name, namespace };
  const subsets = subsetsOf(service, truncate(included));
  return {
    apiVersion: 'v1',
    kind: 'Endpoints',
    metadata: {
      ...metadata,
      ...(Object.keys(all).length > 0 ? { labels: all } : {}),
      ...(Object.keys(annotations).length > 0 ? { annotations } : {}),
    },
    ...(subsets.length > 0 ? { subsets } : {}),
  };
}

/** Beyond a thousand, ready addresses are kept before those that are not. Source: truncateEndpoints. */
function truncate(pods: readonly BackingPod[]): BackingPod[] {
  if (pods.length <= mostAddresses) return [...pods];
  return [...pods].sort((left, right) => Number(right.ready) - Number(left.ready)).slice(0, mostAddresses);
}

interface PortGroup {
  port: EndpointPort | undefined;
  pods: BackingPod[];
}

/** Ports that lead to the same addresses share a subset. */
function subsetsOf(service: StoredService, pods: readonly BackingPod[]): EndpointSubset[] {
  const byAddresses = new Map<string, { ports: EndpointPort[]; pods: BackingPod[] }>();
  for (const { port, pods: reached } of portGroups(service, pods)) {
    const id = reached.map(({ address, ready }) => `${address} ${ready}`).join();
    const subset = byAddresses.get(id) ?? { ports: [], pods: reached };
    if (port) subset.ports.push(port);
    byAddresses.set(id, subset);
  }
  const subsets = [...byAddresses.values()].map(({ ports, pods: reached }) => subset(service, ports, reached));
  return subsets.sort((left, right) => (canonicalJson(left) < canonicalJson(right) ? -1 : 1));
}

/** Every resolved port with the pods that it reaches; a headless Service without ports has one group without port. */
function portGroups(service: StoredService, pods: readonly BackingPod[]): PortGroup[] {
  const ports = service.spec?.ports ?? [];
  if (pods.length === 0) return [];
  if (ports.length === 0) return [{ port: undefined, pods: [...pods] }];
  const groups = new Map<string, PortGroup>();
  for (const servicePort of ports) {
    for (const backing of pods) {
      const number = targetPortOf(backing.pod, servicePort);
      if (number === undefined) continue;
      const { name, protocol = 'TCP', appProtocol } = servicePort;
      const port = { ...(name ? { name } : {}), port: number, protocol, ...(appProtocol ? { appProtocol } : {}) };
      const id = canonicalJson(port);
      const group = groups.get(id) ?? { port, pods: [] };
      group.pods.push(backing);
      groups.set(id, group);
    }
  }
  return [...groups.values()];
}

function subset(service: StoredService, ports: EndpointPort[], pods: readonly BackingPod[]): EndpointSubset {
  const addresses = pods.filter(({ ready }) => ready).map((backing) => addressEntry(service, backing));
  const notReadyAddresses = pods.filter(({ ready }) => !ready).map((backing) => addressEntry(service, backing));
  return {
    ...(addresses.length > 0 ? { addresses: sortedByIP(addresses) } : {}),
    ...(notReadyAddresses.length > 0 ? { notReadyAddresses: sortedByIP(notReadyAddresses) } : {}),
    ...(ports.length > 0 ? { ports } : {}),
  };
}

function addressEntry(service: StoredService, { pod, address }: BackingPod): EndpointAddress {
  const hostname = hostnameUnder(service, pod);
  return { ip: address, ...(hostname ? { hostname } : {}), nodeName: pod.spec?.nodeName, targetRef: referenceTo(pod) };
}

function sortedByIP(addresses: EndpointAddress[]): EndpointAddress[] {
  return addresses.sort((left, right) => (left.ip < right.ip ? -1 : 1));
}
