/**
 * How the same traffic plan looked in the iptables rules of kube-proxy 1.22 and 1.23, for reading old pages: KUBE-XLB-
 * chains for `externalTrafficPolicy: Local`, a KUBE-FW- chain for every load balancer, drops by a mark of kubelet's.
 *
 * Only `lab compile --style 1.23` prints it; labs always run today's rules. Source: v1.22 `syncProxyRules`.
 */
import type { NodeServicePort, NodeTraffic, TrafficEndpoint } from '../../model/traffic.js';
import { cidrContains } from '../../model/traffic-address.js';
import { accept, comment, drop, jump, type Match, type Rule, reject, type Target } from '../xtables/rule.js';
import { statistic } from './balance.js';
import type { IptablesRuleSet } from './compile.js';
import { localTraffic } from './detector.js';
import { masqueradeRules, natChains, nodePortsRules } from './fixed.js';
import { endpointChain, serviceChains } from './names.js';
import { type IptablesOptions, masqueradeMark } from './options.js';
import { type CompiledPort, portRules } from './port-rules.js';

const filterChains = ['KUBE-SERVICES', 'KUBE-EXTERNAL-SERVICES', 'KUBE-FORWARD', 'KUBE-NODEPORTS'];
const markForMasquerade = jump('KUBE-MARK-MASQ');
/** kubelet's chain: sets mark 0x8000, which its KUBE-FIREWALL drops. */
const markForDrop = jump('KUBE-MARK-DROP');

interface Names {
  readonly service: string;
  readonly local: string;
  readonly firewall: string;
}

/** One port's rules while they are written. */
interface Draft {
  readonly port: NodeServicePort;
  readonly names: Names;
  readonly options: IptablesOptions;
  readonly node: NodeTraffic['node'];
  readonly filter: Rule[];
  readonly nat: Rule[];
  readonly chains: string[];
}

function host(ip: string): string {
  return `${ip}/${ip.includes(':') ? 128 : 32}`;
}

function isLocalOnly({ traffic }: NodeServicePort): boolean {
  return traffic.externalTrafficPolicy === 'Local';
}

function write({ port, nat }: Draft, chain: string, matches: readonly Match[], target: Target): void {
  nat.push({ chain, matches, target, from: port.traffic.from });
}

function addressMatches({ port: { traffic } }: Draft, what: string, ip: string): Match[] {
  return [
    comment(`${traffic.name} ${what}`),
    { match: 'protocol', protocol: traffic.protocol },
    { match: 'destination', cidr: host(ip) },
    { match: 'dport', port: traffic.port },
  ];
}

function refuse({ port: { traffic }, filter }: Draft, chain: string, matches: readonly Match[]): void {
  const why = comment(`${traffic.name} has no endpoints`);
  filter.push({ chain, matches: [why, ...matches.slice(1)], target: reject, from: traffic.from });
}

function clusterIP(draft: Draft): void {
  const { port, names, options } = draft;
  const matches = addressMatches(draft, 'cluster IP', port.traffic.clusterIP);
  if (!port.hasEndpoints) return refuse(draft, 'KUBE-SERVICES', matches);
  const outsiders = localTraffic(options.localTrafficDetector, true);
  if (options.masqueradeAll) write(draft, names.service, matches, markForMasquerade);
  else if (outsiders !== undefined) write(draft, names.service, [...matches, outsiders], markForMasquerade);
  write(draft, 'KUBE-SERVICES', matches, jump(names.service));
}

function externalIPs(draft: Draft): void {
  const { port, names, options } = draft;
  for (const ip of port.traffic.externalIPs) {
    const matches = addressMatches(draft, 'external IP', ip);
    if (!port.hasEndpoints) {
      refuse(draft, 'KUBE-EXTERNAL-SERVICES', matches);
      continue;
    }
    const outsiders = localTraffic(options.localTrafficDetector, true);
    const sources = outsiders === undefined ? [] : [outsiders];
    if (!isLocalOnly(port)) write(draft, names.service, [...matches, ...sources], markForMasquerade);
    write(draft, 'KUBE-SERVICES', matches, jump(isLocalOnly(port) ? names.local : names.service));
  }
}

