/**
 * Chains, sets, maps and rules that exist whatever the Services are.
 *
 * Filter chains run before dstnat, as they look at the destination that the client named; only
 * filter-output-post-dnat comes after it. Source: kube-proxy v1.30.5 `setupNFTables`.
 */

import type { IPFamily, Provenance } from '../../model/traffic.js';
import { cidrContains } from '../../model/traffic-address.js';
import type { Expression, NftRule, Statement } from './expression.js';
import type { NftablesOptions } from './options.js';
import type { BaseChain, Chain, Container, Element } from './table.js';

/** Netfilter's priorities of destination and source NAT. */
const dstnat = -100;
const srcnat = 100;

const base = (name: string, type: BaseChain['type'], hook: BaseChain['hook'], priority: number): Chain => ({
  name,
  base: { type, hook, priority },
});

export const baseChains: readonly Chain[] = [
  base('filter-prerouting', 'filter', 'prerouting', dstnat - 10),
  base('filter-input', 'filter', 'input', dstnat - 10),
  base('filter-forward', 'filter', 'forward', dstnat - 10),
  base('filter-output', 'filter', 'output', dstnat - 10),
  base('filter-output-post-dnat', 'filter', 'output', dstnat + 10),
  base('nat-prerouting', 'nat', 'prerouting', dstnat),
  base('nat-output', 'nat', 'output', dstnat),
  base('nat-postrouting', 'nat', 'postrouting', srcnat),
];

/** Reject is not allowed in prerouting before Linux 5.9, so the endpoint checks hang on input, forward and output. */
const jumps: readonly (readonly [to: string, from: string, onlyNew: boolean])[] = [
  ['nodeport-endpoints-check', 'filter-input', true],
  ['service-endpoints-check', 'filter-input', true],
  ['service-endpoints-check', 'filter-forward', true],
  ['service-endpoints-check', 'filter-output', true],
  ['firewall-check', 'filter-prerouting', true],
  ['firewall-check', 'filter-output', true],
  ['services', 'nat-output', false],
  ['services', 'nat-prerouting', false],
  ['masquerading', 'nat-postrouting', false],
  ['cluster-ips-check', 'filter-forward', true],
  ['cluster-ips-check', 'filter-output-post-dnat', true],
];

export const fixedChains: readonly Chain[] = [
  ...[...new Set(jumps.map(([to]) => to)), 'mark-for-masquerade'].map((name) => ({ name })),
  { name: 'reject-chain', comment: 'helper for @no-endpoint-services / @no-endpoint-nodeports' },
];

function rule(chain: string, when: Expression[], action: Statement, field: string, comment?: string): NftRule {
  const from: Provenance = { object: 'kube-proxy', field };
  return comment === undefined ? { chain, when, action, from } : { chain, when, action, comment, from };
}

/** Which node addresses take node ports. */
export type NodePorts = { readonly all: true } | { readonly all: false; readonly addresses: readonly string[] };

/** Loopback never takes node ports in this mode. */
export function nodePorts(options: NftablesOptions, family: IPFamily, nodeIP: string | undefined): NodePorts {
  const cidrs = options.nodePortAddresses.filter((cidr) => cidr.includes(':') === (family === 'IPv6'));
  if (cidrs.some((cidr) => cidr.endsWith('/0'))) return { all: true };
  if (cidrs.length === 0) return nodeIP === undefined ? { all: true } : { all: false, addresses: [nodeIP] };
  const matching = options.interfaceAddresses.filter((ip) => cidrs.some((cidr) => cidrContains(cidr, ip)));
  const usable = matching.filter((ip) => ip !== '::1' && !ip.startsWith('127.'));
  return { all: false, addresses: [...new Set(usable)].sort() };
}

