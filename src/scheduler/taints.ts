/**
 * Taints that keep a pod away from a node. Source: `component-helpers/scheduling/corev1/helpers.go`, TaintToleration plugin.
 */
import type { Taint, Toleration } from 'kubernetes-types/core/v1.js';
import type { SchedulableNode, SchedulablePod } from './contract.js';

/** The first NoSchedule or NoExecute taint that the pod does not tolerate. */
export function untoleratedTaint(pod: SchedulablePod, node: SchedulableNode): Taint | undefined {
  const taints = (node.spec?.taints ?? []).filter(({ effect }) => effect === 'NoSchedule' || effect === 'NoExecute');
  const tolerations = pod.spec?.tolerations ?? [];
  return taints.find((taint) => !tolerations.some((toleration) => tolerates(toleration, taint)));
}

/** An empty key with operator Exists tolerates everything; an empty effect matches all effects. */
export function tolerates(toleration: Toleration, taint: Taint): boolean {
  if (toleration.effect && toleration.effect !== taint.effect) return false;
  if (toleration.key && toleration.key !== taint.key) return false;
  if (toleration.operator === 'Exists') return true;
  return Boolean(toleration.key) && (toleration.value ?? '') === (taint.value ?? '');
}

/** `{node-role.kubernetes.io/control-plane: }`, as messages print a taint. */
export function taintText(taint: Taint): string {
  return `{${taint.key}: ${taint.value ?? ''}}`;
}
