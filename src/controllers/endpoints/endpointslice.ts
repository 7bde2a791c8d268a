/**
 * The EndpointSlice controller: the endpoints of every Service with a selector, at most a hundred a slice.
 *
 * Source: `pkg/controller/endpointslice`, `staging/src/k8s.io/endpointslice/{reconciler,utils}.go`.
 * Differs: there is no last-change-trigger-time annotation, which would make equal clusters look different.
 */
import type { Node } from 'kubernetes-types/core/v1.js';
import type { Endpoint, EndpointPort } from 'kubernetes-types/discovery/v1.js';
import type { KubeObject, Stored } from '../../api/object.js';
import { canonicalJson } from '../../model/derive.js';
import type { ChangeEvent } from '../../registry/contract.js';
import type { IndexedLister } from '../../registry/indexes.js';
import type { Controller, ControllerContext, Intent } from '../contract.js';
import { controllerReference, keyFrom, namespacedKey } from '../ownership.js';
import { headlessLabel } from './endpoints.js';
import {
  type BackingPod,
  backingPods,
  hostnameUnder,
  referenceTo,
  type StoredService,
  selectsPods,
  serviceKeysFor,
  targetPortOf,
} from './service-pods.js';
import { type PortSet, planSlices, type StoredSlice } from './slice-plan.js';

export const serviceNameLabel = 'kubernetes.io/service-name';
export const managedByLabel = 'endpointslice.kubernetes.io/managed-by';
const manager = 'endpointslice-controller.k8s.io';
const zoneLabel = 'topology.kubernetes.io/zone';

/** Source: kube-controller-manager `--max-endpoints-per-slice`. */
const endpointsPerSlice = 100;

export const endpointSliceController: Controller = { name: 'endpointslice', keysFor, reconcile };

function keysFor(change: ChangeEvent, lister: IndexedLister): string[] {
  const { type, key, object } = change;
  if (key.kind !== 'EndpointSlice') return serviceKeysFor(change, lister);
  const { namespace, labels } = object.metadata;
  const name = labels?.[serviceNameLabel];
  // Its own writes are no news; a slice that somebody deleted or changed is put right.
  const ours = type !== 'ADDED' && labels?.[managedByLabel] === manager && name !== undefined;
  return ours ? [namespacedKey({ namespace: namespace ?? '', name })] : [];
}

function reconcile(key: string, lister: IndexedLister, context: ControllerContext): Intent[] {
  const service = lister.get<StoredService>(keyFrom(key, '', 'Service'));
  if (!service || service.metadata.deletionTimestamp || !selectsPods(service)) return [];
  const existing = lister
    .indexed<StoredSlice>('owner', service.metadata.uid ?? '')
    .filter(({ kind, metadata }) => kind === 'EndpointSlice' && metadata.labels?.[managedByLabel] === manager);
  const pods = backingPods(service, lister, context.config);
  return planSlices(existing, portSets(service, pods, lister), {
    blank: blankSlice(service),
    capacity: endpointsPerSlice,
  });
}

/** Pods whose targetPorts resolve alike share slices. */
function portSets(service: StoredService, pods: readonly BackingPod[], lister: IndexedLister): PortSet[] {
  const sets = new Map<string, PortSet>();
  for (const backing of pods) {
    const ports = resolvedPorts(service, backing);
    const id = canonicalJson(ports);
    const set = sets.get(id) ?? { ports, endpoints: [] };
    set.endpoints.push(endpointOf(service, backing, lister));
    sets.set(id, set);
  }
  return [...sets.values()];
}

function resolvedPorts(service: StoredService, { pod }: BackingPod): EndpointPort[] {
  return (service.spec?.ports ?? []).flatMap((port) => {
    const number = targetPortOf(pod, port);
    const { name = '', protocol = 'TCP', appProtocol } = port;
    return number === undefined ? [] : [{ name, port: number, protocol, ...(appProtocol ? { appProtocol } : {}) }];
  });
}

function endpointOf(
  service: StoredService,
  { pod, address, ready, serving, terminating }: BackingPod,
  lister: IndexedLister,
): Endpoint {
  const hostname = hostnameUnder(service, pod);
  const nodeName = pod.spec?.nodeName ?? '';
  const zone = lister.get<Stored<Node>>({ group: '', kind: 'Node', namespace: '', name: nodeName })?.metadata.labels?.[
    zoneLabel
  ];
  const close = service.spec?.trafficDistribution?.startsWith('Prefer');
  return {
    addresses: [address],
    conditions: { ready, serving, terminating },
    ...(hostname ? { hostname } : {}),
    nodeName,
    targetRef: referenceTo(pod),
    ...(zone ? { zone } : {}),
    ...(zone && close ? { hints: { forZones: [{ name: zone }] } } : {}),
  };
}

function blankSlice(service: StoredService): KubeObject {
  const { namespace, labels, name } = service.metadata;
  const headless: Record<string, string> = service.spec?.clusterIP === 'None' ? { [headlessLabel]: '' } : {};
  return {
    apiVersion: 'discovery.k8s.io/v1',
    kind: 'EndpointSlice',
    metadata: {
      generateName: `${name}-`,
      name: '',
      namespace: namespace ?? '',
      labels: { ...labels, [managedByLabel]: manager, [serviceNameLabel]: name, ...headless },
      ownerReferences: [controllerReference(service)],
    },
    addressType: 'IPv4',
  };
}
