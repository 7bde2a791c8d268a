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
import { type HintPlan, planHints, wantsTopologyHints, zoneLabel, zoneShares } from './topology-hints.js';

export const serviceNameLabel = 'kubernetes.io/service-name';
export const managedByLabel = 'endpointslice.kubernetes.io/managed-by';
const manager = 'endpointslice-controller.k8s.io';

/** Source: kube-controller-manager `--max-endpoints-per-slice`. */
const endpointsPerSlice = 100;

export const endpointSliceController: Controller = { name: 'endpointslice', keysFor, reconcile };

function keysFor(change: ChangeEvent, lister: IndexedLister): string[] {
  const { type, key, object } = change;
  if (key.kind === 'Node') return changesTopology(change) ? servicesWithSelector(lister) : [];
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
  const sets = portSets(service, backingPods(service, lister, context.config), lister);
  const topology = topologyOf(service, sets, lister);
  const hinted = topology ? withHints(sets, topology) : sets;
  const intents = planSlices(existing, hinted, { blank: blankSlice(service), capacity: endpointsPerSlice });
  return [...intents, ...hintEvents(service, existing, intents, topology)];
}

/** What the annotation makes of all endpoints together; undefined without it. */
function topologyOf(service: StoredService, sets: readonly PortSet[], lister: IndexedLister): HintPlan | undefined {
  if (!wantsTopologyHints(service.metadata.annotations)) return undefined;
  const endpoints = sets.flatMap((set) => set.endpoints);
  return planHints(endpoints, zoneShares(lister.list<Stored<Node>>('', 'Node')));
}

function withHints(sets: readonly PortSet[], plan: HintPlan): PortSet[] {
  if ('refusal' in plan) return [...sets];
  let next = 0;
  const hint = (endpoint: Endpoint): Endpoint => {
    const zone = plan.zones[next++];
    return zone ? { ...endpoint, hints: { forZones: [{ name: zone }] } } : endpoint;
  };
  return sets.map(({ ports, endpoints }) => ({ ports, endpoints: endpoints.map(hint) }));
}

/** Said when it changes something, or turns from one into the other. Source: `topologycache/event.go`. */
function hintEvents(
  service: StoredService,
  existing: readonly StoredSlice[],
  writes: readonly Intent[],
  plan: HintPlan | undefined,
): Intent[] {
  const had = existing.some(({ endpoints }) => endpoints?.some(({ hints }) => hints !== undefined));
  const say = (type: 'Normal' | 'Warning', reason: string, message: string): Intent[] => [
    {
      verb: 'event',
      event: {
        involved: service,
        type,
        reason,
        message: `${message}, addressType: IPv4`,
        component: 'endpoint-slice-controller',
      },
      reason: message,
    },
  ];
  const enabled = plan !== undefined && 'zones' in plan;
  if (enabled) return had ? [] : say('Normal', 'TopologyAwareHintsEnabled', 'Topology Aware Hints has been enabled');
  if (plan && writes.length > 0) return say('Warning', 'TopologyAwareHintsDisabled', plan.refusal);
  const byField = service.spec?.trafficDistribution !== undefined;
  return had && !plan && !byField && writes.length > 0
    ? say('Warning', 'TopologyAwareHintsDisabled', 'Topology Aware Hints has been disabled')
    : [];
}

/** A node's zone, readiness or CPUs: what endpoints and hints are made of. */
function changesTopology({ object, previous }: ChangeEvent): boolean {
  const view = (node: KubeObject | undefined): unknown[] => {
    const { metadata, status } = (node ?? {}) as Partial<Stored<Node>>;
    const ready = status?.conditions?.find(({ type }) => type === 'Ready')?.status;
    return [metadata?.labels?.[zoneLabel], ready, status?.allocatable?.['cpu']];
  };
  return canonicalJson(view(object)) !== canonicalJson(view(previous));
}

function servicesWithSelector(lister: IndexedLister): string[] {
  return lister
    .list<StoredService>('', 'Service')
    .filter(selectsPods)
    .map(({ metadata: { namespace = '', name } }) => namespacedKey({ namespace, name }));
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
  // Source: `endpointslice/trafficdist`: ready endpoints only, and only without the annotation.
  const distributed = service.spec?.trafficDistribution === 'PreferClose' && ready;
  const close = distributed && !wantsTopologyHints(service.metadata.annotations);
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
