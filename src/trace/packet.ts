/**
 * The virtual packet and what can become of it, for the walks through every mode's rules.
 *
 * Models the first packet of a new connection, which is the only one that nat rules see.
 */
import type { Protocol } from '../model/traffic.js';

export interface Packet {
  /** Where the node meets it: from a link, or from one of its own processes. */
  readonly entry: 'PREROUTING' | 'OUTPUT';
  readonly source: string;
  readonly destination: string;
  readonly port: number;
  readonly protocol: Protocol;
  /** Link it came in on; only read when pods are told by their interface. */
  readonly inInterface?: string;
}

/** What the walks need to know of the node itself: its addresses, loopback aside. */
export interface WalkNode {
  readonly addresses: readonly string[];
}

/**
 * `DNAT`: sent on to one of the endpoints. `REJECT` and `DROP`: refused, or silently lost. `ACCEPT`: no service's
 * business, goes on as it is. `CLOSE`: accepted by a proxy process that has nowhere to go, and closed.
 */
export type WalkVerdict = 'DNAT' | 'REJECT' | 'DROP' | 'ACCEPT' | 'CLOSE';

export interface WalkResult<Step> {
  readonly verdict: WalkVerdict;
  /** All `ip:port` that may be chosen, sorted; empty unless the verdict is DNAT. */
  readonly endpoints: readonly string[];
  /** Whether some endpoint sees the node's address in place of the client's. */
  readonly masquerade: boolean;
  /** One entry a possible course. */
  readonly courses: readonly WalkCourse<Step>[];
}

/** One way the packet may take. */
export interface WalkCourse<Step> {
  readonly verdict: WalkVerdict;
  readonly endpoint: string | undefined;
  readonly masquerade: boolean;
  /** The rules that matched, in order. */
  readonly path: readonly Step[];
}

/** Whether an address is the node's own. */
export function isLocalAddress(ip: string, node: WalkNode): boolean {
  return ip.startsWith('127.') || ip === '::1' || node.addresses.includes(ip);
}

/** Sums up the courses; rules that leave the verdict to chance are a bug of the engine. */
export function walkResult<Step>(packet: Packet, courses: readonly WalkCourse<Step>[]): WalkResult<Step> {
  const verdict = courses[0]?.verdict ?? 'ACCEPT';
  const other = courses.find((course) => course.verdict !== verdict);
  if (other !== undefined) {
    throw new Error(
      `${packet.destination}:${packet.port} may end in ${verdict} or ${other.verdict}: the rules disagree`,
    );
  }
  const endpoints = new Set(courses.map(({ endpoint }) => endpoint).filter((endpoint) => endpoint !== undefined));
  return {
    verdict,
    endpoints: [...endpoints].sort(),
    masquerade: courses.some((course) => course.masquerade),
    courses,
  };
}
