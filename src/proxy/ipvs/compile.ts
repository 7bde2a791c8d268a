/**
 * One node's traffic plan to IPVS virtual servers with the sets, rules, addresses and sysctls around them, as data.
 *
 * Equals kube-proxy v1.30.5 (`--proxy-mode=ipvs`). Balancing is the kernel's own: rr takes turns from the start, so a lab
 * needs no replayable variant of it.
 */
import type { IPFamily, NodeTraffic } from '../../model/traffic.js';
import { cidrContains } from '../../model/traffic-address.js';
import { PortMemo } from '../port-memo.js';
import type { Rule } from '../xtables/rule.js';
import { type IpvsOptions, type IpvsTimeouts, ipvsSysctls, type Sysctl } from './options.js';
import { filterRules, natRules, type RuleInput } from './rules.js';
import { type BarredVIP, type IpvsNode, type PortServers, portServers } from './service.js';
import { type IpSet, ipSets, type SetName } from './sets.js';
import { type VirtualServer, virtualServerKey } from './virtual-server.js';

/** The interface that has all service addresses: a dummy, down, without ARP; its addresses are local to the node. */
export const dummyDevice = 'kube-ipvs0';

export interface IpvsRuleSet {
  readonly family: IPFamily;
  readonly sysctls: readonly Sysctl[];
  readonly timeouts: IpvsTimeouts;
  /** Where no virtual server is deleted. */
  readonly excludeCIDRs: readonly string[];
  /** /32 (or /128) addresses of kube-ipvs0, sorted. */
  readonly addresses: readonly string[];
  readonly sets: readonly IpSet[];
  readonly nat: readonly Rule[];
  readonly filter: readonly Rule[];
  readonly virtualServers: readonly VirtualServer[];
}

function ofFamily(text: string, family: IPFamily): boolean {
  return text.includes(':') === (family === 'IPv6');
}

function ipvsNode({ node, family }: NodeTraffic, options: IpvsOptions): IpvsNode {
  const nodeIP = options.nodeIP ?? node.address;
  const given = options.interfaceAddresses.filter((ip) => ofFamily(ip, family));
  const all = given.length > 0 || nodeIP === undefined ? given : [nodeIP];
  const addresses = [...new Set(all)].filter((ip) => ip !== '::1' && !ip.startsWith('127.')).sort();
  const cidrs = options.nodePortAddresses.filter((cidr) => ofFamily(cidr, family));
  const matchAll = cidrs.length === 0 || cidrs.some((cidr) => cidr.endsWith('/0'));
  const nodePortIPs = matchAll ? addresses : addresses.filter((ip) => cidrs.some((cidr) => cidrContains(cidr, ip)));
  return { name: node.name, nodeIP, addresses, nodePortIPs };
}

const memo = new PortMemo<IpvsOptions, PortServers>();

function compilePorts(traffic: NodeTraffic, options: IpvsOptions): PortServers[] {
  const node = ipvsNode(traffic, options);
  return memo.compile(traffic.ports, options, node, (port) => portServers(port, node, options));
}

/** Two Services may claim one address and port; the first by name has it. */
function uniqueServers(ports: readonly PortServers[]): VirtualServer[] {
  const servers = new Map<string, VirtualServer>();
  for (const server of ports.flatMap((port) => port.servers)) {
    const key = virtualServerKey(server);
    if (!servers.has(key)) servers.set(key, server);
  }
  return [...servers.values()];
}

/** The node's IPVS state. Ports compiled before, under the same options object, are not compiled again. */
export function compileIpvs(traffic: NodeTraffic, options: IpvsOptions): IpvsRuleSet {
  const ports = compilePorts(traffic, options);
  const entries = new Map<SetName, Set<string>>();
  const add = (name: SetName, entry: string): void => {
    const members = entries.get(name) ?? new Set<string>();
    entries.set(name, members.add(entry));
  };
  for (const port of ports) for (const [name, entry] of port.entries) add(name, entry);
  const addresses = [...new Set(ports.flatMap(({ bind }) => bind))].sort();
  for (const address of addresses) add('KUBE-IPVS-IPS', address);
  const barred: BarredVIP[] = ports.flatMap((port) => port.barred);
  const input: RuleInput = { options, family: traffic.family, entries, barred };
  return {
    family: traffic.family,
    sysctls: ipvsSysctls(options),
    timeouts: options.timeouts,
    excludeCIDRs: options.excludeCIDRs,
    addresses,
    sets: ipSets(entries, traffic.family),
    nat: natRules(input),
    filter: filterRules(input),
    virtualServers: uniqueServers(ports),
  };
}
