/**
 * Every node's kube-proxy: which engine, with which options, applied by which tool.
 */
import { calicoRules } from '../fabric/calico-rules.js';
import { forgetUdpFlows } from '../kernel/conntrack.js';
import { createRestore, type IptablesVariant, usableVariants } from '../kernel/iptables.js';
import type { NetworkNamespace } from '../kernel/netns.js';
import type { Namespaces } from '../kernel/operations.js';
import type { ClusterConfig } from '../model/cluster-config.js';
import { createHealthChecks } from '../node/health-checks.js';
import { createKubeProxy } from '../node/kube-proxy.js';
import type { NodeEdge, ProxiedNode } from '../node/service-proxies.js';
import { iptablesEngine } from '../proxy/iptables/engine.js';
import { staleFlows } from '../proxy/stale-flows.js';
import { CommandFailure } from './failure.js';
import { iptablesOptionsOf } from './proxy-options.js';
import type { LabSettings } from './start-request.js';

/** One kube-proxy a node. Calico's own rules go in front of its first sync. */
export function createNodeProxies(
  config: ClusterConfig,
  namespaces: Namespaces,
  settings: LabSettings,
  variant: IptablesVariant,
): Map<string, ProxiedNode> {
  return new Map(
    config.nodes.map((node) => {
      let prelude = calicoRules(config.podCIDR);
      const restore = createRestore(namespaces.get(node.name), variant);
      const proxy = createKubeProxy(iptablesEngine, iptablesOptionsOf(config, node, settings), async (change) => {
        await restore(prelude + change);
        prelude = '';
      });
      return [node.name, { proxy, edge: createNodeEdge(namespaces.get(node.name)) }];
    }),
  );
}

/** Health check ports answer, and flows that would go astray are forgotten. */
function createNodeEdge(namespace: NetworkNamespace): NodeEdge {
  const health = createHealthChecks(namespace, (error) => process.stderr.write(`${namespace.name}: ${error}\n`));
  return {
    async changed(traffic, previous) {
      health.update(traffic.healthChecks);
      for (const flows of staleFlows(previous, traffic)) await forgetUdpFlows(namespace, flows);
    },
  };
}

/** The variant asked for, or what works here, legacy first. @throws CommandFailure when there is none */
export async function chooseIptables(
  namespace: NetworkNamespace,
  asked: IptablesVariant | undefined,
): Promise<IptablesVariant> {
  const usable = await usableVariants(namespace);
  const chosen = asked ?? usable[0];
  if (chosen && usable.includes(chosen)) return chosen;
  const found = usable.length > 0 ? `usable here: ${usable.join(', ')}` : 'neither legacy nor nft works here';
  throw new CommandFailure(
    'missingKernelFeature',
    `lab: iptables${asked ? `-${asked}` : ''} cannot list a nat table (${found}); install the package iptables, or load ip_tables and iptable_nat, or nf_tables and nft_compat`,
  );
}
