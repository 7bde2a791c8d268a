/**
 * What `lab socket-lb` and the digest tell of the socket load balancer's maps.
 */
import type { ServiceProxies } from '../node/kube-proxy/service-proxies.js';
import { type HeldService, heldServiceText } from '../proxy/socket-lb/dump.js';
import { socketServicesText } from '../proxy/socket-lb/services.js';
import type { Sections } from './digest/digest.js';
import { CommandFailure } from './failure.js';
import type { SocketLB } from './socket-lb.js';
import type { LabSettings } from './start-request.js';

export interface SocketReportParts {
  sockets?: SocketLB | undefined;
  proxies: ServiceProxies;
  nodes: readonly { name: string }[];
}

/** One Service on one node, as the kernel holds it. */
export type SocketLine = Omit<HeldService, 'node'> & { node: string; service: string };

/** @throws CommandFailure usage when the lab resolves nothing at the socket */
export async function socketReport({ sockets, proxies, nodes }: SocketReportParts): Promise<SocketLine[]> {
  if (!sockets) {
    throw new CommandFailure('usage', 'lab: this lab was brought up without --socket-lb: it has no eBPF maps');
  }
  const held = await sockets.held();
  return held.map((service) => {
    const node = nodes[service.node]?.name ?? '';
    return { ...service, node, service: nameOf(service, node, proxies) };
  });
}

/** Maps know addresses only; the plan knows whose they are. */
function nameOf({ address, port, protocol }: HeldService, node: string, proxies: ServiceProxies): string {
  const found = proxies
    .trafficOf(node)
    ?.ports.find(({ traffic: one }) => one.clusterIP === address && one.port === port && one.protocol === protocol);
  return found?.traffic.name ?? '';
}

/** Level 1 of the digest: what the maps should hold. */
export function plannedSockets({ sockets, proxies, nodes }: SocketReportParts, settings: LabSettings): Sections {
  const traffic = sockets ? nodes.flatMap(({ name }) => proxies.trafficOf(name) ?? []) : [];
  return new Map(traffic.map((one) => [`sockets/${one.node.name}`, socketServicesText(one, settings)]));
}

/** Level 2: what they do hold, without counters. */
export async function kernelSockets({ sockets, nodes }: SocketReportParts): Promise<Sections> {
  const held = (await sockets?.held()) ?? [];
  const ofNode = (number: number) => held.filter(({ node }) => node === number).map(heldServiceText);
  return new Map(sockets ? nodes.map(({ name }, number) => [`sockets/${name}`, ofNode(number).join('\n')]) : []);
}
