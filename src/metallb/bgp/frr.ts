/**
 * FRR's configuration from plans: the text a daemon starts with, and the commands that change a running one.
 *
 * Models: MetalLB `internal/bgp/frr/templates`. Nothing is accepted from peers; each peer gets the prefixes meant for it.
 */
import { createHash } from 'node:crypto';
import type { BfdTimers, BgpNode, BgpRoute, BgpSession } from './contract.js';

/** The text of bgpd.conf. */
export function bgpdConfig(hostname: string, node: BgpNode): string {
  const lines = [
    `hostname ${hostname}`,
    'route-map DENY-ALL deny 1',
    ...node.sessions.map(({ name }) => `route-map ${name}-set permit ${LAST_SEQUENCE}`),
    ...node.routes.flatMap(attributeLines),
    ...node.sessions.flatMap((session) => prefixList(session, node.routes)),
    `router bgp ${node.asn}`,
    ` bgp router-id ${node.routerId}`,
    ' no bgp ebgp-requires-policy',
    ' no bgp network import-check',
    ' no bgp default ipv4-unicast',
    ' coalesce-time 0',
    ...node.sessions.flatMap(sessionLines),
    ' address-family ipv4 unicast',
    ...node.sessions.flatMap(familyLines),
    ...node.routes.map(({ prefix }) => `  network ${prefix}`),
    ' exit-address-family',
  ];
  return `${lines.join('\n')}\n`;
}

function sessionLines(session: BgpSession): string[] {
  const { address, asn, port, timers, connectSeconds, password, sourceAddress, bfd, ebgpMultiHop } = session;
  return [
    ` neighbor ${address} remote-as ${asn}`,
    ...(port === 179 ? [] : [` neighbor ${address} port ${port}`]),
    ...(ebgpMultiHop ? [` neighbor ${address} ebgp-multihop`] : []),
    ...(timers ? [` neighbor ${address} timers ${Math.floor(timers.keepalive)} ${Math.floor(timers.hold)}`] : []),
    ` neighbor ${address} timers connect ${Math.ceil(connectSeconds ?? 1)}`,
    ...(password ? [` neighbor ${address} password ${password}`] : []),
    ...(sourceAddress ? [` neighbor ${address} update-source ${sourceAddress}`] : []),
    ...(bfd ? [` neighbor ${address} bfd`, ` neighbor ${address} bfd profile ${bfd.name}`] : []),
  ];
}

function familyLines({ name, address }: BgpSession): string[] {
  return [
    `  neighbor ${address} activate`,
    `  neighbor ${address} route-map DENY-ALL in`,
    `  neighbor ${address} prefix-list ${name}-out out`,
    `  neighbor ${address} route-map ${name}-set out`,
  ];
}

/** What a list does not permit it denies; but a missing list permits everything, so none is ever empty. */
function prefixList({ name }: BgpSession, routes: readonly BgpRoute[]): string[] {
  const told = routes.filter(({ peers }) => peers.includes(name));
  return [`ip prefix-list ${name}-out seq 1 deny 0.0.0.0/32`, ...told.map(({ prefix }) => permit(name, prefix))];
}

function permit(name: string, prefix: string): string {
  return `ip prefix-list ${name}-out permit ${prefix}`;
}

/** FRR allows sequence numbers up to 65535, the last of which lets everything else through. */
const LAST_SEQUENCE = 65_535;

/** Entries of a route-map are found by number: one for each prefix, whatever others there are. */
function sequenceOf(prefix: string): number {
  return 1 + (createHash('sha256').update(prefix).digest().readUInt32BE(0) % (LAST_SEQUENCE - 1));
}

function hasAttributes({ localPref, communities }: BgpRoute): boolean {
  return localPref !== undefined || communities.length > 0;
}

const only = (prefix: string): string => `only-${prefix.replace('/', '-')}`;

/**
 * Attributes are set on the way out: set where the route begins, the community no-advertise would keep it from leaving.
 */
function attributeLines(route: BgpRoute): string[] {
  if (!hasAttributes(route)) return [];
  const { prefix, localPref, communities, peers } = route;
  const large = communities.filter((one) => one.startsWith('large:')).map((one) => one.slice('large:'.length));
  const plain = communities.filter((one) => !one.startsWith('large:'));
  const set = [
    `match ip address prefix-list ${only(prefix)}`,
    ...(localPref === undefined ? [] : [`set local-preference ${localPref}`]),
    ...(plain.length > 0 ? [`set community ${plain.join(' ')}`] : []),
    ...(large.length > 0 ? [`set large-community ${large.join(' ')}`] : []),
    'exit',
  ];
  const maps = peers.flatMap((name) => [`route-map ${name}-set permit ${sequenceOf(prefix)}`, ...set]);
  return [`ip prefix-list ${only(prefix)} seq 1 permit ${prefix}`, ...maps];
}

function withoutAttributes(route: BgpRoute): string[] {
  if (!hasAttributes(route)) return [];
  const { prefix, peers } = route;
  const maps = peers.map((name) => `no route-map ${name}-set permit ${sequenceOf(prefix)}`);
  return [...maps, `no ip prefix-list ${only(prefix)}`];
}

/** Whether a running daemon can be brought to the new plan by commands: its sessions are the same. */
export function sameSessions(one: BgpNode, other: BgpNode): boolean {
  const text = ({ asn, routerId, sessions }: BgpNode) => JSON.stringify([asn, routerId, sessions]);
  return text(one) === text(other);
}

/** The commands, from `configure terminal` on, that change the routes; none when they are the same. */
export function routeCommands(before: BgpNode, after: BgpNode): string[] {
  const text = (route: BgpRoute) => JSON.stringify(route);
  const gone = before.routes.filter((route) => !after.routes.some((one) => text(one) === text(route)));
  const fresh = after.routes.filter((route) => !before.routes.some((one) => text(one) === text(route)));
  if (gone.length + fresh.length === 0) return [];
  return [
    'configure terminal',
    ...gone.flatMap(({ prefix, peers }) => peers.map((name) => `no ${permit(name, prefix)}`)),
    ...gone.flatMap(withoutAttributes),
    ...fresh.flatMap(attributeLines),
    ...fresh.flatMap(({ prefix, peers }) => peers.map((name) => permit(name, prefix))),
    `router bgp ${after.asn}`,
    'address-family ipv4 unicast',
    ...gone.map(({ prefix }) => `no network ${prefix}`),
    ...fresh.map(({ prefix }) => `network ${prefix}`),
    'end',
    'clear bgp ipv4 unicast * soft out',
  ];
}

/** The text of bfdd.conf. */
export function bfddConfig(hostname: string, profiles: readonly BfdTimers[]): string {
  const lines = profiles.flatMap((one) => [
    ` profile ${one.name}`,
    `  receive-interval ${one.receiveInterval}`,
    `  transmit-interval ${one.transmitInterval}`,
    `  detect-multiplier ${one.detectMultiplier}`,
    ...(one.passiveMode ? ['  passive-mode'] : []),
    ' exit',
  ]);
  return `${[`hostname ${hostname}`, 'bfd', ...lines].join('\n')}\n`;
}
