/**
 * What a node has of IPVS mode, as the tools print it: what a kube-proxy that starts, or that lost its way, compares with.
 *
 * Models the reading half of kube-proxy v1.30.5 ipvs `syncProxyRules`: GetLocalAddresses, ListEntries, GetVirtualServers
 * and GetRealServers. Pure: texts in, data out.
 */
import type { IPFamily, Protocol } from '../../model/traffic.js';
import type { Scheduler } from './options.js';
import { type IpSet, ipSets } from './sets.js';
import type { RealServer, VirtualServer } from './virtual-server.js';

/** What was printed by each of the tools. */
export interface ObservedTexts {
  /** `ip -o address show dev kube-ipvs0`; undefined when there is no such link. */
  readonly addresses: string | undefined;
  /** `ipset save` */
  readonly sets: string;
  /** `ipvsadm --save -n` */
  readonly servers: string;
  /** `iptables-save` */
  readonly rules: string;
}

export interface ObservedIpvs {
  readonly hasLink: boolean;
  readonly addresses: readonly string[];
  /** Only those that exist. */
  readonly sets: readonly IpSet[];
  readonly virtualServers: readonly VirtualServer[];
}

function addressesOf(listed: string, family: IPFamily): string[] {
  const word = family === 'IPv4' ? 'inet' : 'inet6';
  return [...listed.matchAll(/ (inet6?) ([^/ ]+)/g)].flatMap(([, kind, ip = '']) => (kind === word ? [ip] : [])).sort();
}

/** ipset prints a network of one address without its length. */
function entriesOf({ type, family }: IpSet, printed: readonly string[]): string[] {
  const whole = family === 'IPv4' ? '/32' : '/128';
  const full = (entry: string) => (type === 'hash:ip,port,net' && !entry.includes('/') ? `${entry}${whole}` : entry);
  return printed.map(full).sort();
}

function setsOf(saved: string, family: IPFamily): IpSet[] {
  const members = new Map<string, string[]>();
  for (const line of saved.split('\n')) {
    const [verb, name = '', entry = ''] = line.split(' ');
    if (verb === 'create') members.set(name, []);
    if (verb === 'add') members.get(name)?.push(entry);
  }
  const there = ipSets(new Map(), family).filter(({ name }) => members.has(name));
  return there.map((set) => ({ ...set, entries: entriesOf(set, members.get(set.name) ?? []) }));
}

const protocols: Record<string, Protocol> = { '-t': 'TCP', '-u': 'UDP', '--sctp-service': 'SCTP' };

/** `10.0.0.1:80`, `[fd00::1]:80`. */
function addressAndPort(text: string): { address: string; port: number } {
  const colon = text.lastIndexOf(':');
  return { address: text.slice(0, colon).replace(/^\[|\]$/g, ''), port: Number(text.slice(colon + 1)) };
}

function optionOf(words: readonly string[], option: string): string | undefined {
  const at = words.indexOf(option);
  return at < 0 ? undefined : words[at + 1];
}

/** What schedules may be nothing that kube-proxy knows; it is only compared. */
function virtualServerOf(words: readonly string[], protocol: Protocol, service: string): VirtualServer {
  const persistent = optionOf(words, '-p');
  return {
    ...addressAndPort(service),
    protocol,
    scheduler: optionOf(words, '-s') as Scheduler,
    ...(persistent === undefined ? {} : { persistentSeconds: Number(persistent) }),
    ...(optionOf(words, '-b')?.includes('port') ? { sourceHash: true } : {}),
    realServers: [],
    from: { object: 'kernel', field: 'ipvs' },
  };
}

function realServerOf(words: readonly string[]): RealServer {
  return { ...addressAndPort(optionOf(words, '-r') ?? ''), weight: Number(optionOf(words, '-w')) };
}

/** Those by firewall mark are nobody's but their maker's. */
function virtualServersOf(saved: string): VirtualServer[] {
  const services = new Map<string, { service: VirtualServer; realServers: RealServer[] }>();
  for (const line of saved.split('\n')) {
    const words = line.trim().split(/\s+/);
    const [verb, flag = '', address = ''] = words;
    const protocol = protocols[flag];
    if (protocol === undefined) continue;
    const key = `${flag} ${address}`;
    if (verb === '-A') services.set(key, { service: virtualServerOf(words, protocol, address), realServers: [] });
    if (verb === '-a') services.get(key)?.realServers.push(realServerOf(words));
  }
  return [...services.values()].map(({ service, realServers }) => ({ ...service, realServers }));
}

/** Reads what the tools printed; what is no Service's of that family is left out. */
export function readObserved({ addresses, sets, servers }: ObservedTexts, family: IPFamily): ObservedIpvs {
  const isOurs = ({ address }: VirtualServer) => address.includes(':') === (family === 'IPv6');
  return {
    hasLink: addresses !== undefined,
    addresses: addressesOf(addresses ?? '', family),
    sets: setsOf(sets, family),
    virtualServers: virtualServersOf(servers).filter(isOurs),
  };
}
