/**
 * The proxy engine's options of one node: the same for `lab compile`, which runs anywhere, and for the kernel.
 */
import type { ClusterConfig, NodeConfig } from '../model/cluster-config.js';
import { iptablesEngine } from '../proxy/iptables/engine.js';
import type { IptablesOptions } from '../proxy/iptables/options.js';
import type { LabSettings } from './start-request.js';

export function iptablesOptionsOf(
  config: ClusterConfig,
  node: NodeConfig,
  { seed, balance }: Pick<LabSettings, 'seed' | 'balance'>,
): IptablesOptions {
  return iptablesEngine.options({
    seed,
    balance,
    localTrafficDetector: { kind: 'ClusterCIDR', cidr: config.podCIDR },
    nodeIP: node.address,
  });
}
