/**
 * Which conntrack entries of UDP a change of traffic leaves stale. UDP has no connection whose end would remove them, so
 * a client that keeps its source port would keep an endpoint that is gone, or the black hole from before there was one.
 *
 * Source: kube-proxy v1.30.5 `conntrack/cleanup.go` and `detectStaleConntrackEntries`. TCP and SCTP are left alone.
 */
import type { NodeTraffic, ServicePortTraffic } from '../model/traffic.js';

/** Entries to delete: to a service address or node port, or those of them that lead to one endpoint. */
export type StaleEntries =
  | { readonly destination: string; readonly endpoint?: string }
  | { readonly nodePort: number; readonly endpoint?: string };

function addresses({ clusterIP, externalIPs, loadBalancerVIPs }: ServicePortTraffic): string[] {
  return [clusterIP, ...externalIPs, ...loadBalancerVIPs];
}

/** Everything by which a client may have reached a service port, as long as no other endpoint took it. */
function entriesOf(port: ServicePortTraffic, endpoint?: string): StaleEntries[] {
  const narrowed = endpoint === undefined ? {} : { endpoint };
  const nodePort = port.nodePort === 0 ? [] : [{ nodePort: port.nodePort, ...narrowed }];
  return [...nodePort, ...addresses(port).map((destination) => ({ destination, ...narrowed }))];
}

function isServed({ endpoints }: ServicePortTraffic): boolean {
  return endpoints.some(({ serving }) => serving);
}

/** Endpoints that took traffic and are not listed any more, in whatever condition. */
function goneEndpoints(before: ServicePortTraffic, after: ServicePortTraffic): string[] {
  const left = new Set(after.endpoints.map(({ text }) => text));
  return before.endpoints.filter(({ serving, text }) => serving && !left.has(text)).map(({ ip }) => ip);
}

function udpPorts(traffic: NodeTraffic | undefined): Map<string, ServicePortTraffic> {
  const udp = (traffic?.ports ?? []).map((port) => port.traffic).filter(({ protocol }) => protocol === 'UDP');
  return new Map(udp.map((port) => [port.name, port]));
}

/** What to delete once the rules for `next` are in; nothing the first time, as nothing was served before. */
export function staleEntries(previous: NodeTraffic | undefined, next: NodeTraffic): StaleEntries[] {
  const before = udpPorts(previous);
  const after = udpPorts(next);
  const stale: StaleEntries[] = [];
  for (const [name, port] of after) {
    const old = before.get(name);
    if (previous === undefined || old === port) continue;
    if (isServed(port) && (old === undefined || !isServed(old))) stale.push(...entriesOf(port));
    for (const endpoint of old === undefined ? [] : goneEndpoints(old, port)) stale.push(...entriesOf(port, endpoint));
  }
  for (const [name, { clusterIP }] of before) if (!after.has(name)) stale.push({ destination: clusterIP });
  return stale;
}

/** The arguments of `conntrack` that delete them. It ends with 1 when there are none, which is no failure. */
export function conntrackArguments(entries: StaleEntries): string[] {
  const nat = entries.endpoint === undefined ? [] : ['--dst-nat', entries.endpoint];
  if ('nodePort' in entries) return ['-D', '-p', 'udp', '--dport', `${entries.nodePort}`, ...nat];
  const family = entries.destination.includes(':') ? ['-f', 'ipv6'] : [];
  return ['-D', '--orig-dst', entries.destination, ...nat, '-p', 'udp', ...family];
}
