/**
 * Which /26 blocks of pod addresses each node owns: the configured one, then as many more as its `maxPods` can need.
 *
 * Models Calico IPAM's block affinities. Both the pod allocator and the Service allocator ask here, so that a ClusterIP
 * never falls into a block although the course's pod and Service ranges are the same.
 * Differs: Calico claims further blocks when the first is full; here they are decided in advance from the node's name, so that they never depend on the order of pods.
 */
import { type AddressBlock, blockOf, blockText, overlaps } from './address-block.js';
import type { ClusterConfig, NodeConfig } from './cluster-config.js';
import { pick } from './derive.js';

/** Calico's default `blockSize` 26. */
const blockSize = 64;

/** Addresses at the start of the Service range that explicit ClusterIPs usually come from, see kube-proxy.md 9.3. */
const reservedServiceAddresses = 256;

/** The blocks of one node, the configured one first. */
export interface NodeBlocks {
  readonly node: string;
  readonly blocks: readonly AddressBlock[];
}

/** The blocks of every node, in the configuration's order. Pure and the same whoever asks. */
export function nodeBlocks(config: ClusterConfig): NodeBlocks[] {
  const extra = extraBlocks(config);
  return config.nodes.map((node) => ({
    node: node.name,
    blocks: [blockOf(node.podBlock), ...(extra.get(node.name) ?? []).map(blockOf)],
  }));
}

/**
 * The further blocks of every node by node name, as CIDR texts: empty for a node whose first block suffices.
 * Chosen by hash of node name and index, skipping the nodes' first blocks, the start of the Service range, and each other.
 */
export function extraBlocks(config: ClusterConfig): Map<string, string[]> {
  const used = config.nodes.map((node) => blockOf(node.podBlock));
  used.push({ first: blockOf(config.serviceCIDR).first, size: reservedServiceAddresses });
  const result = new Map<string, string[]>();
  for (const node of [...config.nodes].sort((left, right) => (left.name < right.name ? -1 : 1))) {
    const chosen: string[] = [];
    for (let index = 0; index < extraCount(node); index += 1) {
      const block = chooseBlock(config, node.name, index, used);
      if (!block) break;
      used.push(block);
      chosen.push(blockText(block));
    }
    result.set(node.name, chosen);
  }
  return result;
}

/** How many more blocks `maxPods` pods need: the first block keeps one address for the node's tunnel. */
function extraCount(node: NodeConfig): number {
  const inFirst = blockOf(node.podBlock).size - 1;
  return Math.ceil(Math.max(0, node.maxPods - inFirst) / blockSize);
}

function chooseBlock(
  config: ClusterConfig,
  node: string,
  index: number,
  used: readonly AddressBlock[],
): AddressBlock | undefined {
  const pool = blockOf(config.podCIDR);
  const count = Math.floor(pool.size / blockSize);
  const start = pick(0, `pod-block/${node}/${index}`, Math.max(count, 1));
  for (let probe = 0; probe < count; probe += 1) {
    const block = { first: pool.first + ((start + probe) % count) * blockSize, size: blockSize };
    if (!used.some((other) => overlaps(block, other))) return block;
  }
  return undefined;
}
