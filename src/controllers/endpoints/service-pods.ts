/**
 * The pods behind a Service, and the address and port by which each is reached.
 *
 * Source: `pkg/controller/endpoint/endpoints_controller.go`, `pkg/api/v1/pod/util.go` FindPort.
 * Differs: a pod counts from the moment its address is decided (not ready yet) instead of when kubelet reports it, so that slices do not depend on the order of starts.
 */
import type { Service, ServicePort } from 'kubernetes-types/core/v1.js';
import { keyOf, type Stored } from '../../api/object.js';
import { type Labels, matchesLabels } from '../../api/selector.js';
import type { ClusterConfig } from '../../model/cluster-config.js';
import { podIPAnnotation } from '../../model/pod-addresses.js';
import type { ChangeEvent } from '../../registry/contract.js';
import { type IndexedLister, isTerminal } from '../../registry/indexes.js';
import { deepEqual } from '../../registry/plain-data.js';
import { namespacedKey } from '../ownership.js';
import { isReady, isTerminating, type StoredPod } from '../pod-state.js';

export type StoredService = Stored<Service>;

/** A pod that backs a Service. */
export interface BackingPod {
  pod: StoredPod;
  address: string;
  /** Ready, or the Service publishes pods that are not. */
  ready: boolean;
  serving: boolean;
  terminating: boolean;
}

/** Does the Service name labels at all? */
export function hasSelector(service: StoredService): boolean {
  return Object.keys(service.spec?.selector ?? {}).length > 0;
}

/** Does this Service get its endpoints from a selector? */
export function selectsPods(service: StoredService): boolean {
  return hasSelector(service) && service.spec?.type !== 'ExternalName';
}

/** Every pod with an address that has not ended, ordered by name; terminating ones included. */
export function backingPods(service: StoredService, lister: IndexedLister, config: ClusterConfig): BackingPod[] {
  const selector = service.spec?.selector ?? {};
  const [pair] = Object.entries(selector);
  if (!pair) return [];
  const publish = publishesNotReady(service);
  return lister
    .indexed<StoredPod>('label', `${service.metadata.namespace}/${pair[0]}=${pair[1]}`)
    .filter((pod) => matchesLabels(selector, pod.metadata.labels) && !isTerminal(pod))
    .flatMap((pod) => backingPod(pod, addressOf(pod, config), publish) ?? []);
}

function backingPod(pod: StoredPod, address: string | undefined, publish: boolean): BackingPod | undefined {
  if (!address) return undefined;
  const serving = isReady(pod);
  const terminating = isTerminating(pod);
  return { pod, address, ready: publish || (serving && !terminating), serving, terminating };
}

/** The field, or the annotation it replaced in 1.9 (which old course notes still use). */
export function publishesNotReady(service: StoredService): boolean {
  const annotation = service.metadata.annotations?.['service.alpha.kubernetes.io/tolerate-unready-endpoints'];
  return Boolean(service.spec?.publishNotReadyAddresses) || annotation === 'true';
}

function addressOf(pod: StoredPod, config: ClusterConfig): string | undefined {
  if (pod.status?.podIP) return pod.status.podIP;
  const { nodeName, hostNetwork } = pod.spec ?? {};
  if (hostNetwork) return config.nodes.find(({ name }) => name === nodeName)?.address;
  return pod.metadata.annotations?.[podIPAnnotation]?.split('/')[0];
}

/** The number behind a targetPort: a container port's name is looked up by name and protocol. */
export function targetPortOf(pod: StoredPod, port: ServicePort): number | undefined {
  const { targetPort = port.port, protocol = 'TCP' } = port;
  if (typeof targetPort === 'number') return targetPort === 0 ? port.port : targetPort;
  const containers = [
    ...(pod.spec?.containers ?? []),
    ...(pod.spec?.initContainers ?? []).filter(({ restartPolicy }) => restartPolicy === 'Always'),
  ];
  const found = containers
    .flatMap(({ ports = [] }) => ports)
    .find((candidate) => candidate.name === targetPort && (candidate.protocol ?? 'TCP') === protocol);
  return found?.containerPort;
}

/** `targetRef` of an endpoint. */
export function referenceTo({ metadata }: StoredPod): { kind: string; name: string; namespace: string; uid: string } {
  return { kind: 'Pod', name: metadata.name, namespace: metadata.namespace ?? '', uid: metadata.uid ?? '' };
}

/** A pod's own DNS name below the headless Service it names as its subdomain. */
export function hostnameUnder(service: StoredService, { spec }: StoredPod): string | undefined {
  return spec?.hostname && spec.subdomain === service.metadata.name ? spec.hostname : undefined;
}

/** The Services that a change concerns: itself, or those that select the pod now or did before. */
export function serviceKeysFor({ type, key, object, previous }: ChangeEvent, lister: IndexedLister): string[] {
  if (key.group !== '') return [];
  if (key.kind === 'Service') return [namespacedKey(key)];
  if (key.kind !== 'Pod') return [];
  if (type === 'MODIFIED' && previous && !matters(object as StoredPod, previous as StoredPod)) return [];
  const labels = [object, previous].flatMap((pod) => (pod?.metadata.labels ? [pod.metadata.labels] : []));
  return [...new Set(labels.flatMap((each) => servicesSelecting(each, key.namespace, lister)))];
}

/** Source: `endpointsliceutil/…/pod_changes.go` podEndpointsChanged. */
function matters(pod: StoredPod, previous: StoredPod): boolean {
  const view = ({ metadata, spec, status }: StoredPod): unknown[] => [
    metadata.labels,
    metadata.deletionTimestamp,
    metadata.annotations?.[podIPAnnotation],
    spec?.nodeName,
    spec?.hostname,
    spec?.subdomain,
    status?.podIPs,
    status?.podIP,
    status?.phase,
    status?.conditions?.find(({ type }) => type === 'Ready')?.status,
  ];
  return !deepEqual(view(pod), view(previous));
}

function servicesSelecting(labels: Labels, namespace: string, lister: IndexedLister): string[] {
  return Object.entries(labels)
    .flatMap(([label, value]) => lister.indexed<StoredService>('selector', `${namespace}/${label}=${value}`))
    .filter((service) => matchesLabels(service.spec?.selector, labels))
    .map((service) => namespacedKey(keyOf(service)));
}
