/**
 * How the lab configures each mode's engine, and the rules that come of it as text: the same for `lab compile`, for the
 * digest and for the kernel.
 */
import type { ClusterConfig, NodeConfig } from '../../model/cluster-config.js';
import type { NodeTraffic } from '../../model/traffic.js';
import type { BalanceOptions, ProxyEngine, ProxyMode } from '../../proxy/contract.js';
import { iptablesEngine } from '../../proxy/iptables/engine.js';
import { renderRestore } from '../../proxy/iptables/restore.js';
import { compileStyle123 } from '../../proxy/iptables/style-1.23.js';
import { ipvsEngine } from '../../proxy/ipvs/engine.js';
import { nftablesEngine } from '../../proxy/nftables/engine.js';
import { userspaceEngine } from '../../proxy/userspace/engine.js';
import type { IpvsConfiguration } from './ipvs-configuration.js';

export const proxyModes: readonly ProxyMode[] = ['iptables', 'nftables', 'ipvs', 'userspace'];

/** What a node's kube-proxy is configured with, besides its mode. */
export interface NodeSetting {
  config: ClusterConfig;
  node: NodeConfig;
  balance: BalanceOptions;
  /** Of the ConfigMap; only IPVS mode reads it. */
  ipvs?: IpvsConfiguration | undefined;
}

function ruleOptions({ config, node, balance: { balance, seed } }: NodeSetting) {
  const localTrafficDetector = { kind: 'ClusterCIDR', cidr: config.podCIDR } as const;
  return { balance, seed, localTrafficDetector, nodeIP: node.address };
}

export const iptablesOptionsOf = (setting: NodeSetting) => iptablesEngine.options(ruleOptions(setting));

export const nftablesOptionsOf = (setting: NodeSetting) => nftablesEngine.options(ruleOptions(setting));

export const ipvsOptionsOf = ({ config, node, ipvs }: NodeSetting) =>
  ipvsEngine.options({
    ...ipvs,
    localTrafficDetector: { kind: 'ClusterCIDR', cidr: config.podCIDR },
    nodeIP: node.address,
  });

/**
 * Differs: the userspace proxies listen on the node's address (`bindAddress`) and not on 0.0.0.0: REDIRECT, which leads
 * there, drops what comes in on a link without an address, as Calico's are.
 */
export const userspaceOptionsOf = ({ node, balance: { balance, seed } }: NodeSetting) =>
  userspaceEngine.options({ balance, seed, listenIP: node.address, hostIP: node.address });

function textWith<Options, RuleSet, Change>(
  engine: ProxyEngine<Options, RuleSet, Change>,
  optionsOf: (setting: NodeSetting) => Options,
) {
  return (traffic: NodeTraffic, setting: NodeSetting): string =>
    engine.render(engine.compile(traffic, optionsOf(setting)));
}

const texts: Record<ProxyMode, (traffic: NodeTraffic, setting: NodeSetting) => string> = {
  iptables: textWith(iptablesEngine, iptablesOptionsOf),
  nftables: textWith(nftablesEngine, nftablesOptionsOf),
  ipvs: textWith(ipvsEngine, ipvsOptionsOf),
  userspace: textWith(userspaceEngine, userspaceOptionsOf),
};

/** The node's whole rule set in the words of the mode's tools. */
export function ruleText(mode: ProxyMode, traffic: NodeTraffic, setting: NodeSetting): string {
  return texts[mode](traffic, setting);
}

/** The node's iptables rules as kube-proxy 1.23 wrote them. */
export function ruleText123(traffic: NodeTraffic, setting: NodeSetting): string {
  return renderRestore(compileStyle123(traffic, iptablesOptionsOf(setting)));
}
