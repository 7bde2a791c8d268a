/**
 * Rules that bring traffic for a service port into its own chains, or refuse it: those in the shared chains
 * KUBE-SERVICES, KUBE-EXTERNAL-SERVICES, KUBE-NODEPORTS and KUBE-PROXY-FIREWALL. Written on every sync.
 *
 * Source: kube-proxy v1.30.5 `syncProxyRules`, the "Capture …" part of its loop.
 */
import type { NodeServicePort, ServicePortTraffic } from '../../model/traffic.js';
import { accept, comment, drop, jump, type Match, reject, type Rule, type Target } from '../xtables/rule.js';
import type { ServiceChains } from './names.js';

/** Two lists, as they go to two tables. */
export interface SharedChainRules {
  readonly filter: readonly Rule[];
  readonly nat: readonly Rule[];
}

/** Why a destination is refused: nobody anywhere (REJECT), or nobody on this node (DROP). */
interface Refusal {
  readonly why: Match;
  readonly target: Target;
}

function refusal({ traffic, hasEndpoints }: NodeServicePort): Refusal {
  return hasEndpoints
    ? { why: comment(`${traffic.name} has no local endpoints`), target: drop }
    : { why: comment(`${traffic.name} has no endpoints`), target: reject };
}

/** `-m tcp -p tcp -d IP --dport PORT`, after the comment. */
export function destinationMatches(why: Match, { protocol, port }: ServicePortTraffic, ip: string): Match[] {
  return [why, { match: 'protocol', protocol }, { match: 'destination', cidr: ip }, { match: 'dport', port }];
}

/** Whether this port needs a KUBE-FW- chain: it has VIPs, ranges to check, and somewhere to go. */
export function usesFirewall({ traffic, hasEndpoints }: NodeServicePort): boolean {
  return hasEndpoints && traffic.loadBalancerVIPs.length > 0 && traffic.loadBalancerSourceRanges.length > 0;
}

class Collector {
  readonly filter: Rule[] = [];
  readonly nat: Rule[] = [];
  private readonly refusal: Refusal;

  constructor(
    readonly port: NodeServicePort,
    readonly chains: ServiceChains,
  ) {
    this.refusal = refusal(port);
  }

  clusterIP(): void {
    const { traffic, hasInternalEndpoints } = this.port;
    if (hasInternalEndpoints) {
      const chain = traffic.internalTrafficPolicy === 'Local' ? this.chains.local : this.chains.cluster;
      this.toNat('KUBE-SERVICES', 'cluster IP', traffic.clusterIP, chain);
    } else {
      this.refuse('KUBE-SERVICES', traffic.clusterIP);
    }
  }

  externalIPs(): void {
    const { traffic, hasEndpoints, hasExternalEndpoints } = this.port;
    for (const ip of traffic.externalIPs) {
      if (hasEndpoints) this.toNat('KUBE-SERVICES', 'external IP', ip, this.chains.external);
      if (!hasExternalEndpoints) this.refuse('KUBE-EXTERNAL-SERVICES', ip);
    }
  }

  loadBalancerVIPs(): void {
    const { traffic, hasEndpoints, hasExternalEndpoints } = this.port;
    const firewalled = usesFirewall(this.port);
    const entry = firewalled ? this.chains.firewall : this.chains.external;
    const blocked = comment(`${traffic.name} traffic not accepted by ${this.chains.firewall}`);
    for (const ip of traffic.loadBalancerVIPs) {
      if (hasEndpoints) this.toNat('KUBE-SERVICES', 'loadbalancer IP', ip, entry);
      if (firewalled) this.addFilter('KUBE-PROXY-FIREWALL', destinationMatches(blocked, traffic, ip), drop);
    }
    if (hasExternalEndpoints) return;
    for (const ip of traffic.loadBalancerVIPs) this.refuse('KUBE-EXTERNAL-SERVICES', ip);
  }

  /** Node ports are never subject to source ranges. */
  nodePort(nfacct: boolean): void {
    const { traffic, hasEndpoints, hasExternalEndpoints } = this.port;
    const { nodePort, protocol, name } = traffic;
    if (nodePort === 0) return;
    const port: Match[] = [
      { match: 'protocol', protocol },
      { match: 'dport', port: nodePort },
    ];
    if (hasEndpoints) {
      const target = jump(this.chains.external);
      if (nfacct) this.addNat('KUBE-NODEPORTS', [comment(name), ...localhostCounter, ...port], target);
      this.addNat('KUBE-NODEPORTS', [comment(name), ...port], target);
    }
    if (hasExternalEndpoints) return;
    const local: Match = { match: 'addrtype', side: 'dst' };
    this.addFilter('KUBE-EXTERNAL-SERVICES', [this.refusal.why, local, ...port], this.refusal.target);
  }

  /** The health check answers whether or not there are endpoints here. */
  healthCheck(): void {
    const { name, healthCheckNodePort: port } = this.port.traffic;
    if (port === 0) return;
    const matches: Match[] = [
      comment(`${name} health check node port`),
      { match: 'protocol', protocol: 'TCP' },
      { match: 'dport', port },
    ];
    this.addFilter('KUBE-NODEPORTS', matches, accept);
  }

  private toNat(chain: string, what: string, ip: string, to: string): void {
    const { traffic } = this.port;
    this.addNat(chain, destinationMatches(comment(`${traffic.name} ${what}`), traffic, ip), jump(to));
  }

  private refuse(chain: string, ip: string): void {
    const { why, target } = this.refusal;
    this.addFilter(chain, destinationMatches(why, this.port.traffic, ip), target);
  }

  private addNat(chain: string, matches: Match[], target: Target): void {
    this.nat.push({ chain, matches, target, from: this.port.traffic.from });
  }

  private addFilter(chain: string, matches: Match[], target: Target): void {
    this.filter.push({ chain, matches, target, from: this.port.traffic.from });
  }
}

const localhostCounter: Match[] = [
  { match: 'destination', cidr: '127.0.0.0/8' },
  { match: 'nfacct', counter: 'localhost_nps_accepted_pkts' },
];

/** All rules of a service port in the shared chains, in kube-proxy's order. */
export function sharedChainRules(port: NodeServicePort, chains: ServiceChains, countLocalhost: boolean): SharedChainRules {
  const collector = new Collector(port, chains);
  collector.clusterIP();
  collector.externalIPs();
  collector.loadBalancerVIPs();
  collector.nodePort(countLocalhost);
  collector.healthCheck();
  return { filter: collector.filter, nat: collector.nat };
}
