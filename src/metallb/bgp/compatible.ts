/**
 * What MetalLB refuses about peers and advertisements together.
 * Source: MetalLB `internal/config/validation.go` checkFRRPeersCompatible, `internal/config/config.go` validateBGPAdvPerPool.
 */
import type { Node } from 'kubernetes-types/core/v1.js';
import type { Stored } from '../../api/object.js';
import { parseBlocks } from '../pools/address.js';
import type { IPAddressPool } from '../pools/pool.js';
import { matchesAny, selectsPool } from '../selection.js';
import type { BGPAdvertisement, BGPAdvertisementSpec, BGPPeer } from './configuration.js';

type Nodes = readonly Pick<Stored<Node>, 'metadata'>[];

/** Peers of one node share one FRR. @throws Error in MetalLB's words */
export function checkPeersTogether(peers: readonly BGPPeer[], nodes: Nodes): void {
  for (const [index, peer] of peers.entries()) {
    for (const other of peers.slice(0, index)) {
      const [p = {}, q = {}] = [peer.spec, other.spec];
      if (!shareNode(p.nodeSelectors, q.nodeSelectors, nodes)) continue;
      const [id, otherId] = [identifier(peer), identifier(other)];
      if (p.routerID !== q.routerID) {
        const rule = 'in FRR mode peers selecting the same node must all have the same RouterID';
        throw new Error(`peer ${p.routerID ?? ''} has RouterID different from ${q.routerID ?? ''}, ${rule}`);
      }
      if (id === otherId) {
        const rule = "FRR mode doesn't support duplicate BGPPeers selecting the same node";
        throw new Error(`peer ${id} already exists, ${rule}`);
      }
      if (p.myASN !== q.myASN && p.vrf === q.vrf) {
        const rule = 'in FRR mode peers selecting the same node must have the same myAsn within the same VRF';
        throw new Error(`peer ${id} has myAsn different from ${otherId}, ${rule}`);
      }
    }
  }
}

function identifier({ spec = {} }: BGPPeer): string {
  const id = spec.peerAddress || spec.interface || '';
  return spec.vrf ? `${id}-${spec.vrf}` : id;
}

type Selectors = BGPAdvertisementSpec['nodeSelectors'];

function shareNode(one: Selectors, other: Selectors, nodes: Nodes): boolean {
  return nodes.some(({ metadata: { labels } }) => matchesAny(one, labels) && matchesAny(other, labels));
}

/** @throws Error in MetalLB's words */
export function checkAdvertisementsTogether(
  advertisements: readonly BGPAdvertisement[],
  pools: readonly IPAddressPool[],
  nodes: Nodes,
): void {
  for (const pool of pools) {
    const { name, labels } = pool.metadata;
    const selecting = advertisements.map(({ spec = {} }) => spec).filter((spec) => selectsPool(spec, name, labels));
    for (const [index, spec] of selecting.entries()) {
      checkAggregation(spec, pool);
      if ((spec.serviceSelectors ?? []).length > 0) continue;
      const earlier = selecting.slice(0, index).filter(({ serviceSelectors = [] }) => serviceSelectors.length === 0);
      const conflict = earlier.find((other) => !localPrefCompatible(spec, other, pool, nodes));
      if (conflict) throw new Error(localPrefWords(spec, conflict));
    }
  }
}

/** The typing mistake is MetalLB's. */
function localPrefWords(one: BGPAdvertisementSpec, other: BGPAdvertisementSpec): string {
  const set = `local preferernce ${other.localPref ?? 0} was already set for the same type of BGP update`;
  const hint = 'Check existing BGP advertisements with common pools and aggregation lengths';
  return `invalid local preference ${one.localPref ?? 0}: ${set}. ${hint}`;
}

/** An aggregate may not be wider than what the pool has, as it would draw in traffic for others. */
function checkAggregation(spec: BGPAdvertisementSpec, { spec: { addresses = [] } = {} }: IPAddressPool): void {
  const { aggregationLength = 32, aggregationLengthV6 = 128 } = spec;
  for (const text of addresses) {
    const blocks = parseBlocks(text);
    const longest = blocks[0]?.family === 'ipv6' ? aggregationLengthV6 : aggregationLength;
    const lowest = Math.min(...blocks.map(({ length }) => length));
    if (longest >= lowest) continue;
    const words = `prefix ${lowest} in this pool is more specific than the aggregation length for addresses ${text}`;
    throw new Error(`invalid aggregation length ${aggregationLength}: ${words}`);
  }
}

/** Whether two advertisements of a pool can both be for one Service: one prefix has one preference. */
export function localPrefCompatible(
  one: BGPAdvertisementSpec,
  other: BGPAdvertisementSpec,
  pool: IPAddressPool,
  nodes: Nodes,
): boolean {
  if ((one.localPref ?? 0) === (other.localPref ?? 0)) return true;
  if (differInLength(one, other, pool)) return true;
  const [peers, otherPeers] = [one.peers ?? [], other.peers ?? []];
  if (peers.length > 0 && otherPeers.length > 0 && !peers.some((name) => otherPeers.includes(name))) return true;
  return !shareNode(one.nodeSelectors, other.nodeSelectors, nodes);
}

/** For every family that the pool has. */
function differInLength(one: BGPAdvertisementSpec, other: BGPAdvertisementSpec, pool: IPAddressPool): boolean {
  const families = (pool.spec?.addresses ?? []).flatMap((text) => parseBlocks(text).map(({ family }) => family));
  const length = (spec: BGPAdvertisementSpec, family: string) =>
    family === 'ipv4' ? (spec.aggregationLength ?? 32) : (spec.aggregationLengthV6 ?? 128);
  return families.every((family) => length(one, family) !== length(other, family));
}
