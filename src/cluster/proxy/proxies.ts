/**
 * Every node's kube-proxy: which engine, with which options, applied by which tools, and what makes it change.
 */
import type { Pod } from 'kubernetes-types/core/v1.js';
import type { KubeObject } from '../../api/object.js';
import { calicoRules } from '../../fabric/calico-rules.js';
import { forgetUdpFlows } from '../../kernel/conntrack.js';
import { createRestore, type IptablesVariant } from '../../kernel/iptables.js';
import type { NetworkNamespace } from '../../kernel/netns.js';
import type { Namespaces } from '../../kernel/operations.js';
import type { ClusterConfig, NodeConfig } from '../../model/cluster-config.js';
import { iptablesApplier, type NodeTools, nftablesApplier, userspaceApplier } from '../../node/kube-proxy/appliers.js';
import { createHealthChecks, listenIn } from '../../node/kube-proxy/health-checks.js';
import { ipvsApplier } from '../../node/kube-proxy/ipvs-applier.js';
import { createKubeProxy, type KubeProxy } from '../../node/kube-proxy/kube-proxy.js';
import { NodeProxy } from '../../node/kube-proxy/node-proxy.js';
import type { ProxyLog, ProxyLogs } from '../../node/kube-proxy/proxy-log.js';
import type { NodeEdge, ProxiedNode } from '../../node/kube-proxy/service-proxies.js';
import type { BalanceOptions, ProxyMode } from '../../proxy/contract.js';
import { iptablesEngine } from '../../proxy/iptables/engine.js';
import { ipvsEngine } from '../../proxy/ipvs/engine.js';
import { nftablesEngine } from '../../proxy/nftables/engine.js';
import { staleFlows } from '../../proxy/stale-flows.js';
import { userspaceEngine } from '../../proxy/userspace/engine.js';
import type { Registry } from '../../registry/contract.js';
import type { Clock } from '../../world/contract.js';
import { requireMode } from '../choose-tools.js';
import { type ProxyConfiguration, readProxyConfiguration, readSyncPeriod } from './proxy-configuration.js';
import {
  iptablesOptionsOf,
  ipvsOptionsOf,
  type NodeSetting,
  nftablesOptionsOf,
  userspaceOptionsOf,
} from './proxy-options.js';
import { RuleWatches } from './rule-watches.js';

export interface ProxyParts {
  config: ClusterConfig;
  registry: Registry;
  namespaces: Namespaces;
  balance: BalanceOptions;
  variant: IptablesVariant;
  rootless: boolean;
  clock: Clock;
  logs: ProxyLogs;
}

/** All nodes' kube-proxies. */
export interface NodeProxies {
  /** For `createServiceProxies`, by node name. */
  readonly proxied: ReadonlyMap<string, ProxiedNode>;
  /** What each node runs with, by node name. */
  configurations(): Map<string, ProxyConfiguration>;
  /** The mode of every node, or of each when they differ: kube-proxy pods are deleted one by one. */
  summary(): string;
  /**
   * Starts kube-proxy on these nodes (absent: on all) again, as the ConfigMap says. A sync must follow.
   * @throws CommandFailure when the ConfigMap asks for what cannot be; nothing is changed then
   */
  restart(nodes?: readonly string[]): Promise<void>;
  /** From now on what somebody takes away of the rules comes back, with `sync`, when kube-proxy would notice. */
  watchRules(sync: () => Promise<void>): void;
  /** @throws CommandFailure missingKernelFeature when a mode cannot run here */
  require(mode: ProxyMode): Promise<void>;
  /** Resolves when nothing is left for later. */
  settled(): Promise<void>;
}

/** @throws CommandFailure missingKernelFeature, or refused, when the mode that the ConfigMap names cannot be */
export async function createNodeProxies(parts: ProxyParts): Promise<NodeProxies> {
  const { config, namespaces, registry } = parts;
  const [first, syncPeriod] = configured(registry);
  const sample = namespaces.get(config.nodes[0]?.name ?? '');
  await requireMode(first.mode, sample);
  const agents = new Map(
    config.nodes.map((node) => [
      node.name,
      { proxy: createNodeProxy(parts, node, first), edge: createNodeEdge(namespaces.get(node.name), parts.clock) },
    ]),
  );
  const watches = new RuleWatches(
    config.nodes.map(({ name }) => name),
    { ...parts, missesRules: (node) => agents.get(node)?.proxy.missesRules() },
    syncPeriod,
  );
  for (const name of agents.keys()) sayStart(parts.logs.of(name), first.mode);
  const configurations = () => new Map([...agents].map(([name, { proxy }]) => [name, proxy.setting]));
  return {
    proxied: agents,
    configurations,
    summary: () => summaryOf(configurations()),
    require: (mode) => requireMode(mode, sample),
    async restart(nodes = [...agents.keys()]) {
      const [wanted, period] = configured(registry);
      await requireMode(wanted.mode, sample);
      const there = nodes.flatMap((name) => agents.get(name) ?? []);
      await Promise.all(there.map(({ proxy }) => proxy.restart(wanted)));
      for (const { edge } of there) edge.restarted();
      for (const name of nodes) {
        sayStart(parts.logs.of(name), wanted.mode);
        watches.restart(name, period);
      }
    },
    watchRules: (sync) => watches.begin(sync),
    async settled() {
      await Promise.all([...agents.values()].map(({ proxy }) => proxy.settled()));
    },
  };
}