export function fixedContainers(family: IPFamily, ports: NodePorts): Container[] {
  const address = family === 'IPv4' ? 'ipv4_addr' : 'ipv6_addr';
  const byAddress = `${address} . inet_proto . inet_service : verdict`;
  const byPort = 'inet_proto . inet_service : verdict';
  const map = (name: string, type: string, comment: string): Container => ({ kind: 'map', name, type, comment });
  const set = (name: string, comment: string): Container => ({ kind: 'set', name, type: address, comment });
  return [
    set('cluster-ips', 'Active ClusterIPs'),
    ...(ports.all ? [] : [set('nodeport-ips', 'IPs that accept NodePort traffic')]),
    map('no-endpoint-services', byAddress, 'vmap to drop or reject packets to services with no endpoints'),
    map('no-endpoint-nodeports', byPort, 'vmap to drop or reject packets to service nodeports with no endpoints'),
    map('firewall-ips', byAddress, 'destinations that are subject to LoadBalancerSourceRanges'),
    map('service-ips', byAddress, 'ClusterIP, ExternalIP and LoadBalancer IP traffic'),
    map('service-nodeports', byPort, 'NodePort traffic'),
  ];
}

export function fixedElements(ports: NodePorts): Element[] {
  return ports.all ? [] : ports.addresses.map((ip) => ({ container: 'nodeport-ips', key: [ip] }));
}

function masqueradeRules({ masqueradeBit }: NftablesOptions): NftRule[] {
  const mark = 2 ** masqueradeBit;
  const field = 'nftables.masqueradeBit';
  return [
    rule('mark-for-masquerade', [], { statement: 'mark', operation: 'or', mark }, field),
    rule('masquerading', [{ expression: 'unmarked', mark }], { statement: 'return' }, field),
    rule('masquerading', [], { statement: 'mark', operation: 'xor', mark }, field),
    rule('masquerading', [], { statement: 'masquerade' }, field),
  ];
}

/** What no Service claims: wrong ports of ClusterIPs, and ClusterIPs that nobody has. */
function clusterIPsRules({ serviceCIDRs }: NftablesOptions, family: IPFamily): NftRule[] {
  const chain = 'cluster-ips-check';
  const to = (value: { inSet: string } | { in: readonly string[] }): Expression[] => [
    { expression: 'address', side: 'daddr', value },
  ];
  const invalidPort = 'Reject traffic to invalid ports of ClusterIPs';
  const unallocated = 'Drop traffic to unallocated ClusterIPs';
  const own = serviceCIDRs.filter((cidr) => cidr.includes(':') === (family === 'IPv6'));
  return [
    rule(chain, to({ inSet: 'cluster-ips' }), { statement: 'reject' }, 'clusterIPs', invalidPort),
    ...(own.length > 0 ? [rule(chain, to({ in: own }), { statement: 'drop' }, 'serviceCIDRs', unallocated)] : []),
  ];
}

function dispatchRules(family: IPFamily, ports: NodePorts): NftRule[] {
  const loopback = family === 'IPv4' ? '127.0.0.0/8' : '::1';
  const notLoopback: Expression = { expression: 'address', side: 'daddr', value: { isNot: loopback } };
  const nodeAddress: Expression = { expression: 'address', side: 'daddr', value: { inSet: 'nodeport-ips' } };
  const isNode: Expression[] = ports.all ? [{ expression: 'fibLocal', side: 'daddr' }, notLoopback] : [nodeAddress];
  const byAddress = (map: string): Statement => ({ statement: 'vmap', key: 'address', map });
  const byPort = (map: string): Statement => ({ statement: 'vmap', key: 'port', map });
  const field = 'nodePortAddresses';
  return [
    rule('reject-chain', [], { statement: 'reject' }, 'services'),
    rule('service-endpoints-check', [], byAddress('no-endpoint-services'), 'services'),
    rule('nodeport-endpoints-check', ports.all ? [notLoopback] : [nodeAddress], byPort('no-endpoint-nodeports'), field),
    rule('firewall-check', [], byAddress('firewall-ips'), 'services'),
    rule('services', [], byAddress('service-ips'), 'services'),
    rule('services', isNode, byPort('service-nodeports'), field),
  ];
}

/** All rules that no Service makes, in kube-proxy's order within each chain. */
export function fixedRules(options: NftablesOptions, family: IPFamily, ports: NodePorts): NftRule[] {
  const jumpRules = jumps.map(([to, from, onlyNew]) =>
    rule(from, onlyNew ? [{ expression: 'ctStateNew' }] : [], { statement: 'jump', chain: to }, 'jumps'),
  );
  return [
    ...jumpRules,
    ...masqueradeRules(options),
    ...clusterIPsRules(options, family),
    ...dispatchRules(family, ports),
  ];
}
