/**
 * FRR's configuration of a node, in the shape and with the names that MetalLB gives it.
 *
 * Models: MetalLB `internal/bgp/frr/templates`: nothing is accepted from a peer, each peer gets the prefixes meant for it,
 * and attributes are set on the way out, one route-map entry each, with `on-match next`. As there, the lists of IPv6 are
 * written out although they let nothing through.
 * Differs: sessions that are not up are tried again every second, not every two minutes (FRR's `timers connect`), unless connectTime says otherwise.
 * Differs: routes are exchanged at once (`coalesce-time 0`); FRR waits a second for more.
 */
import type { BfdTimers, BgpNode, BgpRoute, BgpSession } from './contract.js';

/** One statement: its line, and what is inside it, of a route-map entry. Removed by `no` and its line. */
export type Statement = readonly [line: string, ...inside: string[]];

/** The text of bgpd.conf. */
export function bgpdConfig(hostname: string, node: BgpNode): string {
  const lines = [
    `hostname ${hostname}`,
    ...node.sessions.flatMap(filters).flat(),
    `router bgp ${node.asn}`,
    `bgp router-id ${node.routerId}`,
    'no bgp ebgp-requires-policy',
    'no bgp network import-check',
    'no bgp default ipv4-unicast',
    'bgp graceful-restart preserve-fw-state',
    'coalesce-time 0',
    ...node.sessions.flatMap(sessionLines),
    'address-family ipv4 unicast',
    ...node.sessions.flatMap(familyLines),
    ...prefixesOf(node).map((prefix) => `network ${prefix}`),
    'exit-address-family',
  ];
  return `${lines.join('\n')}\n`;
}

/** What the node originates: every prefix that some peer hears of. */
export function prefixesOf({ sessions }: Pick<BgpNode, 'sessions'>): string[] {
  return [...new Set(sessions.flatMap(({ routes }) => routes.map(({ prefix }) => prefix)))].sort();
}

export function sessionLines(session: BgpSession): string[] {
  const { address, asn, port, timers, connectSeconds, password, sourceAddress, bfd } = session;
  const settings = [
    `remote-as ${asn}`,
    ...(session.ebgpMultiHop ? ['ebgp-multihop'] : []),
    ...(session.localAsn ? [`local-as ${session.localAsn} no-prepend replace-as`] : []),
    `port ${port}`,
    ...(timers ? [`timers ${Math.floor(timers.keepalive)} ${Math.floor(timers.hold)}`] : []),
    `timers connect ${Math.ceil(connectSeconds)}`,
    ...(password ? [`password ${password}`] : []),
    ...(sourceAddress ? [`update-source ${sourceAddress}`] : []),
    ...(session.gracefulRestart ? ['graceful-restart'] : []),
    ...(bfd ? ['bfd', `bfd profile ${bfd.name}`] : []),
  ];
  return settings.map((setting) => `neighbor ${address} ${setting}`);
}

export function familyLines({ address }: BgpSession): string[] {
  const settings = ['activate', `route-map ${address}-in in`, `route-map ${address}-out out`];
  return settings.map((setting) => `neighbor ${address} ${setting}`);
}

/** What decides which routes go through a session, and how they look: prefix lists before the route-maps that use them. */
export function filters({ address, routes }: BgpSession): Statement[] {
  const allowed = `${address}-allowed`;
  const attributes = attributesOf(routes);
  const entries = [
    ...attributes.map(({ key, set }) => [`match ip address prefix-list ${address}-${key}`, set, 'on-match next']),
    [`match ip address prefix-list ${allowed}-ipv4`],
    [`match ipv6 address prefix-list ${allowed}-ipv6`],
  ];
  return [
    ...attributes.flatMap(({ key, prefixes }) => permits(`${address}-${key}`, prefixes)),
    ...permits(
      `${allowed}-ipv4`,
      routes.map(({ prefix }) => prefix),
    ),
    [`ipv6 prefix-list ${allowed}-ipv6 seq 1 deny any`],
    [`route-map ${address}-in deny 20`, 'exit'],
    ...entries.map((inside, index): Statement => [`route-map ${address}-out permit ${index + 1}`, ...inside, 'exit']),
  ];
}

function permits(list: string, prefixes: readonly string[]): Statement[] {
  if (prefixes.length === 0) return [[`ip prefix-list ${list} seq 1 deny any`]];
  return prefixes.map((prefix, index) => [`ip prefix-list ${list} seq ${index + 1} permit ${prefix}`]);
}

interface Attribute {
  /** As MetalLB names its prefix list. */
  key: string;
  set: string;
  prefixes: string[];
}

/** Preferences first, then communities, in the order of their lists' names, each with the prefixes that have it. */
function attributesOf(routes: readonly BgpRoute[]): Attribute[] {
  const preferences = [...new Set(routes.flatMap(({ localPref }) => localPref ?? []))].map(String).sort();
  const communities = [...new Set(routes.flatMap((route) => route.communities))].sort();
  const having = (has: (route: BgpRoute) => boolean) => routes.filter(has).map(({ prefix }) => prefix);
  return [
    ...preferences.map((preference) => ({
      key: `${preference}-ip-localpref-prefixes`,
      set: `set local-preference ${preference}`,
      prefixes: having(({ localPref }) => String(localPref) === preference),
    })),
    ...communities.map((community) => ({
      key: `${community}-ip-community-prefixes`,
      set: setCommunity(community),
      prefixes: having((route) => route.communities.includes(community)),
    })),
  ];
}

function setCommunity(community: string): string {
  const large = 'large:';
  if (!community.startsWith(large)) return `set community ${community} additive`;
  return `set large-community ${community.slice(large.length)} additive`;
}

/** The BFD profiles that sessions use, each once. */
export function profilesOf({ sessions }: Pick<BgpNode, 'sessions'>): BfdTimers[] {
  return [...new Map(sessions.flatMap(({ bfd }) => (bfd ? [[bfd.name, bfd] as const] : []))).values()];
}

/** The text of bfdd.conf. */
export function bfddConfig(hostname: string, profiles: readonly BfdTimers[]): string {
  return `${[`hostname ${hostname}`, 'bfd', ...profiles.flatMap(profileLines)].join('\n')}\n`;
}

export function profileLines(profile: BfdTimers): string[] {
  const { name, receiveInterval, transmitInterval, detectMultiplier, echoInterval, minimumTtl } = profile;
  return [
    `profile ${name}`,
    ...(receiveInterval ? [`receive-interval ${receiveInterval}`] : []),
    ...(transmitInterval ? [`transmit-interval ${transmitInterval}`] : []),
    ...(detectMultiplier ? [`detect-multiplier ${detectMultiplier}`] : []),
    ...(profile.echoMode ? ['echo-mode'] : []),
    ...(echoInterval ? [`echo receive-interval ${echoInterval}`, `echo transmit-interval ${echoInterval}`] : []),
    ...(profile.passiveMode ? ['passive-mode'] : []),
    ...(minimumTtl ? [`minimum-ttl ${minimumTtl}`] : []),
    'exit',
  ];
}
