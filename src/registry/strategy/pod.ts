/**
 * The Pod strategy: first status, quality of service, graceful deletion, binding, and the pinned address.
 *
 * Source: `pkg/registry/core/pod/strategy.go`, `storage/storage.go` (BindingREST), `apis/core/helper/qos`.
 * Differs: an address pinned by annotation is checked when the pod is written; on a real cluster Calico refuses it when the sandbox is made.
 */
import type { Container, Pod, PodSpec } from 'kubernetes-types/core/v1.js';
import type { KubeObject, Stored } from '../../api/object.js';
import type { StatusCause } from '../../api/status.js';
import { nodeOfAddress, pinnedAddress, pinnedAddressAnnotation } from '../../model/pod-addresses.js';
import { isTerminal } from '../indexes.js';
import { cause } from '../refusal.js';
import type { Strategy, StrategyContext } from './contract.js';

type QosClass = 'BestEffort' | 'Burstable' | 'Guaranteed';

/** Upstream's default `terminationGracePeriodSeconds`. */
const defaultGraceSeconds = 30;

export const podStrategy: Strategy = {
  prepareForCreate: (object, context) => {
    const pod = object as Stored<Pod>;
    const fresh = { ...pod, status: { phase: 'Pending', qosClass: qosClassOf(pod.spec) } };
    return pod.spec?.nodeName ? markScheduled(fresh, context) : fresh;
  },
  prepareForUpdate: (next, previous, context) => {
    const pod = next as Stored<Pod>;
    const wasBound = Boolean((previous as Stored<Pod>).spec?.nodeName);
    return pod.spec?.nodeName && !wasBound ? markScheduled(pod, context) : next;
  },
  allocate: (next, _previous, context) => ({ object: next, causes: checkPinned(next as Stored<Pod>, context) }),
  graceSeconds: (object, options) => {
    const pod = object as Stored<Pod>;
    if (!pod.spec?.nodeName || isTerminal(pod)) return 0;
    const asked = options.gracePeriodSeconds ?? pod.spec.terminationGracePeriodSeconds ?? defaultGraceSeconds;
    return asked < 0 ? 1 : asked;
  },
};

/** Condition PodScheduled, as the binding subresource sets it. */
function markScheduled(pod: Stored<Pod>, context: StrategyContext): KubeObject {
  const others = (pod.status?.conditions ?? []).filter((condition) => condition.type !== 'PodScheduled');
  const scheduled = {
    type: 'PodScheduled',
    status: 'True',
    lastProbeTime: null,
    lastTransitionTime: context.timestamp(),
  };
  return { ...pod, status: { ...pod.status, conditions: [...others, scheduled] } };
}

/** Guaranteed when every container limits cpu and memory and requests no less, BestEffort when nothing is asked. */
function qosClassOf(spec: PodSpec | undefined): QosClass {
  const containers = [...(spec?.containers ?? []), ...(spec?.initContainers ?? [])];
  const asks = containers.filter((container) => hasResources(container));
  if (asks.length === 0) return 'BestEffort';
  return containers.every(isGuaranteed) ? 'Guaranteed' : 'Burstable';
}

function hasResources({ resources }: Container): boolean {
  return [resources?.limits, resources?.requests].some(
    (list) => list?.['cpu'] !== undefined || list?.['memory'] !== undefined,
  );
}

function isGuaranteed({ resources }: Container): boolean {
  return ['cpu', 'memory'].every((name) => {
    const limit = resources?.limits?.[name];
    return limit !== undefined && (resources?.requests?.[name] ?? limit) === limit;
  });
}

const field = `metadata.annotations[${pinnedAddressAnnotation}]`;

function checkPinned(pod: Stored<Pod>, context: StrategyContext): StatusCause[] {
  const pinned = pinnedAddress(pod.metadata.annotations);
  if (!pinned || isTerminal(pod)) return [];
  const text = pod.metadata.annotations?.[pinnedAddressAnnotation];
  const refusal = 'error' in pinned ? pinned.error : refusePinned(pod, pinned.address, context);
  return refusal ? [cause('FieldValueInvalid', field, text, refusal)] : [];
}

function refusePinned(pod: Stored<Pod>, address: string, context: StrategyContext): string | undefined {
  const owner = nodeOfAddress(context.blocks, address);
  if (!owner) return `Address ${address} is not in any of the nodes' address blocks`;
  const wanted = pod.spec?.nodeName || pod.spec?.nodeSelector?.['kubernetes.io/hostname'];
  if (wanted && wanted !== owner)
    return `Address ${address} is in a block of node ${owner}, but the pod asks for node ${wanted}`;
  const holder = context.lister.indexed('podAddress', address).find((other) => !sameObject(other, pod));
  if (holder)
    return `Address ${address} already assigned in block to pod ${holder.metadata.namespace}/${holder.metadata.name}`;
  if (context.lister.indexed('clusterIP', address).length > 0)
    return `Address ${address} is the clusterIP of a Service`;
  return undefined;
}

function sameObject(left: KubeObject, right: KubeObject): boolean {
  return left.metadata.name === right.metadata.name && left.metadata.namespace === right.metadata.namespace;
}
