/**
 * What the kernel's maps hold, read back from `bpftool -j map dump`: for people, and for the digest of the kernel.
 */
import { little } from './entries.js';
import type { Peer, SocketProtocol } from './services.js';

/** Values by key, both in hexadecimal. */
export type Dump = ReadonlyMap<string, string>;

export interface Dumps {
  readonly services: Dump;
  readonly endpoints: Dump;
  readonly turns: Dump;
}

export interface HeldService extends Peer {
  /** Its number in the lab. */
  readonly node: number;
  readonly protocol: SocketProtocol;
  readonly affinitySeconds: number;
  /** In the order of turns; undefined for an empty slot. */
  readonly endpoints: readonly (Peer | undefined)[];
  /** How often an endpoint was chosen. */
  readonly chosen: number;
}

function hex(octets: readonly string[]): string {
  return octets.map((octet) => octet.slice(2).padStart(2, '0')).join('');
}

/** @param json what bpftool printed: lists of octets like "0x0a" */
export function parseDump(json: string): Dump {
  const listed = JSON.parse(json) as { key: string[]; value: string[] }[];
  return new Map(listed.map(({ key, value }) => [hex(key), hex(value)]));
}

function octetsAt(text: string, start: number, bytes: number): number[] {
  return (text.slice(start * 2, (start + bytes) * 2).match(/../g) ?? []).map((octet) => Number.parseInt(octet, 16));
}

function bigAt(text: string, start: number, bytes: number): number {
  return octetsAt(text, start, bytes).reduce((sum, octet) => sum * 256 + octet, 0);
}

function littleAt(text: string, start: number, bytes: number): number {
  return octetsAt(text, start, bytes).reduceRight((sum, octet) => sum * 256 + octet, 0);
}

function peerAt(text: string, start: number): Peer {
  return { address: octetsAt(text, start, 4).join('.'), port: bigAt(text, start + 4, 2) };
}

/** IPPROTO_UDP, netinet/in.h. */
const UDP = 17;

function serviceOf(key: string, value: string, dumps: Dumps): HeldService {
  const slots = Array.from({ length: littleAt(value, 0, 4) }, (_, slot) => dumps.endpoints.get(key + little(slot, 4)));
  return {
    node: littleAt(key, 0, 4),
    ...peerAt(key, 4),
    protocol: bigAt(key, 10, 1) === UDP ? 'UDP' : 'TCP',
    affinitySeconds: littleAt(value, 4, 4),
    endpoints: slots.map((peer) => (peer === undefined ? undefined : peerAt(peer, 0))),
    chosen: littleAt(dumps.turns.get(key) ?? '', 0, 8),
  };
}

/** By node, address and port. */
export function heldServices(dumps: Dumps): HeldService[] {
  // Octets of address and port are in the network's order, so that text sorts as the numbers do.
  return [...dumps.services]
    .sort(([one], [other]) => (one < other ? -1 : 1))
    .map(([key, value]) => serviceOf(key, value, dumps));
}

/** Without what was counted: equal for equal Services. */
export function heldServiceText({ protocol, address, port, affinitySeconds, endpoints }: HeldService): string {
  const peers = endpoints.map((peer) => (peer ? `${peer.address}:${peer.port}` : 'empty')).join(', ') || 'nobody';
  return `${protocol} ${address}:${port}${affinitySeconds === 0 ? '' : ` (ClientIP ${affinitySeconds}s)`} -> ${peers}`;
}
