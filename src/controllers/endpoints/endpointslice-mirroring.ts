/**
 * The EndpointSlice mirroring controller: hand-written Endpoints of a Service without selector, as slices for the proxies.
 * Source: `pkg/controller/endpointslicemirroring/{endpointslicemirroring_controller,reconciler,utils}.go`.
 */
import type { EndpointAddress, EndpointSubset, Endpoints } from 'kubernetes-types/core/v1.js';
import type { Endpoint } from 'kubernetes-types/discovery/v1.js';
import { type KubeObject, keyOf, type Stored } from '../../api/object.js';
import { canonicalJson } from '../../model/derive.js';
import type { ChangeEvent } from '../../registry/contract.js';
import type { IndexedLister } from '../../registry/indexes.js';
import type { Controller, Intent } from '../contract.js';
import { controllerReference, keyFrom, namespacedKey } from '../ownership.js';
import { managedByLabel, serviceNameLabel } from './endpointslice.js';
import { hasSelector, type StoredService } from './service-pods.js';
import { type PortSet, planSlices, type StoredSlice } from './slice-plan.js';

type StoredEndpoints = Stored<Endpoints>;

const manager = 'endpointslicemirroring-controller.k8s.io';
const skipLabel = 'endpointslice.kubernetes.io/skip-mirror';
const leaderAnnotation = 'control-plane.alpha.kubernetes.io/leader';
const notMirrored = new Set([
  'kubectl.kubernetes.io/last-applied-configuration',
  'endpoints.kubernetes.io/last-change-trigger-time',
]);

/** Source: `--mirroring-max-endpoints-per-subset`. */
const addressesPerSubset = 1000;

export const endpointSliceMirroringController: Controller = {
  name: 'endpointslice-mirroring',
  keysFor,
  reconcile: (key, lister) => reconcile(key, lister),
};

function keysFor({ type, key, object }: ChangeEvent): string[] {
  if (key.group === '' && (key.kind === 'Service' || key.kind === 'Endpoints')) return [namespacedKey(key)];
  if (key.kind !== 'EndpointSlice' || type === 'ADDED') return [];
  const { labels, namespace = '' } = object.metadata;
  const name = labels?.[serviceNameLabel];
  return labels?.[managedByLabel] === manager && name ? [namespacedKey({ namespace, name })] : [];
}

function reconcile(key: string, lister: IndexedLister): Intent[] {
  const endpoints = lister.get<StoredEndpoints>(keyFrom(key, '', 'Endpoints'));
  // Without the Endpoints the garbage collector takes its slices.
  if (!endpoints) return [];
  const service = lister.get<StoredService>(keyFrom(key, '', 'Service'));
  const mirrors = lister
    .indexed<StoredSlice>('owner', endpoints.metadata.uid ?? '')
    .filter(({ kind, metadata }) => kind === 'EndpointSlice' && metadata.labels?.[managedByLabel] === manager);
  if (!shouldMirror(endpoints, service)) {
    return mirrors.map(
      (slice): Intent => ({ verb: 'delete', key: keyOf(slice), reason: 'its Endpoints are not mirrored any more' }),
    );
  }
  const sets = portSets(endpoints.subsets ?? []);
  if (sets.length === 0 && mirrors.length === 0) return [];
  return planSlices(mirrors, sets, { blank: blankSlice(endpoints), capacity: addressesPerSubset });
}

function shouldMirror({ metadata }: StoredEndpoints, service: StoredService | undefined): boolean {
  if (!service || hasSelector(service) || metadata.deletionTimestamp) return false;
  return metadata.labels?.[skipLabel] !== 'true' && metadata.annotations?.[leaderAnnotation] === undefined;
}

function portSets(subsets: readonly EndpointSubset[]): PortSet[] {
  const sets = new Map<string, PortSet>();
  for (const { addresses = [], notReadyAddresses = [], ports = [] } of subsets) {
    const resolved = ports.map((port) => ({ name: '', protocol: 'TCP', ...port }));
    const id = canonicalJson(resolved);
    const set = sets.get(id) ?? { ports: resolved, endpoints: [] };
    const all = [
      ...addresses.map((each) => endpointOf(each, true)),
      ...notReadyAddresses.map((each) => endpointOf(each, false)),
    ];
    set.endpoints.push(...distinct(all.slice(0, addressesPerSubset), set.endpoints));
    sets.set(id, set);
  }
  return [...sets.values()];
}

/** An address named twice counts once, as first named. */
function distinct(endpoints: readonly Endpoint[], known: readonly Endpoint[]): Endpoint[] {
  const seen = new Set(known.map(({ addresses }) => addresses[0]));
  return endpoints.filter(({ addresses: [address] }) => !seen.has(address) && seen.add(address));
}

function endpointOf({ ip, hostname, nodeName, targetRef }: EndpointAddress, ready: boolean): Endpoint {
  return {
    addresses: [ip],
    conditions: { ready },
    ...(hostname ? { hostname } : {}),
    ...(nodeName ? { nodeName } : {}),
    ...(targetRef ? { targetRef } : {}),
  };
}

function blankSlice(endpoints: StoredEndpoints): KubeObject {
  const { name, namespace = '', labels, annotations = {} } = endpoints.metadata;
  const mirrored = Object.fromEntries(Object.entries(annotations).filter(([key]) => !notMirrored.has(key)));
  return {
    apiVersion: 'discovery.k8s.io/v1',
    kind: 'EndpointSlice',
    metadata: {
      generateName: `${name}-`,
      name: '',
      namespace,
      labels: { ...labels, [managedByLabel]: manager, [serviceNameLabel]: name },
      ...(Object.keys(mirrored).length > 0 ? { annotations: mirrored } : {}),
      ownerReferences: [controllerReference(endpoints)],
    },
    addressType: 'IPv4',
  };
}
