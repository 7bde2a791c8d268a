/**
 * The iptables rules of the userspace mode: they only lead to the proxy process.
 *
 * Traffic from pods and from outside meets the CONTAINER chains in PREROUTING, the node's own the HOST chains in OUTPUT,
 * where REDIRECT would lead to loopback. Source: kube-proxy v1.20 `pkg/proxy/userspace/proxier.go`, openPortal.
 * Differs: an address of a load balancer with `ipMode: Proxy` is left alone, as in the other modes; the field came after this mode.
 */
import type { ServicePortTraffic } from '../../model/traffic.js';
import { addressPort } from '../../model/traffic-address.js';
import type { Provenance } from '../contract.js';
import type { EnsureOperation } from '../xtables/ensure.js';
import { accept, comment, jump, type Match, type Rule, type Target, type XtablesTable } from '../xtables/rule.js';
import type { ServiceProxy } from './service-proxy.js';

export const natChains = [
  'KUBE-PORTALS-CONTAINER',
  'KUBE-PORTALS-HOST',
  'KUBE-NODEPORT-CONTAINER',
  'KUBE-NODEPORT-HOST',
] as const;
export const filterChains = ['KUBE-NODEPORT-NON-LOCAL'] as const;

const from: Provenance = { object: 'kube-proxy', field: 'userspace' };
const portals = comment('handle ClusterIPs; NOTE: this must be before the NodePort rules');
const nodePorts = comment('handle service NodePorts; NOTE: this must be the last rule in the chain');
const nonLocal = comment('Ensure that non-local NodePort traffic can flow');
const toThisNode: Match = { match: 'addrtype', side: 'dst' };

function ensure(
  table: XtablesTable,
  position: 'Prepend' | 'Append',
  chain: string,
  matches: readonly Match[],
  to: string,
): EnsureOperation {
  return { operation: 'EnsureRule', table, position, rule: { chain, matches, target: jump(to), from } };
}

/** The node port rules match broadly, so they come last. */
export const userspaceJumps: readonly EnsureOperation[] = [
  ensure('nat', 'Prepend', 'PREROUTING', [portals], 'KUBE-PORTALS-CONTAINER'),
  ensure('nat', 'Prepend', 'OUTPUT', [portals], 'KUBE-PORTALS-HOST'),
  ensure('nat', 'Append', 'PREROUTING', [toThisNode, nodePorts], 'KUBE-NODEPORT-CONTAINER'),
  ensure('nat', 'Append', 'OUTPUT', [toThisNode, nodePorts], 'KUBE-NODEPORT-HOST'),
  ensure('filter', 'Prepend', 'INPUT', [nonLocal], 'KUBE-NODEPORT-NON-LOCAL'),
];

/** Where a proxy is reached: by the node itself only under one of its own addresses. */
interface Listener {
  readonly proxy: ServiceProxy;
  readonly hostIP: string;
}

function isAny(ip: string): boolean {
  return ip === '0.0.0.0' || ip === '::';
}

function containerTarget({ proxy: { listenIP, port } }: Listener): Target {
  if (isAny(listenIP)) return { target: 'redirect', toPort: port };
  return { target: 'dnat', to: addressPort(listenIP, port) };
}

function hostTarget({ proxy: { listenIP, port }, hostIP }: Listener): Target {
  return { target: 'dnat', to: addressPort(isAny(listenIP) ? hostIP : listenIP, port) };
}

function portalMatches({ name, protocol }: ServicePortTraffic, port: number, ip?: string): Match[] {
  const matches: Match[] = [
    comment(name),
    { match: 'protocol', protocol, protocolFirst: true },
    { match: 'dport', port },
  ];
  const width = ip?.includes(':') ? 128 : 32;
  return ip === undefined ? matches : [...matches, { match: 'destination', cidr: `${ip}/${width}` }];
}

/** A portal of the cluster's own: the ClusterIP, and what a load balancer gave, which upstream does not call external. */
function portalRules(traffic: ServicePortTraffic, listener: Listener, ip: string): Rule[] {
  const matches = portalMatches(traffic, traffic.port, ip);
  return [
    { chain: 'KUBE-PORTALS-CONTAINER', matches, target: containerTarget(listener), from: traffic.from },
    { chain: 'KUBE-PORTALS-HOST', matches, target: hostTarget(listener), from: traffic.from },
  ];
}

/** `externalIPs`: what comes from off the machine, and what is bound for an address that is local here. */
function externalRules(traffic: ServicePortTraffic, listener: Listener, ip: string): Rule[] {
  const matches = portalMatches(traffic, traffic.port, ip);
  const offMachine: Match = { match: 'physdevIsIn', negate: true };
  const { from } = traffic;
  const target = containerTarget(listener);
  return [
    { chain: 'KUBE-PORTALS-CONTAINER', matches: [...matches, offMachine], target, from },
    { chain: 'KUBE-PORTALS-CONTAINER', matches: [...matches, toThisNode], target, from },
    { chain: 'KUBE-PORTALS-HOST', matches: [...matches, toThisNode], target: hostTarget(listener), from },
  ];
}

function nodePortRules(traffic: ServicePortTraffic, listener: Listener): Rule[] {
  if (traffic.nodePort === 0) return [];
  const matches = portalMatches(traffic, traffic.nodePort);
  return [
    { chain: 'KUBE-NODEPORT-CONTAINER', matches, target: containerTarget(listener), from: traffic.from },
    { chain: 'KUBE-NODEPORT-HOST', matches, target: hostTarget(listener), from: traffic.from },
  ];
}

export interface PortRules {
  readonly nat: readonly Rule[];
  readonly filter: readonly Rule[];
}

/** All rules of one service port. */
export function portRules(traffic: ServicePortTraffic, proxy: ServiceProxy, hostIP: string): PortRules {
  const listener: Listener = { proxy, hostIP };
  const isNew: Match = { match: 'state', states: 'NEW' };
  const toProxy = [...portalMatches(traffic, proxy.port), isNew];
  return {
    nat: [
      ...portalRules(traffic, listener, traffic.clusterIP),
      ...traffic.externalIPs.flatMap((ip) => externalRules(traffic, listener, ip)),
      ...traffic.loadBalancerVIPs.flatMap((ip) => portalRules(traffic, listener, ip)),
      ...nodePortRules(traffic, listener),
    ],
    filter:
      traffic.nodePort === 0
        ? []
        : [{ chain: 'KUBE-NODEPORT-NON-LOCAL', matches: toProxy, target: accept, from: traffic.from }],
  };
}
