/**
 * Blocks beyond the nodes' first ones that pods live in: every node must know the way to them.
 */
import { addressNumber, blockText, holds } from '../model/address-block.js';
import type { ClusterConfig } from '../model/cluster-config.js';
import { nodeBlocks } from '../model/pod-addresses-blocks.js';
import { planBlock } from './machines.js';
import type { Piece } from './operation.js';
import type { PodPlacement } from './pods.js';

/** Finds the block of an address among those that are not a node's first. Made once a configuration: blocks never change. */
export function blockFinder(
  config: ClusterConfig,
): (placement: Pick<PodPlacement, 'node' | 'address'>) => Piece | undefined {
  const byNode = new Map(nodeBlocks(config).map(({ node, blocks }) => [node, blocks.slice(1)]));
  const pieces = new Map<string, Piece>();
  return ({ node, address }) => {
    const number = addressNumber(address);
    const block = byNode.get(node)?.find((one) => number !== undefined && holds(one, number));
    const owner = config.nodes.find(({ name }) => name === node);
    if (!block || !owner) return undefined;
    const text = blockText(block);
    const piece = pieces.get(text) ?? planBlock(config, owner, text);
    pieces.set(text, piece);
    return piece;
  };
}

/** The further blocks that these pods need, each once, in the order of their keys. */
export function planClaimedBlocks(config: ClusterConfig, pods: readonly PodPlacement[]): Piece[] {
  const find = blockFinder(config);
  const pieces = new Map(pods.flatMap((pod) => find(pod) ?? []).map((piece) => [piece.key, piece]));
  return [...pieces.values()].sort((a, b) => (a.key < b.key ? -1 : 1));
}
