/**
 * Nodes that may announce at all, by either protocol.
 * Source: MetalLB `internal/k8s/nodes`. Neither readiness nor cordoning is looked at.
 */
import type { Node } from 'kubernetes-types/core/v1.js';
import type { Stored } from '../api/object.js';

const excludeLabel = 'node.kubernetes.io/exclude-from-external-load-balancers';

export type UnusableReason = 'nodeNetworkUnavailable' | 'nodeLabeledExcludeBalancers';

/** Why a node may not announce, in the words of MetalLB's BGP speaker; undefined when it may. */
export function unusableReason(
  { metadata, status }: Stored<Node>,
  ignoreExcludeLabel: boolean,
): UnusableReason | undefined {
  const unavailable = (status?.conditions ?? []).some(
    (condition) => condition.type === 'NetworkUnavailable' && condition.status === 'True',
  );
  if (unavailable) return 'nodeNetworkUnavailable';
  const excluded = metadata.labels?.[excludeLabel] !== undefined;
  return excluded && !ignoreExcludeLabel ? 'nodeLabeledExcludeBalancers' : undefined;
}

export function isUsableNode(node: Stored<Node>, ignoreExcludeLabel: boolean): boolean {
  return unusableReason(node, ignoreExcludeLabel) === undefined;
}
