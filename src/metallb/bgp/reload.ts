/**
 * From one plan to the next without a restart: the commands that change running daemons, so that a Service that comes or goes
 * drops no session, nor does a peer that comes or goes drop another's.
 *
 * Models: FRR's `frr-reload.py`, which MetalLB has compare what runs with what should.
 */
import type { BfdTimers, BgpNode, BgpSession } from './contract.js';
import { familyLines, filters, prefixesOf, profileLines, profilesOf, type Statement, sessionLines } from './frr.js';

/** Whether commands can do it: an AS number, a router ID and which daemons run are for a daemon's life. */
export function canReload(before: BgpNode, after: BgpNode): boolean {
  const text = (node: BgpNode) => JSON.stringify([node.asn, node.routerId, profilesOf(node).length > 0]);
  return text(before) === text(after);
}

/** For bgpd; none when nothing changes. */
export function bgpdCommands(before: BgpNode, after: BgpNode): string[] {
  const [lostSessions, newSessions] = difference(before.sessions, after.sessions, sameSession);
  const [lostFilters, newFilters] = difference(before.sessions.flatMap(filters), after.sessions.flatMap(filters), same);
  const [lostPrefixes, newPrefixes] = difference(prefixesOf(before), prefixesOf(after), same);
  const changes = [lostSessions, newSessions, lostFilters, newFilters, lostPrefixes, newPrefixes];
  if (changes.every((list) => list.length === 0)) return [];
  return [
    'configure terminal',
    `router bgp ${after.asn}`,
    ...lostSessions.map(({ address }) => `no neighbor ${address}`),
    'exit',
    // Route-maps go before the lists that they use, and come after them.
    ...[...lostFilters].reverse().map(([line]: Statement) => `no ${line}`),
    ...newFilters.flat(),
    `router bgp ${after.asn}`,
    ...newSessions.flatMap(sessionLines),
    'address-family ipv4 unicast',
    ...lostPrefixes.map((prefix) => `no network ${prefix}`),
    ...newSessions.flatMap(familyLines),
    ...newPrefixes.map((prefix) => `network ${prefix}`),
    'end',
    // FRR looks at changed route-maps after a delay only.
    'clear bgp ipv4 unicast * soft out',
  ];
}

/** For bfdd; none when nothing changes. */
export function bfddCommands(before: BgpNode, after: BgpNode): string[] {
  const [lost, fresh] = difference<BfdTimers>(profilesOf(before), profilesOf(after), same);
  if (lost.length + fresh.length === 0) return [];
  const gone = lost.map(({ name }) => `no profile ${name}`);
  return ['configure terminal', 'bfd', ...gone, ...fresh.flatMap(profileLines), 'end'];
}

/** Routes are not the session's own. */
function sameSession({ routes: _, ...one }: BgpSession, { routes: __, ...other }: BgpSession): boolean {
  return same(one, other);
}

function same(one: unknown, other: unknown): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}

/** What is only in the first list, and what only in the second. */
function difference<T>(before: readonly T[], after: readonly T[], equal: (a: T, b: T) => boolean): [T[], T[]] {
  const only = (list: readonly T[], others: readonly T[]) => list.filter((a) => !others.some((b) => equal(a, b)));
  return [only(before, after), only(after, before)];
}
