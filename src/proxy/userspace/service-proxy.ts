/**
 * What the proxy process serves: for each service port a local port, and the endpoints it connects to by turns.
 *
 * Source: kube-proxy v1.20 `pkg/proxy/userspace` (proxier.go, roundrobin.go).
 * Differs: the local port is derived from the name of the service port; kube-proxy takes any port that is free.
 * Differs: the first endpoint is derived from the seed; kube-proxy shuffles the endpoints once.
 */
import type { NodeServicePort, NodeTraffic, Protocol, Provenance, TrafficEndpoint } from '../../model/traffic.js';
import { startingTurn } from '../turns.js';
import type { UserspaceOptions } from './options.js';

export interface ServiceProxy {
  /** Service port name and protocol. */
  readonly key: string;
  readonly name: string;
  readonly protocol: Exclude<Protocol, 'SCTP'>;
  readonly listenIP: string;
  readonly port: number;
  /** `ip:port`, in the order of turns. With none, connections are accepted and closed. */
  readonly endpoints: readonly string[];
  /** Seconds a client keeps its endpoint, from its last connection. */
  readonly affinitySeconds: number | undefined;
  readonly from: Provenance;
}

/** Waiting times for an endpoint to answer, in milliseconds; then the next one is tried (upstream `EndpointDialTimeouts`). */
export const dialTimeouts: readonly number[] = [250, 500, 1000, 2000];

/** A UDP client's socket goes after this long without a packet, in milliseconds (`--udp-timeout`). */
export const udpIdleTimeout = 250;

/** The traffic policies did not exist yet: every ready endpoint of the cluster takes part. */
function turns({ traffic }: NodeServicePort, node: string, { seed }: UserspaceOptions): string[] {
  const ready = traffic.endpoints.filter(({ ready }: TrafficEndpoint) => ready).map(({ text }) => text);
  if (ready.length < 2) return ready;
  const start = startingTurn(`${node}/${traffic.name}/${traffic.protocol}`, ready.length, seed);
  return [...ready.slice(start), ...ready.slice(0, start)];
}

/** A free port, first tried where the name's hash points. @throws RangeError when all are taken */
function claimPort(key: string, taken: Set<number>, { first, last }: UserspaceOptions['proxyPorts']): number {
  const size = last - first + 1;
  if (taken.size >= size) throw new RangeError(`no proxy port left in ${first}-${last} for ${key}: widen proxyPorts`);
  let port = first + startingTurn(key, size, 0);
  while (taken.has(port)) port = port === last ? first : port + 1;
  taken.add(port);
  return port;
}

/** One proxy a service port. SCTP is not served, as upstream's userspace proxier knew only TCP and UDP. */
export function serviceProxies({ ports, node }: NodeTraffic, options: UserspaceOptions): ServiceProxy[] {
  const taken = new Set<number>();
  return ports.flatMap((port): ServiceProxy[] => {
    const { name, protocol, affinitySeconds, from } = port.traffic;
    if (protocol === 'SCTP') return [];
    const key = `${name} ${protocol}`;
    const local = claimPort(key, taken, options.proxyPorts);
    const endpoints = turns(port, node.name, options);
    return [{ key, name, protocol, listenIP: options.listenIP, port: local, endpoints, affinitySeconds, from }];
  });
}
