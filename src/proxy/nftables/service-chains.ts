/**
 * The chains that belong to one service port: service- and local- (endpoints), external-, firewall-, and one endpoint-
 * each, with the sets that remember clients.
 *
 * Source: kube-proxy v1.30.5 nftables `syncProxyRules` and `writeServiceToEndpointRules`.
 */

import type { IPFamily, NodeServicePort, TrafficEndpoint } from '../../model/traffic.js';
import { cidrContains } from '../../model/traffic-address.js';
import type { LocalTrafficDetector } from '../contract.js';
import { startingTurn } from '../turns.js';
import type { Expression, NftRule, Statement } from './expression.js';
import { type EndpointNames, endpointNames, type ServiceChains } from './names.js';
import type { NftablesOptions } from './options.js';
import { usesFirewall } from './service-elements.js';
import type { Container } from './table.js';

export interface ChainContext {
  readonly options: NftablesOptions;
  readonly family: IPFamily;
  readonly nodeName: string;
  readonly nodeIP: string | undefined;
}

export interface OwnChains {
  readonly chains: readonly string[];
  readonly sets: readonly Container[];
  readonly rules: readonly NftRule[];
}

const markForMasquerade: Statement = { statement: 'jump', chain: 'mark-for-masquerade' };
const fromThisNode: Expression = { expression: 'fibLocal', side: 'saddr' };

/** The local traffic detector: matches pod sources, or with `negate` all others. */
function localTraffic(detector: LocalTrafficDetector, negate = false): Expression | undefined {
  switch (detector.kind) {
    case 'ClusterCIDR':
    case 'NodeCIDR':
      return { expression: 'address', side: 'saddr', value: negate ? { isNot: detector.cidr } : { is: detector.cidr } };
    case 'BridgeInterface':
      return { expression: 'iifname', name: detector.name, negate };
    case 'InterfaceNamePrefix':
      return { expression: 'iifname', name: `${detector.prefix}*`, negate };
    case 'none':
      return undefined;
  }
}

function firewallRules({ traffic }: NodeServicePort, chain: string, { nodeIP }: ChainContext): NftRule[] {
  const { loadBalancerSourceRanges: ranges, loadBalancerVIPs, from } = traffic;
  const nodeMayUseIt = nodeIP !== undefined && ranges.some((range) => cidrContains(range, nodeIP));
  // A VIP may be an address of this node; its own requests then carry it as their source.
  const notIn = nodeMayUseIt ? [...ranges, ...loadBalancerVIPs] : ranges;
  return [
    { chain, when: [{ expression: 'address', side: 'saddr', value: { notIn } }], action: { statement: 'drop' }, from },
  ];
}

function internalMasquerade(
  { traffic, hasInternalEndpoints }: NodeServicePort,
  chains: ServiceChains,
  { options }: ChainContext,
): NftRule[] {
  const outsiders = localTraffic(options.localTrafficDetector, true);
  if (!hasInternalEndpoints || (!options.masqueradeAll && outsiders === undefined)) return [];
  const { clusterIP, protocol, port, from, internalTrafficPolicy } = traffic;
  const when: Expression[] = [
    { expression: 'address', side: 'daddr', value: { is: clusterIP } },
    { expression: 'dport', protocol, port },
  ];
  if (!options.masqueradeAll && outsiders !== undefined) when.push(outsiders);
  const chain = internalTrafficPolicy === 'Local' ? chains.local : chains.cluster;
  return [{ chain, when, action: markForMasquerade, from }];
}

function externalRules(
  { traffic, hasExternalEndpoints }: NodeServicePort,
  chains: ServiceChains,
  { options }: ChainContext,
): NftRule[] {
  const { from, externalTrafficPolicy } = traffic;
  const chain = chains.external;
  const goto = (to: string): Statement => ({ statement: 'goto', chain: to });
  if (externalTrafficPolicy === 'Cluster') {
    return [
      { chain, when: [], action: markForMasquerade, from },
      { chain, when: [], action: goto(chains.cluster), from },
    ];
  }
  const rule = (when: Expression, action: Statement, comment: string): NftRule => ({
    chain,
    when: [when],
    action,
    comment,
    from,
  });
  const pods = localTraffic(options.localTrafficDetector);
  const rules = pods === undefined ? [] : [rule(pods, goto(chains.cluster), 'short-circuit pod traffic')];
  rules.push(
    rule(fromThisNode, markForMasquerade, 'masquerade local traffic'),
    rule(fromThisNode, goto(chains.cluster), 'short-circuit local traffic'),
  );
  if (hasExternalEndpoints) rules.push({ chain, when: [], action: goto(chains.local), from });
  return rules;
}

