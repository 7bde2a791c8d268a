/**
 * What one service port puts into IPVS mode: members of the sets, virtual servers, addresses on kube-ipvs0.
 *
 * Source: kube-proxy v1.30.5 ipvs `syncProxyRules` and `syncEndpoint`.
 */

import { lowerCase } from '../../model/protocol.js';
import type { NodeServicePort, Protocol, TrafficEndpoint } from '../../model/traffic.js';
import { cidrContains } from '../../model/traffic-address.js';
import type { IpvsOptions } from './options.js';
import type { SetName } from './sets.js';
import type { VirtualServer } from './virtual-server.js';

/** What the node is, as far as IPVS mode reads it. */
export interface IpvsNode {
  readonly name: string;
  readonly nodeIP: string | undefined;
  /** Its addresses, loopback and kube-ipvs0 aside. */
  readonly addresses: readonly string[];
  /** Those that take node ports. */
  readonly nodePortIPs: readonly string[];
}

/** A VIP that processes of this node must not use, as its source ranges leave the node out. */
export interface BarredVIP {
  readonly address: string;
  readonly protocol: Protocol;
  readonly port: number;
}

export interface PortServers {
  readonly entries: readonly (readonly [SetName, string])[];
  readonly servers: readonly VirtualServer[];
  /** Addresses to bind to kube-ipvs0. */
  readonly bind: readonly string[];
  readonly barred: readonly BarredVIP[];
}

interface Draft {
  readonly port: NodeServicePort;
  readonly node: IpvsNode;
  readonly options: IpvsOptions;
  readonly entries: (readonly [SetName, string])[];
  readonly servers: VirtualServer[];
  readonly bind: string[];
  readonly barred: BarredVIP[];
}

/**
 * Local policies fall back to all endpoints: pods of this node then still get an answer (kubernetes #97081), while the
 * replies to outside clients are lost.
 */
function endpointsFor(
  { clusterEndpoints, localEndpoints }: NodeServicePort,
  local: boolean,
): readonly TrafficEndpoint[] {
  return local && localEndpoints.length > 0 ? localEndpoints : clusterEndpoints;
}

function addServer({ port, options, servers }: Draft, address: string, number: number, local: boolean): void {
  const { protocol, affinitySeconds, from } = port.traffic;
  servers.push({
    address,
    port: number,
    protocol,
    scheduler: options.scheduler,
    ...(affinitySeconds === undefined ? {} : { persistentSeconds: affinitySeconds }),
    ...(options.scheduler === 'mh' ? { sourceHash: true } : {}),
    realServers: endpointsFor(port, local).map(({ ip, port }) => ({ address: ip, port, weight: 1 })),
    from,
  });
}

/** A VIP that some other interface has is not bound again. */
function bindUnlessOwn({ node, bind }: Draft, address: string): void {
  if (!node.addresses.includes(address)) bind.push(address);
}

function clusterIP(draft: Draft): void {
  const { clusterIP: address, port, protocol, internalTrafficPolicy } = draft.port.traffic;
  draft.entries.push(['KUBE-CLUSTER-IP', `${address},${lowerCase[protocol]}:${port}`]);
  draft.bind.push(address);
  addServer(draft, address, port, internalTrafficPolicy === 'Local');
}

function externalIPs(draft: Draft): void {
  const { externalIPs: addresses, port, protocol, externalTrafficPolicy } = draft.port.traffic;
  const local = externalTrafficPolicy === 'Local';
  for (const address of addresses) {
    const set = local ? 'KUBE-EXTERNAL-IP-LOCAL' : 'KUBE-EXTERNAL-IP';
    draft.entries.push([set, `${address},${lowerCase[protocol]}:${port}`]);
    bindUnlessOwn(draft, address);
    addServer(draft, address, port, local);
  }
}

