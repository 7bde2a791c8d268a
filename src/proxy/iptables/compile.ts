/**
 * One node's traffic plan to kube-proxy's iptables rules, as data.
 *
 * Equals kube-proxy v1.30.5 (`--proxy-mode=iptables`) rule by rule with `balance: 'faithful'`. Upstream walks its
 * services in map order, here they come by name and protocol, so that the same cluster gives the same text.
 * Differs: rules of different Services stand in the order of their names; kube-proxy's order changes from sync to sync.
 */
import type { IPFamily, NodeServicePort, NodeTraffic } from '../../model/traffic.js';
import { PortMemo } from '../port-memo.js';
import type { Rule } from '../xtables/rule.js';
import { localTraffic } from './detector.js';
import {
  filterChains,
  forwardRules,
  kubeletFirewall,
  localnetRules,
  masqueradeRules,
  natChains,
  nodePortsRules,
} from './fixed.js';
import { serviceChains } from './names.js';
import type { IptablesOptions } from './options.js';
import { ownChains, type PolicyContext } from './policy-rules.js';
import { type PortRules, portRules } from './port-rules.js';
import { sharedChainRules } from './service-rules.js';

/** Rules of a table around those of the service ports. */
export interface TableFrame {
  readonly chains: readonly string[];
  readonly before: readonly Rule[];
  readonly after: readonly Rule[];
}

export interface IptablesRuleSet {
  readonly family: IPFamily;
  readonly filter: TableFrame;
  readonly nat: TableFrame;
  /** Whether the cluster has so many endpoints that kube-proxy saves work where it can. */
  readonly isLarge: boolean;
  readonly ports: readonly PortRules[];
}

/** What rules depend on besides the options. */
type Context = Pick<PolicyContext, 'nodeName' | 'nodeIP' | 'comments'>;

function compilePort(port: NodeServicePort, context: PolicyContext): PortRules {
  const { options } = context;
  const countLocalhost = options.nfacct && options.localhostNodePorts && !port.traffic.clusterIP.includes(':');
  const names = serviceChains(port.traffic);
  return portRules(
    `${port.traffic.name} ${port.traffic.protocol}`,
    () => sharedChainRules(port, names, countLocalhost),
    () => ownChains(port, names, context),
  );
}

const memo = new PortMemo<IptablesOptions, PortRules>();

function frames(options: IptablesOptions, family: IPFamily): Pick<IptablesRuleSet, 'filter' | 'nat'> {
  const localnet = localnetRules(options, family);
  const filterTop = localnet.length > 0 ? [...filterChains, kubeletFirewall] : filterChains;
  return {
    filter: { chains: filterTop, before: localnet, after: forwardRules(options) },
    nat: { chains: natChains, before: masqueradeRules(options), after: nodePortsRules(options, family) },
  };
}

/** The node's rule set. Ports compiled before, under the same options object, are not compiled again. */
export function compileIptables(traffic: NodeTraffic, options: IptablesOptions): IptablesRuleSet {
  const context: Context = {
    nodeName: traffic.node.name,
    nodeIP: options.nodeIP ?? traffic.node.address,
    comments: traffic.totalEndpoints <= options.largeClusterEndpoints,
  };
  const pods = localTraffic(options.localTrafficDetector);
  const outsiders = localTraffic(options.localTrafficDetector, true);
  const policy: PolicyContext = { ...context, options, pods, outsiders };
  const ports = memo.compile(traffic.ports, options, context, (port) => compilePort(port, policy));
  return { family: traffic.family, ...frames(options, traffic.family), isLarge: !context.comments, ports };
}
