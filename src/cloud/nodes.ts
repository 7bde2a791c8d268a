/**
 * Which nodes load balancers send to. Whether they are Ready does not count: that is what health checks are for.
 * Source: `k8s.io/cloud-provider` controllers/service/controller.go, stableNodeSetPredicates (KEP-3458).
 */
import type { Node } from 'kubernetes-types/core/v1.js';
import type { KubeObject, Stored } from '../api/object.js';
import type { Lister } from '../registry/contract.js';

export type StoredNode = Stored<Node> & KubeObject;

const excludeLabel = 'node.kubernetes.io/exclude-from-external-load-balancers';
const deletedSoonTaint = 'ToBeDeletedByClusterAutoscaler';
/** What Go's strconv.ParseBool takes for false: such a label excludes nothing. */
const falseTexts: readonly string[] = ['0', 'f', 'F', 'false', 'FALSE', 'False'];

export function isEligible({ metadata, spec }: StoredNode): boolean {
  const label = metadata.labels?.[excludeLabel];
  const included = label === undefined || falseTexts.includes(label);
  const stays = !spec?.taints?.some(({ key }) => key === deletedSoonTaint);
  return metadata.deletionTimestamp === undefined && included && stays;
}

export function eligibleNodes(lister: Lister): StoredNode[] {
  return lister.list<StoredNode>('', 'Node').filter(isEligible);
}

export function addressOfNode({ status }: StoredNode): string | undefined {
  return status?.addresses?.find(({ type }) => type === 'InternalIP')?.address;
}