function sourceRanges(draft: Draft, address: string, entry: string): void {
  const { loadBalancerSourceRanges: ranges, port, protocol } = draft.port.traffic;
  const { nodeIP } = draft.node;
  if (ranges.length === 0) return;
  draft.entries.push(['KUBE-LOAD-BALANCER-FW', entry]);
  for (const range of ranges) {
    // ipset cannot store an empty prefix; kube-proxy logs the failure, and such a Service stays closed.
    if (!range.endsWith('/0')) draft.entries.push(['KUBE-LOAD-BALANCER-SOURCE-CIDR', `${entry},${range}`]);
  }
  const nodeMayUseIt = nodeIP !== undefined && ranges.some((range) => cidrContains(range, nodeIP));
  // What the node itself sends to a VIP on kube-ipvs0 carries the VIP as its source.
  if (nodeMayUseIt) draft.entries.push(['KUBE-LOAD-BALANCER-SOURCE-IP', `${entry},${address}`]);
  else draft.barred.push({ address, protocol, port });
}

function loadBalancerVIPs(draft: Draft): void {
  const { loadBalancerVIPs: addresses, port, protocol, externalTrafficPolicy } = draft.port.traffic;
  const local = externalTrafficPolicy === 'Local';
  for (const address of addresses) {
    const entry = `${address},${lowerCase[protocol]}:${port}`;
    draft.entries.push(['KUBE-LOAD-BALANCER', entry]);
    if (local) draft.entries.push(['KUBE-LOAD-BALANCER-LOCAL', entry]);
    sourceRanges(draft, address, entry);
    bindUnlessOwn(draft, address);
    addServer(draft, address, port, local);
  }
}

const nodePortSets = {
  TCP: ['KUBE-NODE-PORT-TCP', 'KUBE-NODE-PORT-LOCAL-TCP'],
  UDP: ['KUBE-NODE-PORT-UDP', 'KUBE-NODE-PORT-LOCAL-UDP'],
  SCTP: ['KUBE-NODE-PORT-SCTP-HASH', 'KUBE-NODE-PORT-LOCAL-SCTP-HASH'],
} as const satisfies Record<Protocol, readonly [SetName, SetName]>;

function nodePort(draft: Draft): void {
  const { nodePort: number, protocol, externalTrafficPolicy } = draft.port.traffic;
  if (number === 0) return;
  const local = externalTrafficPolicy === 'Local';
  const [all, localOnly] = nodePortSets[protocol];
  // A bitmap of ports cannot tell SCTP apart, so that one lists every node address.
  const keys = protocol === 'SCTP' ? draft.node.nodePortIPs.map((ip) => `${ip},sctp:${number}`) : [`${number}`];
  for (const key of draft.node.nodePortIPs.length === 0 ? [] : keys) {
    draft.entries.push([all, key]);
    if (local) draft.entries.push([localOnly, key]);
  }
  for (const ip of draft.node.nodePortIPs) addServer(draft, ip, number, local);
}

/** Endpoints of this node in any condition: a pod that reaches itself has to see another address than its own. */
function hairpins({ port: { traffic }, node, entries }: Draft): void {
  for (const { nodeName, ip, port } of traffic.endpoints) {
    if (nodeName !== node.name) continue;
    entries.push(['KUBE-LOOP-BACK', `${ip},${lowerCase[traffic.protocol]}:${port},${ip}`]);
  }
}

/** All that one service port contributes. */
export function portServers(port: NodeServicePort, node: IpvsNode, options: IpvsOptions): PortServers {
  const draft: Draft = { port, node, options, entries: [], servers: [], bind: [], barred: [] };
  hairpins(draft);
  clusterIP(draft);
  externalIPs(draft);
  loadBalancerVIPs(draft);
  nodePort(draft);
  const { healthCheckNodePort } = port.traffic;
  if (healthCheckNodePort !== 0) draft.entries.push(['KUBE-HEALTH-CHECK-NODE-PORT', `${healthCheckNodePort}`]);
  return draft;
}
