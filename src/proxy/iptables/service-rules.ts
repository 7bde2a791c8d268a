/**
 * Rules that bring traffic for a service port into its own chains, or refuse it: those in the shared chains
 * KUBE-SERVICES, KUBE-EXTERNAL-SERVICES, KUBE-NODEPORTS and KUBE-PROXY-FIREWALL. Written on every sync.
 *
 * Source: kube-proxy v1.30.5 `syncProxyRules`, the "Capture …" part of its loop.
 */
import type { NodeServicePort, ServicePortTraffic } from '../../model/traffic.js';
import {
  accept,
  comment,
  drop,
  jump,
  type Match,
  protocolMatch,
  type Rule,
  reject,
  type Target,
} from '../xtables/rule.js';
import type { ServiceChains } from './names.js';

/** Two lists, as they go to two tables. */
export interface SharedChainRules {
  readonly filter: readonly Rule[];
  readonly nat: readonly Rule[];
}

/** Why a destination is refused: nobody anywhere (REJECT), or nobody on this node (DROP). */
interface Refusal {
  readonly why: Match;
  readonly target: Target;
}

function refusal({ traffic, hasEndpoints }: NodeServicePort): Refusal {
  return hasEndpoints
    ? { why: comment(`${traffic.name} has no local endpoints`), target: drop }
    : { why: comment(`${traffic.name} has no endpoints`), target: reject };
}

/** `-m tcp -p tcp -d IP --dport PORT`, after the comment. */
export function destinationMatches(why: Match, { protocol, port }: ServicePortTraffic, ip: string): Match[] {
  return [why, protocolMatch[protocol], { match: 'destination', cidr: ip }, { match: 'dport', port }];
}

/** Whether this port needs a KUBE-FW- chain: it has VIPs, ranges to check, and somewhere to go. */
export function usesFirewall({ traffic, hasEndpoints }: NodeServicePort): boolean {
  return hasEndpoints && traffic.loadBalancerVIPs.length > 0 && traffic.loadBalancerSourceRanges.length > 0;
}

/** Rules of one port as they are written, by table. */
interface Writer {
  readonly port: NodeServicePort;
  readonly chains: ServiceChains;
  readonly filter: Rule[];
  readonly nat: Rule[];
}

function toNat({ port: { traffic }, nat }: Writer, what: string, ip: string, to: string): void {
  const matches = destinationMatches(comment(`${traffic.name} ${what}`), traffic, ip);
  nat.push({ chain: 'KUBE-SERVICES', matches, target: jump(to), from: traffic.from });
}

function refuse({ port, filter }: Writer, chain: string, ip: string): void {
  const { why, target } = refusal(port);
  filter.push({ chain, matches: destinationMatches(why, port.traffic, ip), target, from: port.traffic.from });
}

function clusterIP(writer: Writer): void {
  const { traffic, hasInternalEndpoints } = writer.port;
  if (!hasInternalEndpoints) return refuse(writer, 'KUBE-SERVICES', traffic.clusterIP);
  const chain = traffic.internalTrafficPolicy === 'Local' ? writer.chains.local : writer.chains.cluster;
  toNat(writer, 'cluster IP', traffic.clusterIP, chain);
}

function externalIPs(writer: Writer): void {
  const { traffic, hasEndpoints, hasExternalEndpoints } = writer.port;
  for (const ip of traffic.externalIPs) {
    if (hasEndpoints) toNat(writer, 'external IP', ip, writer.chains.external);
    if (!hasExternalEndpoints) refuse(writer, 'KUBE-EXTERNAL-SERVICES', ip);
  }
}

function loadBalancerVIPs(writer: Writer): void {
  const { port, chains, filter } = writer;
  const { traffic, hasEndpoints, hasExternalEndpoints } = port;
  const firewalled = usesFirewall(port);
  for (const ip of traffic.loadBalancerVIPs) {
    if (hasEndpoints) toNat(writer, 'loadbalancer IP', ip, firewalled ? chains.firewall : chains.external);
    if (!firewalled) continue;
    const blocked = comment(`${traffic.name} traffic not accepted by ${chains.firewall}`);
    const matches = destinationMatches(blocked, traffic, ip);
    filter.push({ chain: 'KUBE-PROXY-FIREWALL', matches, target: drop, from: traffic.from });
  }
  if (hasExternalEndpoints) return;
  for (const ip of traffic.loadBalancerVIPs) refuse(writer, 'KUBE-EXTERNAL-SERVICES', ip);
}

const localhostCounter: readonly Match[] = [
  { match: 'destination', cidr: '127.0.0.0/8' },
  { match: 'nfacct', counter: 'localhost_nps_accepted_pkts' },
];

/** Node ports are never subject to source ranges. */
function nodePort({ port, chains, filter, nat }: Writer, countLocalhost: boolean): void {
  const { traffic, hasEndpoints, hasExternalEndpoints } = port;
  const { name, protocol, from } = traffic;
  if (traffic.nodePort === 0) return;
  const toPort: Match[] = [protocolMatch[protocol], { match: 'dport', port: traffic.nodePort }];
  if (hasEndpoints) {
    for (const counter of countLocalhost ? [localhostCounter, []] : [[]]) {
      const matches = [comment(name), ...counter, ...toPort];
      nat.push({ chain: 'KUBE-NODEPORTS', matches, target: jump(chains.external), from });
    }
  }
  if (hasExternalEndpoints) return;
  const { why, target } = refusal(port);
  const matches: Match[] = [why, { match: 'addrtype', side: 'dst' }, ...toPort];
  filter.push({ chain: 'KUBE-EXTERNAL-SERVICES', matches, target, from });
}

/** The health check answers whether or not there are endpoints here. */
function healthCheck({ port: { traffic }, filter }: Writer): void {
  const { name, healthCheckNodePort: port, from } = traffic;
  if (port === 0) return;
  const matches: Match[] = [comment(`${name} health check node port`), protocolMatch.TCP, { match: 'dport', port }];
  filter.push({ chain: 'KUBE-NODEPORTS', matches, target: accept, from });
}

/** All rules of a service port in the shared chains, in kube-proxy's order. */
export function sharedChainRules(
  port: NodeServicePort,
  chains: ServiceChains,
  countLocalhost: boolean,
): SharedChainRules {
  const writer: Writer = { port, chains, filter: [], nat: [] };
  clusterIP(writer);
  externalIPs(writer);
  loadBalancerVIPs(writer);
  nodePort(writer, countLocalhost);
  healthCheck(writer);
  return { filter: writer.filter, nat: writer.nat };
}
