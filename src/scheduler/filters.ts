/**
 * The filter plugins: why a pod cannot run on a node, in each plugin's own words.
 *
 * Source: `scheduler/framework/plugins/{nodename,nodeunschedulable,tainttoleration,nodeaffinity,nodeports,noderesources}`,
 * in the order of the default profile.
 * Differs: CPU and memory requests are not counted; the lab's pods are tiny and its nodes share one machine.
 */
import type { ContainerPort } from 'kubernetes-types/core/v1.js';
import type { SchedulableNode, SchedulablePod } from './contract.js';
import { matchesNodeAffinity } from './node-affinity.js';
import { taintText, tolerates, untoleratedTaint } from './taints.js';

/** A filter's refusal. `preemptable`: removing other pods from the node could help. */
export interface Refusal {
  message: string;
  preemptable: boolean;
}

const unschedulableTaint = { key: 'node.kubernetes.io/unschedulable', effect: 'NoSchedule' as const };

/** The first reason that keeps the pod off the node, or undefined. */
export function refuseNode(
  pod: SchedulablePod,
  node: SchedulableNode,
  pods: readonly SchedulablePod[],
): Refusal | undefined {
  const fixed = refuseByNode(pod, node);
  if (fixed) return { message: fixed, preemptable: false };
  if (conflictingPorts(pod, pods)) {
    return { message: "node(s) didn't have free ports for the requested pod ports", preemptable: true };
  }
  if (pods.length >= maxPodsOf(node)) return { message: 'Too many pods', preemptable: true };
  return undefined;
}

function refuseByNode(pod: SchedulablePod, node: SchedulableNode): string | undefined {
  const wanted = pod.spec?.nodeName;
  if (wanted && wanted !== node.metadata.name) return "node(s) didn't match the requested node name";
  const cordoned = node.spec?.unschedulable === true;
  if (cordoned && !(pod.spec?.tolerations ?? []).some((toleration) => tolerates(toleration, unschedulableTaint))) {
    return 'node(s) were unschedulable';
  }
  const taint = untoleratedTaint(pod, node);
  if (taint) return `node(s) had untolerated taint ${taintText(taint)}`;
  return matchesNodeAffinity(pod, node) ? undefined : "node(s) didn't match Pod's node affinity/selector";
}

/** kubelet's `maxPods` as the node reports it. */
function maxPodsOf(node: SchedulableNode): number {
  return Number(node.status?.allocatable?.['pods'] ?? node.status?.capacity?.['pods'] ?? 110);
}

function conflictingPorts(pod: SchedulablePod, others: readonly SchedulablePod[]): boolean {
  const wanted = hostPortsOf(pod);
  if (wanted.length === 0) return false;
  return others.some((other) => hostPortsOf(other).some((used) => wanted.some((port) => portsConflict(port, used))));
}

/** Host ports of all containers; a hostNetwork pod's container ports are host ports. */
function hostPortsOf(pod: SchedulablePod): ContainerPort[] {
  const ports = (pod.spec?.containers ?? []).flatMap((container) => container.ports ?? []);
  if (pod.spec?.hostNetwork) return ports.map((port) => ({ ...port, hostPort: port.hostPort ?? port.containerPort }));
  return ports.filter((port) => port.hostPort);
}

function portsConflict(left: ContainerPort, right: ContainerPort): boolean {
  if (left.hostPort !== right.hostPort || (left.protocol ?? 'TCP') !== (right.protocol ?? 'TCP')) return false;
  const [leftIP, rightIP] = [left.hostIP || '0.0.0.0', right.hostIP || '0.0.0.0'];
  return leftIP === rightIP || leftIP === '0.0.0.0' || rightIP === '0.0.0.0';
}
