/**
 * Binding: gives every pending pod a node, all pending pods of a moment together and in the order of their names, so that
 * the placement does not depend on which came first.
 *
 * Source: kube-scheduler's scheduleOne; BindingREST. The decision itself is `scheduler/`.
 */
import { keyOf, keyText } from '../api/object.js';
import { nodeOfAddress, pinnedAddress } from '../model/pod-addresses.js';
import { type NodeBlocks, nodeBlocks } from '../model/pod-addresses-blocks.js';
import type { ChangeEvent } from '../registry/contract.js';
import { type IndexedLister, isTerminal } from '../registry/indexes.js';
import { deepEqual } from '../registry/plain-data.js';
import type { SchedulableNode, SchedulablePod } from '../scheduler/contract.js';
import { schedule } from '../scheduler/scheduler.js';
import type { Controller, ControllerContext, Intent } from './contract.js';
import { isTerminating } from './pod-state.js';

const defaultScheduler = 'default-scheduler';
/** One key: the pending pods are looked at together. */
const everyPendingPod = 'pending';

export const podSchedulingController: Controller = { name: 'scheduler', keysFor, reconcile };

/** New pods, pods that went, and nodes that changed can all make a pending pod schedulable. */
function keysFor({ type, key, object, previous }: ChangeEvent): string[] {
  if (key.group !== '') return [];
  if (key.kind === 'Node') return [everyPendingPod];
  if (key.kind !== 'Pod') return [];
  const ended = isTerminal(object as SchedulablePod) && previous && !isTerminal(previous as SchedulablePod);
  const changed = type === 'MODIFIED' && !(object as SchedulablePod).spec?.nodeName && object.spec !== previous?.spec;
  return type !== 'MODIFIED' || ended || changed ? [everyPendingPod] : [];
}

function reconcile(_key: string, lister: IndexedLister, context: ControllerContext): Intent[] {
  const pending = lister.indexed<SchedulablePod>('node', '').filter(isSchedulable);
  if (pending.length === 0) return [];
  const nodes = lister.list<SchedulableNode>('', 'Node');
  const podsByNode = currentPods(nodes, lister);
  const blocks = nodeBlocks(context.config);
  return pending.flatMap((pod) => placeOne(pod, nodes, podsByNode, blocks, context));
}

function isSchedulable(pod: SchedulablePod): boolean {
  const { schedulerName = defaultScheduler, schedulingGates = [] } = pod.spec ?? {};
  return !isTerminal(pod) && !isTerminating(pod) && schedulerName === defaultScheduler && schedulingGates.length === 0;
}

function currentPods(nodes: readonly SchedulableNode[], lister: IndexedLister): Map<string, SchedulablePod[]> {
  return new Map(
    nodes.map(({ metadata: { name } }) => [
      name,
      lister.indexed<SchedulablePod>('node', name).filter((pod) => !isTerminal(pod)),
    ]),
  );
}

/** Binds the pod and counts it on its node for the pods that follow. */
function placeOne(
  pod: SchedulablePod,
  nodes: readonly SchedulableNode[],
  podsByNode: Map<string, SchedulablePod[]>,
  blocks: readonly NodeBlocks[],
  context: ControllerContext,
): Intent[] {
  const pinned = pinnedAddress(pod.metadata.annotations);
  const addressNode = pinned && 'address' in pinned ? nodeOfAddress(blocks, pinned.address) : undefined;
  const placement = schedule(pod, nodes, podsByNode, { seed: context.seed, addressNode });
  if ('unschedulable' in placement) return reportUnschedulable(pod, placement.message, context);
  podsByNode.get(placement.node)?.push(pod);
  const { namespace, name } = pod.metadata;
  const message = `Successfully assigned ${namespace}/${name} to ${placement.node}`;
  return [
    { verb: 'update', object: { ...pod, spec: { ...pod.spec, nodeName: placement.node } }, reason: placement.reason },
    schedulerEvent(pod, 'Normal', 'Scheduled', message),
  ];
}

function reportUnschedulable(pod: SchedulablePod, message: string, context: ControllerContext): Intent[] {
  const known = pod.status?.conditions?.find(({ type }) => type === 'PodScheduled');
  const condition = { type: 'PodScheduled', status: 'False', reason: 'Unschedulable', message };
  const lastTransitionTime = known?.status === 'False' ? known.lastTransitionTime : context.timestamp;
  const others = (pod.status?.conditions ?? []).filter(({ type }) => type !== 'PodScheduled');
  const status = { ...pod.status, conditions: [...others, { ...condition, lastProbeTime: null, lastTransitionTime }] };
  if (deepEqual(status, pod.status)) return [];
  return [
    { verb: 'updateStatus', object: { ...pod, status }, reason: `no node fits ${keyText(keyOf(pod))}` },
    schedulerEvent(pod, 'Warning', 'FailedScheduling', message),
  ];
}

function schedulerEvent(pod: SchedulablePod, type: 'Normal' | 'Warning', reason: string, message: string): Intent {
  const event = { involved: pod, type, reason, message, component: defaultScheduler };
  return { verb: 'event', event, reason: 'the scheduler has decided' };
}
