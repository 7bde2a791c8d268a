/**
 * Nodes that may announce at all.
 * Source: MetalLB `internal/k8s/nodes`. Neither readiness nor cordoning is looked at.
 */
import type { Node } from 'kubernetes-types/core/v1.js';
import type { Stored } from '../../api/object.js';

const excludeLabel = 'node.kubernetes.io/exclude-from-external-load-balancers';

export function isUsableNode({ metadata, status }: Stored<Node>, ignoreExcludeLabel: boolean): boolean {
  const unavailable = (status?.conditions ?? []).some(
    (condition) => condition.type === 'NetworkUnavailable' && condition.status === 'True',
  );
  return !unavailable && (ignoreExcludeLabel || metadata.labels?.[excludeLabel] === undefined);
}
