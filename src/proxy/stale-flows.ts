/**
 * Which UDP flows must be forgotten when the traffic changes: conntrack would keep sending them where they went before.
 *
 * Source: kubernetes v1.30.5 pkg/proxy/iptables/proxier.go (deletedUDPClusterIPs, deletedEndpoints) and
 * pkg/proxy/conntrack/cleanup.go. TCP and SCTP flows are left alone: their ends notice by themselves.
 */
import { middles } from '../model/common-ends.js';
import type { NodeServicePort, NodeTraffic } from '../model/traffic.js';

/** Flows to an address or a node port, all of them or only those that were sent to one endpoint. */
export type StaleFlows = { destination: string; endpoint?: string } | { nodePort: number; endpoint?: string };

/** Compares what a node routed with what it routes now. Sorted, without repetition. */
export function staleFlows(previous: NodeTraffic | undefined, next: NodeTraffic): StaleFlows[] {
  if (!previous) return [];
  const differing = middles(previous.ports, next.ports);
  const [was, is] = [differing.before.filter(isUdp), differing.after.filter(isUdp)];
  const after = new Map(is.map((port) => [keyOf(port), port]));
  const before = new Map(was.map((port) => [keyOf(port), port]));
  const gone = was.flatMap((port) => {
    const successor = after.get(keyOf(port));
    if (!successor) return entrances(port);
    return successor === port ? [] : removedEndpoints(port, successor);
  });
  const revived = is.flatMap((port) => {
    const predecessor = before.get(keyOf(port));
    const wasEmpty = predecessor === undefined || usable(predecessor).length === 0;
    return wasEmpty && usable(port).length > 0 ? entrances(port) : [];
  });
  return unique([...gone, ...revived]);
}

function isUdp({ traffic }: NodeServicePort): boolean {
  return traffic.protocol === 'UDP';
}

function keyOf({ traffic }: NodeServicePort): string {
  return `${traffic.name}/${traffic.protocol}`;
}

/** Endpoints that kube-proxy would send to: ready, or serving while terminating. */
function usable({ traffic }: NodeServicePort): NodeServicePort['traffic']['endpoints'] {
  return traffic.endpoints.filter(({ ready, serving }) => ready || serving);
}

function entrances({ traffic }: NodeServicePort): StaleFlows[] {
  const { clusterIP, externalIPs, loadBalancerVIPs, nodePort } = traffic;
  const addresses = [clusterIP, ...externalIPs, ...loadBalancerVIPs].map((destination) => ({ destination }));
  return nodePort === 0 ? addresses : [...addresses, { nodePort }];
}

/** Those that took traffic and are not listed any more, in whatever condition: one that is unready keeps its flows. */
function removedEndpoints(previous: NodeServicePort, next: NodeServicePort): StaleFlows[] {
  const left = new Set(next.traffic.endpoints.map(({ text }) => text));
  const removed = usable(previous).filter(({ text }) => !left.has(text));
  return removed.flatMap(({ ip }) => entrances(previous).map((entrance) => ({ ...entrance, endpoint: ip })));
}

function unique(flows: readonly StaleFlows[]): StaleFlows[] {
  const texts = new Map(flows.map((flow) => [JSON.stringify(flow), flow]));
  return [...texts.keys()].sort().flatMap((text) => texts.get(text) ?? []);
}
