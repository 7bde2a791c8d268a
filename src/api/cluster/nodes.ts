/**
 * Addresses and pod blocks for nodes whose configuration leaves them out.
 *
 * A node of the course keeps what the course notes show; another one gets the next free address, and a /26 chosen by
 * hash of its name (Calico chooses at random), so that it does not depend on the other nodes unless they collide.
 */
import {
  type AddressBlock,
  addressNumber,
  addressText,
  blockOf,
  blockText,
  holds,
  overlaps,
} from '../../model/address-block.js';
import type { NodeConfig } from '../../model/cluster-config.js';
import { pick } from '../../model/derive.js';

/** A node as written. */
export interface NodeInput {
  name: string;
  address?: string;
  podBlock?: string;
  controlPlane?: boolean;
  labels?: Record<string, string>;
  maxPods?: number;
}

/** Calico's `blockSize` 26. */
export const podBlockSize = 64;

/** The machines of the course notes. */
const course: Readonly<Record<string, { address: string; podBlock: string }>> = {
  'k8s-master': { address: '192.168.56.100', podBlock: '10.108.82.192/26' },
  'k8s-node1': { address: '192.168.56.101', podBlock: '10.111.156.64/26' },
  'k8s-node2': { address: '192.168.56.102', podBlock: '10.109.131.0/26' },
  'k8s-node3': { address: '192.168.56.103', podBlock: '10.111.218.64/26' },
};

/** Names of so many machines: `k8s-master`, `k8s-node1`, … */
export function numberedNodes(count: number): NodeInput[] {
  return Array.from({ length: count }, (_, i) => ({ name: i === 0 ? 'k8s-master' : `k8s-node${i}` }));
}

export interface NodeRanges {
  lan: AddressBlock;
  pods: AddressBlock;
  /** Addresses on the LAN that are not for nodes: the host's and the gateway's. */
  taken: readonly string[];
  /** Addresses of Services that no pod block may hold. */
  services: AddressBlock;
}

/** kubelet's default. */
const defaultMaxPods = 110;

/** The nodes with every field filled. Where no address or block is left, the field is ''. */
export function fillNodes(inputs: readonly NodeInput[], ranges: NodeRanges): NodeConfig[] {
  const addresses = assignAddresses(inputs, ranges);
  const blocks = assignBlocks(inputs, ranges);
  const someControlPlane = inputs.some(({ controlPlane }) => controlPlane === true);
  return inputs.map((input, i) => ({
    name: input.name,
    address: addresses.get(input.name) ?? '',
    podBlock: blocks.get(input.name) ?? '',
    controlPlane: input.controlPlane ?? (!someControlPlane && i === 0),
    labels: input.labels ?? {},
    maxPods: input.maxPods ?? defaultMaxPods,
  }));
}

/** Written ones first, then the course's, then the next free one in the order of the file. */
function assignAddresses(inputs: readonly NodeInput[], { lan, taken }: NodeRanges): Map<string, string> {
  const chosen = new Map<string, string>();
  const used = new Set(taken);
  const give = (name: string, address: string) => {
    chosen.set(name, address);
    used.add(address);
  };
  for (const { name, address } of inputs) if (address !== undefined) give(name, address);
  for (const { name } of inputs) {
    const address = course[name]?.address;
    if (!chosen.has(name) && address !== undefined && !used.has(address) && holds(lan, addressNumber(address) ?? -1))
      give(name, address);
  }
  for (const { name } of inputs) {
    const address = chosen.has(name) ? undefined : nextFree(lan, used);
    if (address !== undefined) give(name, address);
  }
  return chosen;
}

/** The course's nodes start at .100; on a smaller network, and when those run out, at the first address. */
const firstNodeOffset = 100;

function nextFree(lan: AddressBlock, used: ReadonlySet<string>): string | undefined {
  const usable = Array.from({ length: Math.max(0, Math.min(lan.size, 4096) - 2) }, (_, i) => i + 1);
  const ordered = [
    ...usable.filter((offset) => offset >= firstNodeOffset),
    ...usable.filter((offset) => offset < firstNodeOffset),
  ];
  return ordered.map((offset) => addressText(lan.first + offset)).find((address) => !used.has(address));
}

/** Written ones first, then the course's, then by hash, names in alphabetical order. */
function assignBlocks(inputs: readonly NodeInput[], { pods, services }: NodeRanges): Map<string, string> {
  const chosen = new Map<string, string>();
  const used: AddressBlock[] = [services];
  const give = (name: string, block: AddressBlock) => {
    chosen.set(name, blockText(block));
    used.push(block);
  };
  const free = (block: AddressBlock) => holds(pods, block.first) && !used.some((other) => overlaps(block, other));
  for (const { name, podBlock } of inputs) if (podBlock !== undefined) give(name, blockOf(podBlock));
  const missing = inputs.map(({ name }) => name).filter((name) => !chosen.has(name));
  for (const name of missing) {
    const block = course[name] === undefined ? undefined : blockOf(course[name].podBlock);
    if (block !== undefined && free(block)) give(name, block);
  }
  for (const name of missing.filter((name) => !chosen.has(name)).sort()) {
    const block = blocksFrom(pods, name).find(free);
    if (block !== undefined) give(name, block);
  }
  return chosen;
}

/** Every block of the range, beginning where the name's hash points. */
function blocksFrom(pods: AddressBlock, name: string): AddressBlock[] {
  const count = Math.floor(pods.size / podBlockSize);
  const start = pick(0, `first-pod-block/${name}`, Math.max(count, 1));
  const tries = Math.min(count, 1024);
  return Array.from({ length: tries }, (_, i) => ({
    first: pods.first + ((start + i) % count) * podBlockSize,
    size: podBlockSize,
  }));
}
