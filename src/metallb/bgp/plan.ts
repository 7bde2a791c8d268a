/**
 * What each node announces by BGP, and to whom: every node that may, all at once; the router chooses among them.
 *
 * Models: MetalLB `speaker/bgp_controller.go` ShouldAnnounce, SetBalancer, syncPeers.
 */
import type { Node, Secret } from 'kubernetes-types/core/v1.js';
import type { EndpointSlice } from 'kubernetes-types/discovery/v1.js';
import type { KubeObject, Stored } from '../../api/object.js';
import { type Labels, matchesSelector } from '../../api/selector.js';
import type { LoadBalancerService } from '../controller/converge.js';
import { serviceKey, statusAddresses } from '../controller/converge.js';
import { canServe } from '../layer2/advertisements.js';
import { isUsableNode } from '../layer2/usable-node.js';
import { addressText, blockSize, parseAddress } from '../pools/address.js';
import { type IPAddressPool, type Pool, poolOf } from '../pools/pool.js';
import {
  type BFDProfile,
  type BGPAdvertisement,
  type BGPAdvertisementSpec,
  type BGPPeer,
  bfdTimers,
  type Community,
  durationSeconds,
  sessionTimers,
} from './configuration.js';
import type { BgpNode, BgpRoute, BgpSession } from './contract.js';

export interface BgpWorld {
  pools: readonly Pool[];
  poolObjects: readonly IPAddressPool[];
  services: readonly LoadBalancerService[];
  slicesOf(service: LoadBalancerService): readonly Pick<EndpointSlice, 'endpoints'>[];
  peers: readonly BGPPeer[];
  profiles: readonly BFDProfile[];
  advertisements: readonly BGPAdvertisement[];
  communities: readonly Community[];
  secret(name: string): Pick<Stored<Secret>, 'data'> | undefined;
  ignoreExcludeLabel: boolean;
}

type StoredNode = Stored<Node> & KubeObject;

/** Undefined for a node that no peer selects. */
export function planBgp(node: StoredNode, world: BgpWorld): BgpNode | undefined {
  const peers = world.peers.filter(({ spec = {} }) => matchesAny(spec.nodeSelectors, node.metadata.labels));
  const [first] = peers;
  if (!first?.spec?.myASN) return undefined;
  const announced = world.services.filter((service) => bgpRefusal(service, node, world) === undefined);
  const address = node.status?.addresses?.find(({ type }) => type === 'InternalIP')?.address ?? '';
  return {
    asn: first.spec.myASN,
    routerId: first.spec.routerID ?? address,
    sessions: peers.map((peer) => sessionOf(peer, world)),
    routes: routesOf(announced, node, peers, world),
    services: announced.map(serviceKey),
  };
}

function matchesAny(selectors: BGPAdvertisementSpec['nodeSelectors'] = [], labels: Labels | undefined): boolean {
  return selectors.length === 0 || selectors.some((selector) => matchesSelector(selector, labels));
}

/** Why a node does not announce a Service, in MetalLB's word; undefined when it does. */
export function bgpRefusal(service: LoadBalancerService, node: StoredNode, world: BgpWorld): string | undefined {
  const pool = poolFor(service, world.pools);
  if (!pool) return statusAddresses(service).length === 0 ? 'noIPAllocated' : 'ipNotAllowed';
  if (!isUsableNode(node, world.ignoreExcludeLabel)) return 'nodeUnusable';
  if (advertisementsOf(service, pool, node, world).length === 0) return 'noMatchingAdvertisement';
  const serving = world.slicesOf(service).flatMap((slice) => slice.endpoints.filter(canServe));
  if (service.spec?.externalTrafficPolicy === 'Local') {
    return serving.some(({ nodeName }) => nodeName === node.metadata.name) ? undefined : 'noLocalEndpoints';
  }
  return serving.length > 0 ? undefined : 'noEndpoints';
}

function poolFor(service: LoadBalancerService, pools: readonly Pool[]): Pool | undefined {
  const addresses = statusAddresses(service).flatMap((text) => parseAddress(text) ?? []);
  return addresses.length > 0 ? poolOf(pools, addresses) : undefined;
}

