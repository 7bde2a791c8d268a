/**
 * What each node announces by BGP, and to whom: every node that may, all at once; the router chooses among them.
 *
 * Models: MetalLB `speaker/bgp_controller.go` ShouldAnnounce, SetBalancer, syncPeers, adsForPeer.
 */
import type { Node } from 'kubernetes-types/core/v1.js';
import type { EndpointSlice } from 'kubernetes-types/discovery/v1.js';
import type { KubeObject, Stored } from '../../api/object.js';
import { canServe } from '../endpoints.js';
import { type LoadBalancerService, serviceKey, statusAddresses } from '../load-balancer-service.js';
import { addressText, blockSize, parseAddress } from '../pools/address.js';
import { type IPAddressPool, type Pool, poolOf } from '../pools/pool.js';
import { matchesAny, selectsPool } from '../selection.js';
import { unusableReason } from '../usable-node.js';
import { checkCommunity } from './community.js';
import { localPrefCompatible } from './compatible.js';
import type { BGPAdvertisement, BGPAdvertisementSpec, BGPPeer } from './configuration.js';
import type { BgpNode, BgpRefusal, BgpRoute, BgpService, BgpSession } from './contract.js';
import { type PeerWorld, sessionOf } from './session.js';

type StoredNode = Stored<Node> & KubeObject;

export interface BgpWorld extends PeerWorld {
  pools: readonly Pool[];
  poolObjects: readonly IPAddressPool[];
  nodes: readonly StoredNode[];
  services: readonly LoadBalancerService[];
  slicesOf(service: LoadBalancerService): readonly Pick<EndpointSlice, 'endpoints'>[];
  peers: readonly BGPPeer[];
  advertisements: readonly BGPAdvertisement[];
  /** Values of communities by the names that Community objects give them. */
  aliases: ReadonlyMap<string, string>;
  ignoreExcludeLabel: boolean;
}

/** One address of a Service in one advertisement. */
interface Announcement extends BgpRoute {
  service: string;
  /** Names of peers; empty: all. */
  peers: readonly string[];
}

export function planBgp(node: StoredNode, world: BgpWorld): BgpNode {
  const peers = world.peers.filter(({ spec = {} }) => matchesAny(spec.nodeSelectors, node.metadata.labels));
  const verdicts = world.services.map((service) => [serviceKey(service), verdictOf(service, node, world)] as const);
  const announced = verdicts.flatMap(([, verdict]) =>
    typeof verdict === 'string' || verdict.length === 0 ? [] : [verdict],
  );
  const refused = verdicts.filter((one): one is [string, BgpRefusal] => typeof one[1] === 'string');
  const { sessions, withheld } = sessionsOf(peers, announced.flat(), world);
  const address = node.status?.addresses?.find(({ type }) => type === 'InternalIP')?.address ?? '';
  return {
    asn: peers[0]?.spec?.myASN ?? 0,
    routerId: peers[0]?.spec?.routerID ?? address,
    sessions,
    withheld,
    services: announced.map((all) => serviceOf(all, sessions)),
    refused: Object.fromEntries(refused),
  };
}

/** What of a Service a node announces, or why nothing. */
function verdictOf(service: LoadBalancerService, node: StoredNode, world: BgpWorld): Announcement[] | BgpRefusal {
  const texts = statusAddresses(service);
  if (texts.length === 0) return 'noIPAllocated';
  const addresses = texts.flatMap((text) => parseAddress(text) ?? []);
  if (addresses.length < texts.length) return 'invalidIP';
  const pool = poolOf(world.pools, addresses);
  const object = world.poolObjects.find(({ metadata }) => metadata.name === pool?.name);
  if (!pool || !object) return 'ipNotAllowed';
  const chosen = advertisementsOf(service, object, node, world);
  if (typeof chosen === 'string') return chosen;
  const reason = unusableReason(node, world.ignoreExcludeLabel) ?? endpointRefusal(service, node, world);
  if (reason) return reason;
  return chosen.flatMap((spec) => texts.flatMap((text) => announce(serviceKey(service), text, spec, world.aliases)));
}