/** What a kube-proxy that starts now goes by. @throws CommandFailure refused */
function configured(registry: Registry): [configuration: ProxyConfiguration, syncPeriod: number] {
  const configuration = readProxyConfiguration(registry);
  return [configuration, readSyncPeriod(registry, configuration.mode)];
}

/** Where v1.30.5's cmd/kube-proxy/app/server_linux.go says it; userspace mode was gone by then. */
const startLines: Record<ProxyMode, number> = { iptables: 165, ipvs: 233, nftables: 304, userspace: 165 };

function sayStart(log: ProxyLog, mode: ProxyMode): void {
  log.say({ file: 'server_linux.go', line: startLines[mode], message: `Using ${mode} Proxier` });
}

/** Calico's own rules go in front of the first sync, whatever the mode. */
function createNodeProxy(parts: ProxyParts, node: NodeConfig, first: ProxyConfiguration) {
  const { config, namespaces, balance, variant, rootless, clock } = parts;
  const namespace = namespaces.get(node.name);
  const restoreRules = createRestore(namespace, variant);
  const prelude = calicoRules(config.podCIDR);
  const log = parts.logs.of(node.name);
  const tools: NodeTools = { namespace, variant, restoreRules, rootless, clock, log, prelude };
  return new NodeProxy(first, ({ mode, ipvs }) => proxyOf(mode, { config, node, balance, ipvs }, tools));
}

/** A node's kube-proxy of that mode, with the tools that bring its changes into the kernel. */
export function proxyOf(mode: ProxyMode, setting: NodeSetting, tools: NodeTools): KubeProxy {
  switch (mode) {
    case 'iptables':
      return createKubeProxy(iptablesEngine, iptablesOptionsOf(setting), iptablesApplier(tools));
    case 'nftables':
      return createKubeProxy(nftablesEngine, nftablesOptionsOf(setting), nftablesApplier(tools));
    case 'userspace':
      return createKubeProxy(userspaceEngine, userspaceOptionsOf(setting), userspaceApplier(tools));
    case 'ipvs':
      return createKubeProxy(ipvsEngine, ipvsOptionsOf(setting), ipvsApplier(tools));
  }
}

function summaryOf(configurations: ReadonlyMap<string, ProxyConfiguration>): string {
  const [mode = '', ...others] = new Set([...configurations.values()].map((one) => one.mode));
  if (others.length === 0) return mode;
  return [...configurations].map(([node, one]) => `${one.mode} on ${node}`).join(', ');
}

interface RestartedEdge extends NodeEdge {
  /** kube-proxy starts again, and takes the next traffic for its first. */
  restarted(): void;
}

/**
 * Health check ports answer, and flows that would go astray are forgotten. To a kube-proxy that starts, every UDP Service
 * with endpoints is newly active, so it forgets all UDP flows to Services; those of TCP go on by what conntrack holds.
 * Before its first start there were none. Source: kubernetes v1.30.5 pkg/proxy/endpointschangetracker.go,
 * detectStaleConntrackEntries.
 */
function createNodeEdge(namespace: NetworkNamespace, clock: Clock): RestartedEdge {
  const health = createHealthChecks({
    listen: listenIn(namespace),
    clock,
    report: (error) => process.stderr.write(`${namespace.name}: ${error}\n`),
  });
  let again = false;
  return {
    restarted() {
      again = true;
    },
    async changed(traffic, previous) {
      const before = again ? { ...traffic, ports: [] } : previous;
      again = false;
      health.update(traffic.healthChecks);
      for (const flows of staleFlows(before, traffic)) await forgetUdpFlows(namespace, flows);
    },
  };
}

/**
 * A kube-proxy pod that is deleted is kube-proxy starting again on its node: it reads its ConfigMap, and repairs what
 * somebody flushed. `report` is told why it could not, and of which pod.
 * Differs: a configuration that cannot be is an Event and the node stays as it is; a real kube-proxy crashes in a loop.
 */
export function restartWithPods(
  registry: Registry,
  proxies: NodeProxies,
  sync: () => Promise<void>,
  report: (pod: KubeObject, error: Error) => void,
): void {
  registry.watch(undefined, ({ type, key, object }) => {
    if (type !== 'DELETED' || key.kind !== 'Pod' || key.namespace !== 'kube-system') return;
    const { metadata, spec } = object as Pod;
    if (metadata?.labels?.['k8s-app'] !== 'kube-proxy' || !spec?.nodeName) return;
    proxies
      .restart([spec.nodeName])
      .then(sync)
      .catch((error) => report(object, error));
  });
}