function firewall(draft: Draft, vip: string): void {
  const { port, names, node, options } = draft;
  const { name, loadBalancerSourceRanges: ranges } = port.traffic;
  const why = [comment(`${name} loadbalancer IP`)];
  const target = jump(isLocalOnly(port) ? names.local : names.service);
  const nodeIP = options.nodeIP ?? node.address;
  if (!draft.chains.includes(names.firewall)) draft.chains.push(names.firewall);
  if (!isLocalOnly(port)) write(draft, names.firewall, why, markForMasquerade);
  if (ranges.length === 0) write(draft, names.firewall, why, target);
  const nodeMayUseIt = nodeIP !== undefined && ranges.some((range) => cidrContains(range, nodeIP));
  for (const cidr of nodeMayUseIt ? [...ranges, host(vip)] : ranges) {
    write(draft, names.firewall, [...why, { match: 'source', cidr }], target);
  }
  write(draft, names.firewall, why, markForDrop);
}

function loadBalancerVIPs(draft: Draft): void {
  for (const vip of draft.port.traffic.loadBalancerVIPs) {
    const matches = addressMatches(draft, 'loadbalancer IP', vip);
    if (draft.port.hasEndpoints) {
      write(draft, 'KUBE-SERVICES', matches, jump(draft.names.firewall));
      firewall(draft, vip);
    } else {
      refuse(draft, 'KUBE-EXTERNAL-SERVICES', matches);
    }
  }
}

function nodePort(draft: Draft): void {
  const { port, names } = draft;
  const { name, protocol, nodePort: number, clusterIP } = port.traffic;
  if (number === 0) return;
  const matches: Match[] = [comment(name), { match: 'protocol', protocol }, { match: 'dport', port: number }];
  const loopback = clusterIP.includes(':') ? '::1/128' : '127.0.0.0/8';
  if (!port.hasEndpoints) {
    const local: Match = { match: 'addrtype', side: 'dst' };
    refuse(draft, 'KUBE-EXTERNAL-SERVICES', [comment(name), local, ...matches.slice(1)]);
  } else if (isLocalOnly(port)) {
    write(draft, 'KUBE-NODEPORTS', [...matches, { match: 'source', cidr: loopback }], markForMasquerade);
    write(draft, 'KUBE-NODEPORTS', matches, jump(names.local));
  } else {
    write(draft, names.service, matches, markForMasquerade);
    write(draft, 'KUBE-NODEPORTS', matches, jump(names.service));
  }
}

function healthCheck({ port: { traffic }, filter }: Draft): void {
  if (traffic.healthCheckNodePort === 0) return;
  const matches: Match[] = [
    comment(`${traffic.name} health check node port`),
    { match: 'protocol', protocol: 'TCP' },
    { match: 'dport', port: traffic.healthCheckNodePort },
  ];
  filter.push({ chain: 'KUBE-NODEPORTS', matches, target: accept, from: traffic.from });
}

function balance(
  draft: Draft,
  chain: string,
  endpoints: readonly TrafficEndpoint[],
  why: (index: number) => Match,
): void {
  const { port, options, node } = draft;
  const { traffic } = port;
  const names = endpoints.map((endpoint) => endpointChain(traffic, endpoint));
  const seconds = traffic.affinitySeconds;
  for (const list of seconds === undefined ? [] : names) {
    const seen: Match = { match: 'recentCheck', list, seconds: seconds ?? 0 };
    write(draft, chain, [comment(traffic.name), seen], jump(list));
  }
  const key = `${node.name}/${traffic.name}/${traffic.protocol}`;
  names.forEach((name, index) => {
    const chance = statistic(options, key, index, names.length);
    write(draft, chain, chance === undefined ? [why(index)] : [why(index), chance], jump(name));
  });
}

function endpoints(draft: Draft, all: readonly TrafficEndpoint[]): void {
  const { traffic } = draft.port;
  for (const endpoint of all) {
    const chain = endpointChain(traffic, endpoint);
    const why = comment(traffic.name);
    const remember: Match[] = traffic.affinitySeconds === undefined ? [] : [{ match: 'recentSet', list: chain }];
    const protocol: Match = { match: 'protocol', protocol: traffic.protocol };
    draft.chains.push(chain);
    write(draft, chain, [why, { match: 'source', cidr: host(endpoint.ip) }], markForMasquerade);
    write(draft, chain, [why, ...remember, protocol], { target: 'dnat', to: endpoint.text });
  }
}