interface NamedEndpoint extends EndpointNames {
  readonly endpoint: TrafficEndpoint;
}

/** The round of endpoint chains, turned to the seeded start when it is to be replayable. */
function numgen(endpoints: readonly NamedEndpoint[], key: string, { balance, seed }: NftablesOptions): Statement {
  const chains = endpoints.map(({ chain }) => chain);
  if (balance === 'faithful') return { statement: 'numgen', mode: 'random', chains };
  const start = startingTurn(key, chains.length, seed);
  return { statement: 'numgen', mode: 'inc', chains: [...chains.slice(start), ...chains.slice(0, start)] };
}

function balanceRules(
  { traffic }: NodeServicePort,
  chain: string,
  endpoints: readonly NamedEndpoint[],
  context: ChainContext,
): NftRule[] {
  const { name, protocol, from, affinitySeconds } = traffic;
  const sticky = endpoints.map(
    ({ affinitySet, chain: to }): NftRule => ({
      chain,
      when: [{ expression: 'address', side: 'saddr', value: { inSet: affinitySet } }],
      action: { statement: 'goto', chain: to },
      from,
    }),
  );
  const spread = numgen(endpoints, `${context.nodeName}/${name}/${protocol}`, context.options);
  return [...(affinitySeconds === undefined ? [] : sticky), { chain, when: [], action: spread, from }];
}

function endpointRules({ traffic }: NodeServicePort, { endpoint, chain, affinitySet }: NamedEndpoint): NftRule[] {
  const { protocol, from, affinitySeconds } = traffic;
  const itself: Expression = { expression: 'address', side: 'saddr', value: { is: endpoint.ip } };
  const remember: NftRule = { chain, when: [], action: { statement: 'remember', set: affinitySet }, from };
  return [
    { chain, when: [itself], action: markForMasquerade, from },
    ...(affinitySeconds === undefined ? [] : [remember]),
    { chain, when: [{ expression: 'l4proto', protocol }], action: { statement: 'dnat', to: endpoint.text }, from },
  ];
}

function affinitySets(
  { traffic }: NodeServicePort,
  endpoints: readonly NamedEndpoint[],
  family: IPFamily,
): Container[] {
  const { affinitySeconds: dynamicSeconds } = traffic;
  if (dynamicSeconds === undefined) return [];
  const type = family === 'IPv4' ? 'ipv4_addr' : 'ipv6_addr';
  return endpoints.map(({ affinitySet: name }) => ({ kind: 'set', name, type, dynamicSeconds }));
}

/** All chains of one service port, their rules and sets. */
export function ownChains(port: NodeServicePort, names: ServiceChains, context: ChainContext): OwnChains {
  const { traffic, clusterEndpoints, localEndpoints, reachableEndpoints } = port;
  const named = new Map(
    reachableEndpoints.map((endpoint) => [endpoint, { endpoint, ...endpointNames(traffic, endpoint) }]),
  );
  const withNames = (list: readonly TrafficEndpoint[]): NamedEndpoint[] =>
    list.map((endpoint) => named.get(endpoint)).filter((entry) => entry !== undefined);
  const chains = [...named.values()].map(({ chain }) => chain);
  const rules = internalMasquerade(port, names, context);
  const add = (chain: string, more: readonly NftRule[]): void => {
    chains.push(chain);
    rules.push(...more);
  };
  if (usesFirewall(port)) add(names.firewall, firewallRules(port, names.firewall, context));
  if (port.hasEndpoints && port.externallyAccessible) add(names.external, externalRules(port, names, context));
  for (const [chain, list] of [
    [names.cluster, clusterEndpoints],
    [names.local, localEndpoints],
  ] as const) {
    if (list.length > 0) add(chain, balanceRules(port, chain, withNames(list), context));
  }
  for (const entry of named.values()) rules.push(...endpointRules(port, entry));
  return { chains, sets: affinitySets(port, [...named.values()], context.family), rules };
}
