/**
 * One node's choice among the endpoints of every service port.
 *
 * Models kube-proxy v1.30.5 `CategorizeEndpoints`; same-node hints as of v1.33.
 * Differs: zone hints count without the topology-mode annotation, as with the feature gate ServiceTrafficDistribution
 * on, which is off by default in 1.30 and on since 1.31.
 */
import type { Node } from 'kubernetes-types/core/v1.js';
import { mapKept } from './common-ends.js';
import { canonicalIP } from './traffic-address.js';
import type {
  ClusterTraffic,
  HealthCheckNodePort,
  IPFamily,
  NodeServicePort,
  NodeTraffic,
  ServicePortTraffic,
  TrafficEndpoint,
  TrafficNode,
} from './traffic-model.js';

const zoneLabel = 'topology.kubernetes.io/zone';
const nobody: readonly TrafficEndpoint[] = [];

type Test = (endpoint: TrafficEndpoint) => boolean;

const isReady: Test = (endpoint) => endpoint.ready;
const isServingTerminating: Test = (endpoint) => endpoint.serving && endpoint.terminating;

function trafficNode(node: Node, family: IPFamily): TrafficNode {
  const internal = (node.status?.addresses ?? []).filter(({ type }) => type === 'InternalIP');
  const addresses = internal.map(({ address }) => canonicalIP(address, family));
  return {
    name: node.metadata?.name ?? '',
    zone: node.metadata?.labels?.[zoneLabel] || undefined,
    address: addresses.find((address) => address !== undefined),
  };
}

/** Hints count only if all ready endpoints have them and one names this node (or zone): never in part. */
function topologyFilter(endpoints: readonly TrafficEndpoint[], { name, zone }: TrafficNode): Test | undefined {
  const ready = endpoints.filter(isReady);
  const here = (test: Test, hinted: Test): Test | undefined =>
    ready.length > 0 && ready.every(hinted) && ready.some(test) ? test : undefined;
  const sameNode = here(
    ({ nodeHints }) => nodeHints.includes(name),
    ({ nodeHints }) => nodeHints.length > 0,
  );
  if (sameNode !== undefined || zone === undefined) return sameNode;
  return here(
    ({ zoneHints }) => zoneHints.includes(zone),
    ({ zoneHints }) => zoneHints.length > 0,
  );
}

/** Those that pass, as the very list given when all do. */
function pick(endpoints: readonly TrafficEndpoint[], test: Test): readonly TrafficEndpoint[] {
  return endpoints.every(test) ? endpoints : endpoints.filter(test);
}

/** Ready endpoints, or else the terminating ones that still serve (KEP-1669). */
function readyOrTerminating(endpoints: readonly TrafficEndpoint[], topology?: Test): readonly TrafficEndpoint[] {
  const usable = topology === undefined ? isReady : (endpoint: TrafficEndpoint) => endpoint.ready && topology(endpoint);
  const ready = pick(endpoints, usable);
  return ready.length > 0 ? ready : pick(endpoints, isServingTerminating);
}

function union(a: readonly TrafficEndpoint[], b: readonly TrafficEndpoint[]): readonly TrafficEndpoint[] {
  if (b.length === 0 || a === b) return a;
  const all = new Set([...a, ...b]);
  return all.size === a.length ? a : [...all].sort((x, y) => (x.text < y.text ? -1 : 1));
}

/** Upstream CategorizeEndpoints, for one service port on one node. */
function categorizeEndpoints(traffic: ServicePortTraffic, node: TrafficNode): NodeServicePort {
  const { endpoints, internalTrafficPolicy, externalTrafficPolicy } = traffic;
  const externallyAccessible =
    traffic.nodePort !== 0 || traffic.loadBalancerVIPs.length > 0 || traffic.externalIPs.length > 0;
  const internalLocal = internalTrafficPolicy === 'Local';
  const externalLocal = externalTrafficPolicy === 'Local';
  const usesCluster = !internalLocal || externallyAccessible;
  const usesLocal = internalLocal || (externalLocal && externallyAccessible);
  const topology = usesCluster ? topologyFilter(endpoints, node) : undefined;
  const clusterEndpoints = usesCluster ? readyOrTerminating(endpoints, topology) : nobody;
  const here = usesLocal ? endpoints.filter(({ nodeName }) => nodeName === node.name) : nobody;
  const localEndpoints = usesLocal ? readyOrTerminating(here) : nobody;
  const hasEndpoints =
    clusterEndpoints.length > 0 ||
    (usesLocal && endpoints.some((endpoint) => isReady(endpoint) || isServingTerminating(endpoint)));
  return {
    traffic,
    clusterEndpoints,
    localEndpoints,
    reachableEndpoints: union(clusterEndpoints, localEndpoints),
    hasEndpoints,
    hasInternalEndpoints: internalLocal ? hasEndpoints && localEndpoints.length > 0 : hasEndpoints,
    hasExternalEndpoints: externalLocal ? hasEndpoints && localEndpoints.length > 0 : hasEndpoints,
    externallyAccessible,
  };
}

/** Per Service, not per port: an address with two ports counts once, terminating endpoints do not count. */
function healthChecks(ports: readonly ServicePortTraffic[], node: string): HealthCheckNodePort[] {
  const found = new Map<string, { port: number; ips: Set<string>; namespace: string; service: string }>();
  for (const { healthCheckNodePort: port, namespace, service, endpoints } of ports) {
    if (port === 0) continue;
    const key = `${namespace}/${service}`;
    const entry = found.get(key) ?? { port, ips: new Set(), namespace, service };
    found.set(key, entry);
    for (const { ready, nodeName, ip } of endpoints) if (ready && nodeName === node) entry.ips.add(ip);
  }
  return [...found.values()].map(({ ips, ...rest }) => ({ ...rest, localEndpoints: ips.size }));
}

/**
 * The traffic plan as one node routes it. With `previous` (of the same node), unchanged ports are the same objects as
 * there.
 */
export function trafficOfNode(traffic: ClusterTraffic, node: Node, previous?: NodeTraffic): NodeTraffic {
  const self = trafficNode(node, traffic.family);
  const same = previous?.family === traffic.family && JSON.stringify(previous.node) === JSON.stringify(self);
  const ports = mapKept(
    same ? previous.ports : [],
    traffic.ports,
    (planned, port) => planned.traffic === port,
    (fresh, before) => {
      const known = new Map(before.map((planned) => [planned.traffic, planned]));
      return fresh.map((port) => known.get(port) ?? categorizeEndpoints(port, self));
    },
  );
  let totalEndpoints = 0;
  for (const port of traffic.ports) totalEndpoints += port.endpoints.length;
  return {
    family: traffic.family,
    node: self,
    ports,
    totalEndpoints,
    healthChecks: healthChecks(traffic.ports, self.name),
  };
}