/** KUBE-XLB-: what KUBE-EXT- and KUBE-SVL- are today. */
function localChain(draft: Draft): void {
  const { port, names, options } = draft;
  const { name } = port.traffic;
  const fromNode: Match = { match: 'addrtype', side: 'src' };
  const pods = localTraffic(options.localTrafficDetector);
  const redirect = comment('Redirect pods trying to reach external loadbalancer VIP to clusterIP');
  if (pods !== undefined) write(draft, names.local, [redirect, pods], jump(names.service));
  write(draft, names.local, [comment(`masquerade LOCAL traffic for ${name} LB IP`), fromNode], markForMasquerade);
  const route = comment(`route LOCAL traffic for ${name} LB IP to service chain`);
  write(draft, names.local, [route, fromNode], jump(names.service));
  if (port.localEndpoints.length > 0) {
    balance(draft, names.local, port.localEndpoints, (index) => comment(`Balancing rule ${index} for ${name}`));
  } else {
    write(draft, names.local, [comment(`${name} has no local endpoints`)], markForDrop);
  }
}

/** An internal policy Local restricted the whole Service, external traffic included, to endpoints of the node. */
function asServed(port: NodeServicePort): NodeServicePort {
  if (port.traffic.internalTrafficPolicy === 'Cluster') return port;
  const served = port.localEndpoints;
  return { ...port, clusterEndpoints: served, reachableEndpoints: served, hasEndpoints: served.length > 0 };
}

function compilePort(port: NodeServicePort, options: IptablesOptions, node: NodeTraffic['node']): CompiledPort {
  const { cluster: service, local, firewall } = serviceChains(port.traffic);
  const names: Names = { service, local: local.replace('KUBE-SVL-', 'KUBE-XLB-'), firewall };
  const chains = port.hasEndpoints ? [service, ...(isLocalOnly(port) ? [names.local] : [])] : [];
  const draft: Draft = { port, names, options, node, filter: [], nat: [], chains };
  clusterIP(draft);
  externalIPs(draft);
  loadBalancerVIPs(draft);
  nodePort(draft);
  healthCheck(draft);
  if (port.hasEndpoints) {
    const bare = comment(port.traffic.name);
    balance(draft, service, port.clusterEndpoints, () => bare);
    endpoints(draft, port.reachableEndpoints);
    if (isLocalOnly(port)) localChain(draft);
  }
  return { filter: draft.filter, nat: draft.nat, chains, rules: [] };
}

/** Two rules where today one serves both directions. */
function forwardRules(options: IptablesOptions): Rule[] {
  const established: Match = { match: 'conntrack', states: 'RELATED,ESTABLISHED' };
  const rule = (field: string, matches: Match[], target: Target): Rule => ({
    chain: 'KUBE-FORWARD',
    matches,
    target,
    from: { object: 'kube-proxy', field },
  });
  const marked: Match = { match: 'mark', mark: masqueradeMark(options) };
  return [
    rule('conntrack', [{ match: 'conntrack', states: 'INVALID' }], drop),
    rule('iptables.masqueradeBit', [comment('kubernetes forwarding rules'), marked], accept),
    rule('forwarding', [comment('kubernetes forwarding conntrack pod source rule'), established], accept),
    rule('forwarding', [comment('kubernetes forwarding conntrack pod destination rule'), established], accept),
  ];
}

/** The node's rules as kube-proxy 1.23 wrote them; print them with `renderRestore`. */
export function compileStyle123(traffic: NodeTraffic, options: IptablesOptions): IptablesRuleSet {
  const nodePorts = nodePortsRules({ ...options, localhostNodePorts: true }, traffic.family);
  return {
    family: traffic.family,
    filter: { chains: filterChains, before: [], after: forwardRules(options) },
    nat: { chains: natChains, before: masqueradeRules(options), after: nodePorts },
    isLarge: false,
    ports: traffic.ports.map((port) => {
      const compile = () => compilePort(asServed(port), options, traffic.node);
      return portRules(`${port.traffic.name} ${port.traffic.protocol}`, compile, compile);
    }),
  };
}
