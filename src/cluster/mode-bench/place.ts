/**
 * Where the modes are measured: one node of the usual cluster with a pod that asks and pods that answer, wired as in any
 * lab.
 */
import { defaultClusterConfig } from '../../api/cluster-config.js';
import { planMachines } from '../../fabric/machines.js';
import { podNamespace } from '../../fabric/naming.js';
import { scheduleOperations } from '../../fabric/operation.js';
import { type PodPlacement, planPod } from '../../fabric/pods.js';
import type { NetworkNamespace } from '../../kernel/netns.js';
import { Namespaces, runOperations } from '../../kernel/operations.js';
import { addressText, blockOf } from '../../model/address-block.js';
import type { ClusterConfig, NodeConfig } from '../../model/cluster-config.js';

/** As many as the synthetic Services have endpoints. */
export const serverCount = 3;

export interface Place {
  readonly config: ClusterConfig;
  readonly node: NodeConfig;
  /** The node's own network. */
  readonly network: NetworkNamespace;
  readonly client: NetworkNamespace;
  readonly servers: readonly { readonly network: NetworkNamespace; readonly address: string }[];
  /** Lets go of all namespaces: the kernel removes them with everything in them. */
  remove(): void;
}

function placements(node: NodeConfig): [client: PodPlacement, ...servers: PodPlacement[]] {
  // The first address of a block is the node's own.
  const { first } = blockOf(node.podBlock);
  const pod = (name: string, place: number): PodPlacement => ({
    namespace: 'default',
    name,
    node: node.name,
    address: addressText(first + place),
  });
  const servers = Array.from({ length: serverCount }, (_, index) => pod(`server-${index}`, 2 + index));
  return [pod('client', 1), ...servers];
}

/** Makes it. @throws OperationError */
export async function createPlace(): Promise<Place> {
  const cluster = defaultClusterConfig();
  const [node] = cluster.nodes.filter(({ controlPlane }) => !controlPlane) as [NodeConfig];
  const config = { ...cluster, nodes: [node] };
  const [client, ...servers] = placements(node);
  const namespaces = new Namespaces();
  const pieces = [...planMachines(config), ...[client, ...servers].map(planPod)];
  await runOperations(namespaces, scheduleOperations(pieces.flatMap(({ make }) => make)));
  const networkOf = ({ namespace, name }: PodPlacement) => namespaces.get(podNamespace(namespace, name));
  return {
    config,
    node,
    network: namespaces.get(node.name),
    client: networkOf(client),
    servers: servers.map((pod) => ({ network: networkOf(pod), address: pod.address })),
    remove() {
      for (const name of namespaces.names()) namespaces.delete(name);
    },
  };
}
