/**
 * A node's Services as entries of the program's maps, byte by byte as src/kernel/bpf/socket-lb.bpf.c lays them out:
 * addresses and ports in the network's order, other numbers little-endian, as every machine that runs this is.
 */
import type { Peer, SocketProtocol, SocketService } from './services.js';

export type MapName = 'machines' | 'services' | 'endpoints' | 'members' | 'turns';

/** An entry in hexadecimal. */
export interface Entry {
  readonly map: MapName;
  readonly key: string;
  readonly value: string;
}

/** IPPROTO_TCP and IPPROTO_UDP, netinet/in.h. */
const protocolNumbers: Record<SocketProtocol, number> = { TCP: 6, UDP: 17 };

const big = (number: number, bytes: number): string => number.toString(16).padStart(bytes * 2, '0');

/** A number in hexadecimal, lowest byte first. */
export function little(number: number, bytes: number): string {
  return big(number, bytes).match(/../g)?.reverse().join('') ?? '';
}

function addressOf(ip: string): string {
  return ip
    .split('.')
    .map((octet) => big(Number(octet), 1))
    .join('');
}

function peerValue({ address, port }: Peer): string {
  return `${addressOf(address)}${big(port, 2)}0000`;
}

function serviceKey(node: number, { address, port, protocol }: SocketService): string {
  return `${little(node, 4)}${addressOf(address)}${big(port, 2)}${big(protocolNumbers[protocol], 1)}00`;
}

/** Namespaces are known by their cookie. Source: socket(7), SO_NETNS_COOKIE. */
export function machineEntry(cookie: bigint, node: number): Entry {
  const bytes = cookie.toString(16).padStart(16, '0').match(/../g) ?? [];
  return { map: 'machines', key: bytes.reverse().join(''), value: little(node, 4) };
}

/** All entries of a Service. Of endpoints, those that come first in the list are chosen first. */
export function serviceEntries(node: number, service: SocketService): Entry[] {
  const key = serviceKey(node, service);
  const { endpoints, affinitySeconds, start, random } = service;
  return [
    ...endpoints.map((peer, slot): Entry => ({ map: 'endpoints', key: key + little(slot, 4), value: peerValue(peer) })),
    ...endpoints.map((peer, slot): Entry => ({ map: 'members', key: key + peerValue(peer), value: little(slot, 4) })),
    { map: 'turns', key, value: little(0, 8) + little(start, 4) + little(Number(random), 4) },
    { map: 'services', key, value: little(endpoints.length, 4) + little(affinitySeconds, 4) },
  ];
}
