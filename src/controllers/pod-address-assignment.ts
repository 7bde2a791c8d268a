/**
 * Gives every pod that has a node its address, as annotations that the node's agent reads when it makes the sandbox.
 *
 * Models: Calico's CNI plugin and IPAM. Pinned addresses are served first, then the rest in the order of their names.
 * Differs: the address is decided right after binding and written on the pod; on a real cluster the CNI plugin takes it when the sandbox is made.
 */
import { keyOf, keyText } from '../api/object.js';
import { digestOf } from '../model/derive.js';
import {
  choosePodAddress,
  containerIDAnnotation,
  pinnedAddressAnnotation,
  podIPAnnotation,
  podIPsAnnotation,
} from '../model/pod-addresses.js';
import { type NodeBlocks, nodeBlocks } from '../model/pod-addresses-blocks.js';
import type { ChangeEvent } from '../registry/contract.js';
import { type IndexedLister, isTerminal } from '../registry/indexes.js';
import type { Controller, ControllerContext, Intent } from './contract.js';
import { isTerminating, type StoredPod } from './pod-state.js';

const everyPod = 'unaddressed';

export const podAddressController: Controller = { name: 'pod-addresses', keysFor, reconcile };

function keysFor({ type, key, object, previous }: ChangeEvent): string[] {
  if (key.group !== '' || key.kind !== 'Pod') return [];
  const pod = object as StoredPod;
  const freed = type === 'DELETED' || (isTerminal(pod) && previous && !isTerminal(previous as StoredPod));
  return freed || needsAddress(pod) ? [everyPod] : [];
}

/** Bound, alive, on the pod network, and without an address. */
function needsAddress(pod: StoredPod): boolean {
  if (!pod.spec?.nodeName || pod.spec.hostNetwork || isTerminal(pod) || isTerminating(pod)) return false;
  return pod.metadata.annotations?.[podIPAnnotation] === undefined;
}

function reconcile(_key: string, lister: IndexedLister, context: ControllerContext): Intent[] {
  const blocks = nodeBlocks(context.config);
  const waiting = blocks.flatMap(({ node }) => lister.indexed<StoredPod>('node', node).filter(needsAddress));
  const pinned = (pod: StoredPod): number =>
    pod.metadata.annotations?.[pinnedAddressAnnotation] === undefined ? 1 : 0;
  const keyed = waiting.map((pod) => ({ pod, rank: pinned(pod), text: keyText(keyOf(pod)) }));
  keyed.sort((left, right) => left.rank - right.rank || (left.text < right.text ? -1 : 1));
  const given = new Set<string>();
  return keyed.flatMap(({ pod }) => assign(pod, blocks, given, lister, context));
}

function assign(
  pod: StoredPod,
  blocks: readonly NodeBlocks[],
  given: Set<string>,
  lister: IndexedLister,
  context: ControllerContext,
): Intent[] {
  const node = blocks.find((entry) => entry.node === pod.spec?.nodeName);
  if (!node) return [];
  const { namespace = '', name, annotations } = pod.metadata;
  const others = (address: string): boolean =>
    lister.indexed('podAddress', address).some((holder) => holder.metadata.uid !== pod.metadata.uid);
  const taken = (address: string): boolean =>
    given.has(address) || others(address) || lister.indexed('clusterIP', address).length > 0;
  const choice = choosePodAddress({ namespace, name, node, annotations, taken });
  if ('error' in choice) return [reportFailure(pod, choice.error)];
  given.add(choice.address);
  const added = {
    [containerIDAnnotation]: digestOf(context.seed, 'sandbox', pod.metadata.uid ?? ''),
    [podIPAnnotation]: `${choice.address}/32`,
    [podIPsAnnotation]: `${choice.address}/32`,
  };
  const object = { ...pod, metadata: { ...pod.metadata, annotations: { ...annotations, ...added } } };
  return [{ verb: 'update', object, reason: `an address of a block of ${node.node}` }];
}

/** In kubelet's and Calico's words; the pod stays in ContainerCreating. */
function reportFailure(pod: StoredPod, error: string): Intent {
  const { namespace, name } = pod.metadata;
  const message =
    `Failed to create pod sandbox: rpc error: code = Unknown desc = failed to setup network for sandbox: ` +
    `plugin type="calico" failed (add): error adding pod ${namespace}_${name} to CNI network "k8s-pod-network": ${error}`;
  const event = {
    involved: pod,
    type: 'Warning' as const,
    reason: 'FailedCreatePodSandBox',
    message,
    component: 'kubelet',
  };
  return { verb: 'event', event, reason: error };
}
