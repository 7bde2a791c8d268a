/**
 * Chains and rules that exist whatever the Services are.
 *
 * Source: kube-proxy v1.30.5 `syncProxyRules`, before and after its loop over service ports.
 */

import type { IPFamily } from '../../model/traffic.js';
import { cidrContains } from '../../model/traffic-address.js';
import type { Provenance } from '../contract.js';
import { accept, comment, drop, jump, type Match, type Rule, returns, type Target } from '../xtables/rule.js';
import { type IptablesOptions, masqueradeMark } from './options.js';

/** Chains written whole on every sync, in upstream's order. */
export const filterChains = [
  'KUBE-SERVICES',
  'KUBE-EXTERNAL-SERVICES',
  'KUBE-FORWARD',
  'KUBE-NODEPORTS',
  'KUBE-PROXY-FIREWALL',
] as const;
export const natChains = ['KUBE-SERVICES', 'KUBE-NODEPORTS', 'KUBE-POSTROUTING', 'KUBE-MARK-MASQ'] as const;

/** kubelet's chain, which kube-proxy writes too. */
export const kubeletFirewall = 'KUBE-FIREWALL';

function fixed(chain: string, field: string, matches: readonly Match[], target: Target): Rule {
  const from: Provenance = { object: 'kube-proxy', field };
  return { chain, matches, target, from };
}

/** nat: SNAT of marked packets, and the mark. The xor clears it, so that a second traversal is not masqueraded again. */
export function masqueradeRules(options: IptablesOptions): Rule[] {
  const mark = masqueradeMark(options);
  const masquerade: Target = { target: 'masquerade', randomFully: options.randomFully };
  const why = 'iptables.masqueradeBit';
  return [
    fixed('KUBE-POSTROUTING', why, [{ match: 'mark', mark, negate: true }], returns),
    fixed('KUBE-POSTROUTING', why, [], { target: 'mark', operation: 'xor', mark }),
    fixed('KUBE-POSTROUTING', why, [comment('kubernetes service traffic requiring SNAT')], masquerade),
    fixed('KUBE-MARK-MASQ', why, [], { target: 'mark', operation: 'or', mark }),
  ];
}

/** filter: closes the hole that route_localnet opens (CVE-2020-8558); IPv4 only, as IPv6 has no such sysctl. */
export function localnetRules(options: IptablesOptions, family: IPFamily): Rule[] {
  if (family === 'IPv6' || !options.localhostNodePorts) return [];
  const matches: Match[] = [
    comment('block incoming localnet connections'),
    { match: 'destination', cidr: '127.0.0.0/8' },
    { match: 'source', cidr: '127.0.0.0/8', negate: true },
    { match: 'conntrack', states: 'RELATED,ESTABLISHED,DNAT', negate: true },
  ];
  return [fixed(kubeletFirewall, 'iptables.localhostNodePorts', matches, drop)];
}

/** filter: INVALID packets would make the client reset (kubernetes #74839); marked and established ones may pass. */
export function forwardRules(options: IptablesOptions): Rule[] {
  const chain = 'KUBE-FORWARD';
  const invalid: Match[] = [{ match: 'conntrack', states: 'INVALID' }];
  if (options.nfacct) invalid.push({ match: 'nfacct', counter: 'ct_state_invalid_dropped_pkts' });
  const marked: Match[] = [comment('kubernetes forwarding rules'), { match: 'mark', mark: masqueradeMark(options) }];
  const established: Match[] = [
    comment('kubernetes forwarding conntrack rule'),
    { match: 'conntrack', states: 'RELATED,ESTABLISHED' },
  ];
  const rules = [
    fixed(chain, 'iptables.masqueradeBit', marked, accept),
    fixed(chain, 'forwarding', established, accept),
  ];
  return options.conntrackTcpLiberal ? rules : [fixed(chain, 'conntrack.tcpBeLiberal', invalid, drop), ...rules];
}

const nodePortsComment = 'kubernetes service nodeports; NOTE: this must be the last rule in this chain';

/** nat: the last rule(s) of KUBE-SERVICES, which hand traffic for the node itself to KUBE-NODEPORTS. */
export function nodePortsRules(options: IptablesOptions, family: IPFamily): Rule[] {
  const to = (matches: Match[]): Rule =>
    fixed('KUBE-SERVICES', 'nodePortAddresses', [comment(nodePortsComment), ...matches], jump('KUBE-NODEPORTS'));
  if (matchesAll(options.nodePortAddresses, family)) {
    const local: Match = { match: 'addrtype', side: 'dst' };
    if (family === 'IPv6') return [to([local, { match: 'destination', cidr: '::1/128', negate: true }])];
    if (options.localhostNodePorts) return [to([local])];
    return [to([local, { match: 'destination', cidr: '127.0.0.0/8', negate: true }])];
  }
  return nodePortIPs(options, family).map((ip) => to([{ match: 'destination', cidr: ip }]));
}

function ofFamily(text: string, family: IPFamily): boolean {
  return text.includes(':') === (family === 'IPv6');
}

/** No CIDR of the family, or one with prefix 0, means every address. */
function matchesAll(cidrs: readonly string[], family: IPFamily): boolean {
  const own = cidrs.filter((cidr) => ofFamily(cidr, family));
  return own.length === 0 || own.some((cidr) => cidr.endsWith('/0'));
}

/** Node addresses inside `nodePortAddresses`; loopback only where localhost node ports work. */
function nodePortIPs(options: IptablesOptions, family: IPFamily): string[] {
  const loopbackWorks = family === 'IPv4' && options.localhostNodePorts;
  const isLoopback = (ip: string): boolean => ip === '::1' || ip.startsWith('127.');
  const cidrs = options.nodePortAddresses.filter((cidr) => ofFamily(cidr, family));
  const matching = options.interfaceAddresses.filter(
    (ip) => ofFamily(ip, family) && cidrs.some((cidr) => cidrContains(cidr, ip)),
  );
  return [...new Set(matching)].filter((ip) => loopbackWorks || !isLoopback(ip)).sort();
}
