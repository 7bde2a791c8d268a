/**
 * From objects to what the speakers are told: pools, L2Advertisements, nodes and endpoints joined for each Service.
 *
 * Models: MetalLB `speaker/main.go` SetBalancer, `speaker/layer2_controller.go`, `internal/config/config.go`
 * setL2AdvertisementsToPools.
 */
import type { Node } from 'kubernetes-types/core/v1.js';
import type { Endpoint, EndpointSlice } from 'kubernetes-types/discovery/v1.js';
import type { Stored } from '../../api/object.js';
import { matchesSelector } from '../../api/selector.js';
import { requested } from '../annotations.js';
import { canServe } from '../endpoints.js';
import { type LoadBalancerService, serviceKey, statusAddresses } from '../load-balancer-service.js';
import { parseAddress } from '../pools/address.js';
import { type IPAddressPool, type Pool, poolOf } from '../pools/pool.js';
import { matchesAny, selectsPool } from '../selection.js';
import { isUsableNode } from '../usable-node.js';
import type { L2Advertisement, L2AdvertisementSpec } from './configuration.js';
import type { AnnouncedInterfaces, ServiceAdvertisement, WithdrawReason } from './contract.js';

/** All that the speakers' decisions depend on, as the API server has it. */
export interface Layer2World {
  pools: readonly Pool[];
  /** The pools' objects, for their labels. */
  poolObjects: readonly IPAddressPool[];
  advertisements: readonly L2Advertisement[];
  nodes: readonly Stored<Node>[];
  /** The slices of a Service. */
  slicesOf(service: LoadBalancerService): readonly Pick<EndpointSlice, 'endpoints'>[];
  /** `--ignore-exclude-lb`. */
  ignoreExcludeLabel: boolean;
}

/** What the speakers are told of one Service. */
export function advertisementOf(service: LoadBalancerService, world: Layer2World): ServiceAdvertisement {
  const addresses = statusAddresses(service);
  const told = { service: serviceKey(service), addresses, nodes: {}, candidates: [], scores: {} };
  const pool = allowedPool(service, world.pools);
  if (typeof pool === 'string') return { ...told, withheld: pool };
  const endpoints = world
    .slicesOf(service)
    .flatMap((slice) => slice.endpoints)
    .filter(canServe);
  if (endpoints.length === 0) return { ...told, withheld: 'notOwner' };
  const advertisements = advertisementsFor(service, pool, world);
  if (
    isSharedByAnnotation(service) &&
    advertisements.some(({ serviceSelectors = [] }) => serviceSelectors.length > 0)
  ) {
    return { ...told, withheld: 'sharedIPWithServiceSelector' };
  }
  const nodes = selectedNodes(advertisements, world.nodes);
  return { ...told, nodes, ...candidatesOf(service, nodes, endpoints, advertisements, world) };
}

function allowedPool(service: LoadBalancerService, pools: readonly Pool[]): Pool | WithdrawReason {
  if (service.spec?.type !== 'LoadBalancer') return 'notLoadBalancer';
  const texts = statusAddresses(service);
  if (texts.length === 0) return 'noIPAllocated';
  const addresses = texts.flatMap((text) => parseAddress(text) ?? []);
  if (addresses.length < texts.length) return 'invalidIP';
  return poolOf(pools, addresses) ?? 'ipNotAllowed';
}

/** The old prefix counts too, and the mere presence: an empty key is one. */
function isSharedByAnnotation({ metadata }: LoadBalancerService): boolean {
  return requested(metadata.annotations, 'allow-shared-ip') !== undefined;
}

function advertisementsFor(service: LoadBalancerService, pool: Pool, world: Layer2World): L2AdvertisementSpec[] {
  const labels = world.poolObjects.find(({ metadata }) => metadata.name === pool.name)?.metadata.labels;
  const specs = world.advertisements
    .map(({ spec = {} }) => spec)
    .filter((spec) => selectsPool(spec, pool.name, labels));
  return specs.filter(({ serviceSelectors }) => matchesAny(serviceSelectors, service.metadata.labels));
}

function selectedNodes(
  advertisements: readonly L2AdvertisementSpec[],
  nodes: readonly Stored<Node>[],
): Record<string, AnnouncedInterfaces> {
  const selected: Record<string, AnnouncedInterfaces> = {};
  for (const { metadata } of nodes) {
    const here = advertisements.filter(({ nodeSelectors }) => matchesAny(nodeSelectors, metadata.labels));
    if (here.length > 0) selected[metadata.name] = interfacesOf(here);
  }
  return selected;
}

function interfacesOf(advertisements: readonly L2AdvertisementSpec[]): AnnouncedInterfaces {
  const lists = advertisements.map(({ interfaces = [] }) => interfaces);
  return lists.some((list) => list.length === 0) ? 'all' : [...new Set(lists.flat())].sort();
}

function candidatesOf(
  service: LoadBalancerService,
  selected: Readonly<Record<string, AnnouncedInterfaces>>,
  endpoints: readonly Endpoint[],
  advertisements: readonly L2AdvertisementSpec[],
  world: Layer2World,
): Pick<ServiceAdvertisement, 'candidates' | 'scores'> {
  const local = service.spec?.externalTrafficPolicy === 'Local';
  const withEndpoint = new Set(endpoints.map(({ nodeName }) => nodeName));
  const usable = world.nodes.filter(({ metadata: { name } }) => selected[name] !== undefined);
  const candidates = usable
    .filter((node) => isUsableNode(node, world.ignoreExcludeLabel))
    .filter(({ metadata: { name } }) => !local || withEndpoint.has(name));
  return { candidates: candidates.map(({ metadata }) => metadata.name), scores: scoresOf(advertisements, usable) };
}

/** Weights count on nodes that the same advertisement selects. */
function scoresOf(
  advertisements: readonly L2AdvertisementSpec[],
  nodes: readonly Stored<Node>[],
): Record<string, number> {
  const scores: Record<string, number> = {};
  for (const { nodeSelectors = [], preferredNodeSelectors = [] } of advertisements) {
    for (const { metadata } of nodes.filter(({ metadata: { labels } }) => matchesAny(nodeSelectors, labels))) {
      const matching = preferredNodeSelectors.filter(({ preference }) => matchesSelector(preference, metadata.labels));
      const weight = matching.reduce((sum, one) => sum + one.weight, 0);
      if (weight > 0) scores[metadata.name] = (scores[metadata.name] ?? 0) + weight;
    }
  }
  return scores;
}
