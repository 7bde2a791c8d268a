/**
 * Which node a pod lands on: filter as kube-scheduler does, then spread.
 *
 * Differs: the score is a plain order instead of weighted plugins: fewest pods of the same owner or label set, then fewest pods, then a hash of the names; so the same pods always land on the same nodes.
 * Differs: a pod whose address is pinned by annotation goes to the node whose block holds the address, if it may.
 */
import { canonicalJson, digestOf } from '../model/derive.js';
import type { Placement, PodsByNode, SchedulableNode, SchedulablePod, ScoreReason } from './contract.js';
import { type Refusal, refuseNode } from './filters.js';
import { unschedulableMessage } from './unschedulable-message.js';

export interface SchedulingOptions {
  seed: number;
  /** The only node that can give this pod its (pinned) address, when there is such a wish. */
  addressNode?: string | undefined;
}

interface Candidate {
  node: string;
  sameOwner: number;
  pods: number;
  tie: string;
}

/** Place one pod. `nodes` in any order; the answer does not depend on it. */
export function schedule(
  pod: SchedulablePod,
  nodes: readonly SchedulableNode[],
  podsByNode: PodsByNode,
  options: SchedulingOptions,
): Placement {
  const candidates: Candidate[] = [];
  const refusals: Refusal[] = [];
  const group = spreadGroupOf(pod);
  for (const node of nodes) {
    const pods = podsByNode.get(node.metadata.name) ?? [];
    const refusal = refuseNode(pod, node, pods) ?? refuseByAddress(node, options);
    if (refusal) refusals.push(refusal);
    else candidates.push(candidateOf(pod, group, node, pods, options.seed));
  }
  const [best, second] = candidates.sort(compareCandidates);
  if (!best) return { unschedulable: true, message: unschedulableMessage(refusals) };
  return { node: best.node, reason: reasonOf(best, second) };
}

function refuseByAddress(node: SchedulableNode, { addressNode }: SchedulingOptions): Refusal | undefined {
  if (addressNode === undefined || addressNode === node.metadata.name) return undefined;
  return { message: "node(s) didn't have the address block of the pod's pinned address", preemptable: false };
}

function candidateOf(
  pod: SchedulablePod,
  group: string | undefined,
  node: SchedulableNode,
  pods: readonly SchedulablePod[],
  seed: number,
): Candidate {
  const { namespace = '', name } = pod.metadata;
  return {
    node: node.metadata.name,
    sameOwner: group === undefined ? 0 : pods.filter((other) => spreadGroupOf(other) === group).length,
    pods: pods.length,
    tie: digestOf(seed, 'schedule', namespace, name, node.metadata.name),
  };
}

/** Objects are frozen values, so what was computed for one stays true; 1,000 pods are compared a million times. */
const groups = new WeakMap<SchedulablePod['metadata'], { group: string | undefined }>();

/** Pods that should not sit together: those of one controller, else those with the same labels in one namespace. */
function spreadGroupOf(pod: SchedulablePod): string | undefined {
  const known = groups.get(pod.metadata) ?? { group: computeSpreadGroup(pod) };
  groups.set(pod.metadata, known);
  return known.group;
}

function computeSpreadGroup(pod: SchedulablePod): string | undefined {
  const { namespace = '', labels, ownerReferences } = pod.metadata;
  const owner = (ownerReferences ?? []).find(({ controller }) => controller);
  if (owner) return `owner ${owner.uid}`;
  return labels && Object.keys(labels).length > 0 ? `labels ${namespace} ${canonicalJson(labels)}` : undefined;
}

function compareCandidates(left: Candidate, right: Candidate): number {
  return left.sameOwner - right.sameOwner || left.pods - right.pods || (left.tie < right.tie ? -1 : 1);
}

function reasonOf(best: Candidate, second: Candidate | undefined): ScoreReason {
  if (!second) return 'onlyNodeThatFits';
  if (best.sameOwner < second.sameOwner) return 'fewestPodsOfTheSameOwner';
  return best.pods < second.pods ? 'fewestPods' : 'hashOfNames';
}