function advertisementsOf(
  service: LoadBalancerService,
  pool: IPAddressPool,
  node: StoredNode,
  world: BgpWorld,
): BGPAdvertisementSpec[] | BgpRefusal {
  const { name, labels } = pool.metadata;
  const ofPool = world.advertisements.map(({ spec = {} }) => spec).filter((spec) => selectsPool(spec, name, labels));
  const here = ofPool.filter(({ nodeSelectors }) => matchesAny(nodeSelectors, node.metadata.labels));
  if (here.length === 0) return 'notOwner';
  const chosen = here.filter(({ serviceSelectors }) => matchesAny(serviceSelectors, service.metadata.labels));
  if (chosen.length === 0) return 'noMatchingAdvertisement';
  const compatible = chosen.every((spec, index) =>
    chosen.slice(0, index).every((other) => localPrefCompatible(spec, other, pool, world.nodes)),
  );
  return compatible ? chosen : 'conflictingAdvertisements';
}

function endpointRefusal(service: LoadBalancerService, node: StoredNode, world: BgpWorld): BgpRefusal | undefined {
  const serving = world.slicesOf(service).flatMap((slice) => slice.endpoints.filter(canServe));
  const local = serving.some(({ nodeName }) => nodeName === node.metadata.name);
  if (service.spec?.externalTrafficPolicy === 'Local' && !local) return 'noLocalEndpoints';
  return serving.length > 0 ? undefined : 'noEndpoints';
}

/** A community whose name nobody has defined yet is left out. */
function announce(
  service: string,
  text: string,
  spec: BGPAdvertisementSpec,
  aliases: ReadonlyMap<string, string>,
): Announcement[] {
  const prefix = prefixOf(text, spec.aggregationLength ?? 32);
  if (prefix === undefined) return [];
  const values = (spec.communities ?? []).map((one) => aliases.get(one) ?? one);
  const communities = values.filter(isCommunity);
  return [
    { service, prefix, communities, peers: spec.peers ?? [], ...(spec.localPref && { localPref: spec.localPref }) },
  ];
}

function isCommunity(text: string): boolean {
  try {
    checkCommunity(text);
    return true;
  } catch {
    return false;
  }
}

function prefixOf(text: string, length: number): string | undefined {
  const address = parseAddress(text);
  if (address?.family !== 'ipv4') return undefined;
  const size = blockSize({ family: 'ipv4', length });
  return `${addressText({ ...address, value: address.value - (address.value % size) })}/${length}`;
}

function sessionsOf(
  peers: readonly BGPPeer[],
  announced: readonly Announcement[],
  world: BgpWorld,
): Pick<BgpNode, 'sessions' | 'withheld'> {
  const sessions: BgpSession[] = [];
  const withheld: Record<string, string> = {};
  for (const peer of peers) {
    const { name } = peer.metadata;
    try {
      sessions.push(sessionOf(peer, world, routesFor(name, announced)));
    } catch (error) {
      withheld[name] = (error as Error).message;
    }
  }
  return { sessions, withheld };
}

/** Services that share a prefix make one route, with the communities of all. */
function routesFor(peer: string, announced: readonly Announcement[]): BgpRoute[] {
  const routes = new Map<string, BgpRoute>();
  for (const { prefix, localPref, communities } of announced.filter((one) => reaches(peer, one))) {
    const before = routes.get(prefix);
    const preference = before?.localPref ?? localPref;
    routes.set(prefix, {
      prefix,
      ...(preference && { localPref: preference }),
      communities: [...new Set([...(before?.communities ?? []), ...communities])].sort(),
    });
  }
  return [...routes.values()].sort((a, b) => (a.prefix < b.prefix ? -1 : 1));
}

function reaches(peer: string, { peers }: Announcement): boolean {
  return peers.length === 0 || peers.includes(peer);
}

/** Peers count by prefix: a Service whose prefix another announces is heard of where the other is. */
function serviceOf(announced: readonly Announcement[], sessions: readonly BgpSession[]): BgpService {
  const prefixes = [...new Set(announced.map(({ prefix }) => prefix))].sort();
  const hearing = sessions.filter(({ routes }) => routes.some(({ prefix }) => prefixes.includes(prefix)));
  return { service: announced[0]?.service ?? '', prefixes, peers: hearing.map(({ name }) => name) };
}
