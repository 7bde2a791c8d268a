/**
 * Which ClusterIPs a node's processes are taken straight to an endpoint of, when they connect: the same choice of endpoints
 * as every proxy mode makes, from the same traffic plan.
 *
 * Models Cilium's socket load balancing (`bpf/bpf_sock.c`, lb4_service and its backends), beside a kube-proxy.
 * Differs: only ClusterIPs over IPv4 are resolved at the socket; Cilium does node ports and external addresses there too.
 * All else goes by the rules of the proxy mode.
 * Differs: a connected UDP socket keeps sending to an endpoint that is gone; Cilium ends such sockets (since 1.12).
 * Differs: sockets of IPv6 that connect to an IPv4 address (`::ffff:10.0.0.1`) go by the rules.
 */
import type { NodeServicePort, NodeTraffic, Protocol } from '../../model/traffic.js';
import type { BalanceOptions } from '../contract.js';
import { startingTurn } from '../turns.js';

/** SCTP's connect asks no program. */
export type SocketProtocol = Exclude<Protocol, 'SCTP'>;

export interface Peer {
  readonly address: string;
  readonly port: number;
}

export interface SocketService extends Peer {
  /** Service port name, `default/web:http`. */
  readonly name: string;
  readonly protocol: SocketProtocol;
  /** With none, connections fail at once: EHOSTUNREACH, as Cilium has it. */
  readonly endpoints: readonly Peer[];
  /** Seconds that a network namespace keeps its endpoint; 0 for none. */
  readonly affinitySeconds: number;
  /** Place in the list of the first endpoint chosen. */
  readonly start: number;
  /** Whether each choice is drawn by lot: kube-proxy's balance; in turns otherwise. */
  readonly random: boolean;
}

/** One service port as a node resolves it; undefined for what is left to the proxy mode: IPv6 and SCTP. */
export function socketService(
  port: NodeServicePort,
  node: string,
  { balance, seed }: BalanceOptions,
): SocketService | undefined {
  const { name, protocol, clusterIP, internalTrafficPolicy, affinitySeconds = 0 } = port.traffic;
  if (protocol === 'SCTP' || clusterIP.includes(':')) return undefined;
  const chosen = internalTrafficPolicy === 'Local' ? port.localEndpoints : port.clusterEndpoints;
  const endpoints = chosen.map(({ ip, port: number }) => ({ address: ip, port: number }));
  const start = endpoints.length < 2 ? 0 : startingTurn(`${node}/${name}/${protocol}`, endpoints.length, seed);
  return {
    name,
    protocol,
    address: clusterIP,
    port: port.traffic.port,
    endpoints,
    affinitySeconds,
    start,
    random: balance === 'faithful',
  };
}

function socketServiceText({ name, protocol, address, port, endpoints, ...how }: SocketService): string {
  const peers = endpoints.map((peer) => `${peer.address}:${peer.port}`).join(', ') || 'nobody';
  const sticky = how.affinitySeconds === 0 ? '' : ` (ClientIP ${how.affinitySeconds}s)`;
  return `${protocol} ${address}:${port} ${name}${sticky} -> ${peers} ${how.random ? 'by lot' : `from ${how.start}`}`;
}

/** All Services of a node as text, in the order of the plan. */
export function socketServicesText({ node, ports }: NodeTraffic, options: BalanceOptions): string {
  const services = ports.flatMap((port) => socketService(port, node.name, options) ?? []);
  return services.map((service) => `${socketServiceText(service)}\n`).join('');
}
