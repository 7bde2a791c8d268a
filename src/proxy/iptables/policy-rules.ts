/**
 * The chains that belong to one service port: KUBE-SVC- and KUBE-SVL- (endpoints), KUBE-EXT- (external traffic),
 * KUBE-FW- (source ranges) and one KUBE-SEP- an endpoint. Written when the port changed.
 *
 * Source: kube-proxy v1.30.5 `syncProxyRules` and `writeServiceToEndpointRules`.
 */
import type { NodeServicePort, TrafficEndpoint } from '../../model/traffic.js';
import { cidrContains } from '../../model/traffic-address.js';
import { comment, jump, type Match, protocolMatch, type Rule, type Target } from '../xtables/rule.js';
import { statistic } from './balance.js';
import { endpointChain, type ServiceChains } from './names.js';
import type { IptablesOptions } from './options.js';
import { destinationMatches, usesFirewall } from './service-rules.js';

/** What compiling one port's chains needs besides the port. */
export interface PolicyContext {
  readonly options: IptablesOptions;
  readonly nodeName: string;
  readonly nodeIP: string | undefined;
  /** Large clusters drop the comments of per-endpoint rules. */
  readonly comments: boolean;
  /** What tells pods from others, and others from pods; undefined when nothing does. */
  readonly pods: Match | undefined;
  readonly outsiders: Match | undefined;
}

export interface OwnChains {
  readonly chains: readonly string[];
  readonly rules: readonly Rule[];
}

const markForMasquerade = jump('KUBE-MARK-MASQ');
const fromThisNode: Match = { match: 'addrtype', side: 'src' };

/** What goes to a ClusterIP from outside the pods leaves with the node's address, as the reply must come back here. */
function internalMasquerade(port: NodeServicePort, chains: ServiceChains, context: PolicyContext): Rule[] {
  const { traffic, hasInternalEndpoints } = port;
  const { options, outsiders } = context;
  if (!hasInternalEndpoints || (!options.masqueradeAll && outsiders === undefined)) return [];
  const chain = traffic.internalTrafficPolicy === 'Local' ? chains.local : chains.cluster;
  const matches = destinationMatches(comment(`${traffic.name} cluster IP`), traffic, traffic.clusterIP);
  if (!options.masqueradeAll && outsiders !== undefined) matches.push(outsiders);
  return [{ chain, matches, target: markForMasquerade, from: traffic.from }];
}

/**
 * KUBE-EXT-. With the Local policy, pods and the node itself still reach every endpoint, as if their traffic had gone
 * out to a load balancer and come back; everybody else falls through to the local endpoints, or off the end.
 */
function externalRules(port: NodeServicePort, chains: ServiceChains, { pods }: PolicyContext): Rule[] {
  const { traffic, hasExternalEndpoints } = port;
  const { name, from, externalTrafficPolicy } = traffic;
  const rule = (what: string, matches: Match[], target: Target): Rule => ({
    chain: chains.external,
    matches: [comment(`${what} for ${name} external destinations`), ...matches],
    target,
    from,
  });
  const toPolicy = (chain: string): Rule => ({ chain: chains.external, matches: [], target: jump(chain), from });
  if (externalTrafficPolicy === 'Cluster') {
    return [rule('masquerade traffic', [], markForMasquerade), toPolicy(chains.cluster)];
  }
  const rules = pods === undefined ? [] : [rule('pod traffic', [pods], jump(chains.cluster))];
  rules.push(
    rule('masquerade LOCAL traffic', [fromThisNode], markForMasquerade),
    rule('route LOCAL traffic', [fromThisNode], jump(chains.cluster)),
  );
  if (hasExternalEndpoints) rules.push(toPolicy(chains.local));
  return rules;
}

/** KUBE-FW-. What falls off its end keeps the VIP as destination and is dropped by KUBE-PROXY-FIREWALL. */
function firewallRules(port: NodeServicePort, chains: ServiceChains, { nodeIP }: PolicyContext): Rule[] {
  const { name, from, loadBalancerSourceRanges: ranges, loadBalancerVIPs } = port.traffic;
  const chain = chains.firewall;
  const nodeMayUseIt = nodeIP !== undefined && ranges.some((range) => cidrContains(range, nodeIP));
  // A VIP may be an address of this node; then the node's own requests carry it as their source.
  const sources = nodeMayUseIt ? [...ranges, ...loadBalancerVIPs] : ranges;
  const allowed = sources.map((cidr): Rule => {
    const matches: Match[] = [comment(`${name} loadbalancer IP`), { match: 'source', cidr }];
    return { chain, matches, target: jump(chains.external), from };
  });
  const rest = [comment(`other traffic to ${name} will be dropped by KUBE-PROXY-FIREWALL`)];
  return [...allowed, { chain, matches: rest, from }];
}

