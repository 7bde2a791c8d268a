/**
 * Which nodes a DaemonSet wants, and the pod it makes for one of them.
 *
 * Source: `daemon_controller.go` NodeShouldRunDaemonPod, `daemonset_util.go` AddOrUpdateDaemonPodTolerations.
 */
import type { Node, Toleration } from 'kubernetes-types/core/v1.js';
import type { KubeObject, Stored } from '../../api/object.js';
import { matchesNodeAffinity } from '../../scheduler/node-affinity.js';
import { untoleratedTaint } from '../../scheduler/taints.js';
import { podFromTemplate } from '../replica-pods.js';
import { revisionLabel } from './revision.js';
import type { StoredDaemonSet } from './state.js';

/** Node conditions that do not keep a daemon away: upstream's list, in its order. */
const endured: Toleration[] = [
  { key: 'node.kubernetes.io/not-ready', operator: 'Exists', effect: 'NoExecute' },
  { key: 'node.kubernetes.io/unreachable', operator: 'Exists', effect: 'NoExecute' },
  { key: 'node.kubernetes.io/disk-pressure', operator: 'Exists', effect: 'NoSchedule' },
  { key: 'node.kubernetes.io/memory-pressure', operator: 'Exists', effect: 'NoSchedule' },
  { key: 'node.kubernetes.io/pid-pressure', operator: 'Exists', effect: 'NoSchedule' },
  { key: 'node.kubernetes.io/unschedulable', operator: 'Exists', effect: 'NoSchedule' },
];
const enduredOnHostNetwork: Toleration = {
  key: 'node.kubernetes.io/network-unavailable',
  operator: 'Exists',
  effect: 'NoSchedule',
};

/** Whether a node's labels and taints let the daemon run there; cordoned nodes do. */
export function shouldRunOn(daemonSet: StoredDaemonSet, node: Stored<Node>): boolean {
  const pod = daemonPod(daemonSet, node.metadata.name, '') as Parameters<typeof untoleratedTaint>[0];
  return matchesNodeAffinity(pod, node) && untoleratedTaint(pod, node) === undefined;
}

/** Whether a pod that is there stays: a taint that only keeps new pods away, as of an unreachable node, does not end it. */
export function mayStayOn(daemonSet: StoredDaemonSet, node: Stored<Node>): boolean {
  const taints = node.spec?.taints?.filter(({ effect }) => effect === 'NoExecute') ?? [];
  return shouldRunOn(daemonSet, { ...node, spec: { ...node.spec, taints } });
}

/** The pod for one node: the scheduler binds it by its affinity to the node's name. */
export function daemonPod(daemonSet: StoredDaemonSet, node: string, revision: string): KubeObject {
  const template = daemonSet.spec?.template ?? {};
  const { tolerations = [], affinity, hostNetwork } = template.spec ?? { containers: [] };
  const more = hostNetwork ? [...endured, enduredOnHostNetwork] : endured;
  return podFromTemplate(daemonSet as KubeObject, template, {
    labels: { [revisionLabel]: revision, 'pod-template-generation': String(daemonSet.metadata.generation ?? 1) },
    spec: {
      tolerations: [...tolerations, ...more],
      affinity: { ...affinity, nodeAffinity: { ...affinity?.nodeAffinity, ...onlyNode(node) } },
    },
  });
}

/** Replaces what the template requires: shouldRunOn has looked at that already. Source: ReplaceDaemonSetPodNodeNameNodeAffinity. */
function onlyNode(name: string): object {
  const matchFields = [{ key: 'metadata.name', operator: 'In', values: [name] }];
  return { requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms: [{ matchFields }] } };
}
