/**
 * The LAN that all machines share: the bridge's ports, a cable to a machine, and the settings that no machine is without.
 */
import type { ClusterConfig } from '../model/cluster-config.js';
import { macOf } from './naming.js';
import type { LinkEnd, Operation } from './operation.js';

export const switchNamespace = 'switch';
export const hostNamespace = 'host';
/** VirtualBox' name for the user's end of a host-only network. */
export const hostLink = 'vboxnet0';
/** The uplink of every machine but the host. */
export const nodeLink = 'eth1';

/** lo is always 1; the uplinks take the numbers they have on a Vagrant machine (lo, eth0, eth1). */
export const UPLINK_INDEX = 3;
export const hostUplink = { namespace: hostNamespace, link: hostLink, index: UPLINK_INDEX };
/** Switch ports: 10 for the host's, then one a node. */
export const FIRST_PORT_INDEX = 10;

/** Settings without which two runs would differ, or wait: set before any link exists. */
export const everywhere: Record<string, string> = {
  // No duplicate address detection: addresses are ours alone, and a tentative address answers nothing for a second.
  'ipv6/conf/all/accept_dad': '0',
  'ipv6/conf/default/accept_dad': '0',
  'ipv6/conf/all/accept_ra': '0',
  'ipv6/conf/default/accept_ra': '0',
  'ipv6/conf/default/router_solicitations': '0',
  // Link-local addresses from the MAC, not from a secret that each namespace draws.
  'ipv6/conf/default/addr_gen_mode': '0',
};

/** Namespaces inherit these from the machine, whatever it has set (ip-sysctl.rst, devconf_inherit_init_net): ours are fixed. */
export const inherited: Record<string, string> = {
  'ipv4/conf/all/rp_filter': '0',
  'ipv4/conf/default/rp_filter': '0',
  'ipv4/conf/all/arp_ignore': '0',
  'ipv4/conf/default/arp_ignore': '0',
  'ipv4/conf/all/arp_announce': '0',
  'ipv4/conf/default/arp_announce': '0',
};

/** The host and the switch forward nothing: there is no way out of a lab. */
export const dead: Record<string, string> = { 'ipv4/ip_forward': '0', ...inherited, ...everywhere };

/** A cable from the switch to a machine's uplink, up at both ends, with the machine's address on it. */
export function plugIn(
  config: ClusterConfig,
  namespace: string,
  link: string,
  address: string,
  port: number,
): Operation[] {
  const uplink = { namespace, link, index: UPLINK_INDEX };
  return [
    cable({ ...uplink, mac: macOf(`${namespace}/${link}`) }, port),
    ...portUp(port),
    { op: 'link.up', namespace, link: 'lo', index: 1 },
    { op: 'link.up', ...uplink },
    { op: 'address.add', ...uplink, address: withPrefix(config, address) },
  ];
}

export const portName = (port: number) => `port-${port - FIRST_PORT_INDEX}`;

export function cable(b: LinkEnd, port: number): Operation {
  const a = { namespace: switchNamespace, link: portName(port), index: port, mac: macOf(`switch/${b.namespace}`) };
  return { op: 'veth.create', a, b };
}

export function portUp(index: number): Operation[] {
  const port = { namespace: switchNamespace, link: portName(index), index };
  return [
    { op: 'link.up', ...port, master: UPLINK_INDEX },
    { op: 'link.ready', ...port },
  ];
}

export function withPrefix(config: ClusterConfig, address: string): string {
  return `${address}/${config.lan.cidr.split('/')[1]}`;
}

/** One `sysctl.set` a setting, in the order given. */
export function sysctls(namespace: string, settings: Record<string, string>): Operation[] {
  return Object.entries(settings).map(([key, value]) => ({ op: 'sysctl.set', namespace, key, value }));
}