/** One endpoint with its chain, and the jump there. */
interface NamedEndpoint {
  readonly endpoint: TrafficEndpoint;
  readonly chain: string;
  readonly target: Target;
}

/** KUBE-SVC- or KUBE-SVL-: first the endpoint this client used before, if it sticks to one, then the spreading. */
function balanceRules(
  port: NodeServicePort,
  chain: string,
  endpoints: readonly NamedEndpoint[],
  { options, comments, nodeName }: PolicyContext,
): Rule[] {
  const { name, protocol, from, affinitySeconds } = port.traffic;
  const rules: Rule[] = [];
  const why = (text: string): Match[] => (comments ? [comment(`${name} -> ${text}`)] : []);
  if (affinitySeconds !== undefined) {
    for (const { endpoint, chain: list, target } of endpoints) {
      const seen: Match = { match: 'recentCheck', list, seconds: affinitySeconds };
      rules.push({ chain, matches: [...why(endpoint.text), seen], target, from });
    }
  }
  const key = `${nodeName}/${name}/${protocol}`;
  endpoints.forEach(({ endpoint, target }, index) => {
    const matches = why(endpoint.text);
    const chance = statistic(options, key, index, endpoints.length);
    if (chance !== undefined) matches.push(chance);
    rules.push({ chain, matches, target, from });
  });
  return rules;
}

/** KUBE-SEP-: SNAT for a pod that reaches itself, then DNAT; `recent --set` remembers the client for affinity. */
function endpointRules(
  { traffic }: NodeServicePort,
  { endpoint, chain }: NamedEndpoint,
  why: readonly Match[],
): Rule[] {
  const { protocol, from, affinitySeconds } = traffic;
  const remember: Match[] = affinitySeconds === undefined ? [] : [{ match: 'recentSet', list: chain }];
  const hairpin: Match = { match: 'source', cidr: endpoint.ip, negate: false };
  const dnat: Target = { target: 'dnat', to: endpoint.text };
  return [
    { chain, matches: [...why, hairpin], target: markForMasquerade, from },
    { chain, matches: [...why, ...remember, protocolMatch[protocol]], target: dnat, from },
  ];
}

/** All chains of one service port and their rules, in kube-proxy's order. */
export function ownChains(port: NodeServicePort, names: ServiceChains, context: PolicyContext): OwnChains {
  const { traffic, clusterEndpoints, localEndpoints, reachableEndpoints } = port;
  const named = reachableEndpoints.map((endpoint): NamedEndpoint => {
    const chain = endpointChain(traffic, endpoint);
    return { endpoint, chain, target: jump(chain) };
  });
  const withNames = (list: readonly TrafficEndpoint[]): readonly NamedEndpoint[] => {
    if (list === reachableEndpoints) return named;
    const wanted = new Set(list);
    return named.filter(({ endpoint }) => wanted.has(endpoint));
  };
  const chains: string[] = [];
  const rules: Rule[] = internalMasquerade(port, names, context);
  const add = (chain: string, more: readonly Rule[]): void => {
    chains.push(chain);
    for (const rule of more) rules.push(rule);
  };
  const balance = (chain: string, list: readonly TrafficEndpoint[]): void => {
    if (list.length > 0) add(chain, balanceRules(port, chain, withNames(list), context));
  };
  if (port.hasEndpoints && port.externallyAccessible) add(names.external, externalRules(port, names, context));
  if (usesFirewall(port)) add(names.firewall, firewallRules(port, names, context));
  balance(names.cluster, clusterEndpoints);
  balance(names.local, localEndpoints);
  const why = context.comments ? [comment(traffic.name)] : [];
  for (const entry of named) add(entry.chain, endpointRules(port, entry, why));
  return { chains, rules };
}