function advertisementsOf(
  service: LoadBalancerService,
  { name }: Pool,
  node: StoredNode,
  world: BgpWorld,
): BGPAdvertisementSpec[] {
  const labels = world.poolObjects.find(({ metadata }) => metadata.name === name)?.metadata.labels;
  const specs = world.advertisements.map(({ spec = {} }) => spec);
  return specs.filter(({ ipAddressPools = [], ipAddressPoolSelectors = [], nodeSelectors, serviceSelectors }) => {
    const all = ipAddressPools.length + ipAddressPoolSelectors.length === 0;
    const selected =
      ipAddressPools.includes(name) || ipAddressPoolSelectors.some((one) => matchesSelector(one, labels));
    const here = matchesAny(nodeSelectors, node.metadata.labels);
    return (all || selected) && here && matchesAny(serviceSelectors, service.metadata.labels);
  });
}

/** Services that share a prefix make one route. Differs: of several advertisements of a prefix, all communities count. */
function routesOf(
  services: readonly LoadBalancerService[],
  node: StoredNode,
  peers: readonly BGPPeer[],
  world: BgpWorld,
): BgpRoute[] {
  const routes = new Map<string, BgpRoute>();
  for (const service of services) {
    const pool = poolFor(service, world.pools);
    if (!pool) continue;
    for (const spec of advertisementsOf(service, pool, node, world)) {
      for (const address of statusAddresses(service)) addRoute(routes, address, spec, peers, world.communities);
    }
  }
  return [...routes.values()].sort((a, b) => (a.prefix < b.prefix ? -1 : 1));
}

function addRoute(
  routes: Map<string, BgpRoute>,
  address: string,
  spec: BGPAdvertisementSpec,
  peers: readonly BGPPeer[],
  aliases: readonly Community[],
): void {
  const prefix = prefixOf(address, spec.aggregationLength ?? 32);
  const before = routes.get(prefix);
  const names = peers.map(({ metadata }) => metadata.name);
  const told = names.filter((name) => (spec.peers ?? []).length === 0 || spec.peers?.includes(name));
  const communities = (spec.communities ?? []).map((community) => communityValue(community, aliases));
  const localPref = before?.localPref ?? spec.localPref;
  routes.set(prefix, {
    prefix,
    ...(localPref && { localPref }),
    communities: [...new Set([...(before?.communities ?? []), ...communities])].sort(),
    peers: names.filter((name) => told.includes(name) || before?.peers.includes(name)),
  });
}

function prefixOf(text: string, length: number): string {
  const address = parseAddress(text);
  if (!address || address.family === 'ipv6') return `${text}/128`;
  const size = blockSize({ family: 'ipv4', length });
  return `${addressText({ ...address, value: address.value - (address.value % size) })}/${length}`;
}

function communityValue(text: string, communities: readonly Community[]): string {
  const aliases = communities.flatMap(({ spec }) => spec?.communities ?? []);
  return aliases.find(({ name }) => name === text)?.value ?? text;
}

function sessionOf({ metadata: { name }, spec = {} }: BGPPeer, world: BgpWorld): BgpSession {
  const timers = sessionTimers(spec);
  const connectSeconds = durationSeconds(spec.connectTime);
  const profile = world.profiles.find(({ metadata }) => metadata.name === spec.bfdProfile);
  const encoded = spec.passwordSecret?.name ? world.secret(spec.passwordSecret.name)?.data?.['password'] : undefined;
  const password = encoded ? Buffer.from(encoded, 'base64').toString('utf8') : spec.password;
  return {
    name,
    address: spec.peerAddress ?? '',
    port: spec.peerPort ?? 179,
    asn: spec.dynamicASN ?? String(spec.peerASN),
    ebgpMultiHop: spec.ebgpMultiHop ?? false,
    ...(timers && { timers }),
    ...(connectSeconds && { connectSeconds }),
    ...(password && { password }),
    ...(spec.sourceAddress && { sourceAddress: spec.sourceAddress }),
    ...(profile && { bfd: bfdTimers(profile) }),
  };
}
