/**
 * The texts that the two digests of a running lab are made of.
 */

import { planClaimedBlocks } from '../../fabric/claimed-blocks.js';
import { planMachines } from '../../fabric/machines.js';
import { planPod } from '../../fabric/pods.js';
import { type IptablesVariant, saveRules } from '../../kernel/iptables.js';
import { runTool } from '../../kernel/ipvs.js';
import type { NetworkNamespace } from '../../kernel/netns.js';
import type { Namespaces } from '../../kernel/operations.js';
import { runProcess } from '../../kernel/process.js';
import { listProxyTable } from '../../node/kube-proxy/appliers.js';
import type { ServiceProxies } from '../../node/kube-proxy/service-proxies.js';
import { canonicalServers, canonicalSets, withoutDraining } from '../../proxy/ipvs/canonical.js';
import type { DesiredState } from '../desired.js';
import type { ProxyConfiguration } from '../proxy/proxy-configuration.js';
import { ruleText } from '../proxy/proxy-options.js';
import type { LabSettings } from '../start-request.js';
import { wiredPods } from '../wired-pods.js';
import { canonicalNft } from './canonical-nft.js';
import { canonicalLinks, canonicalSave, objectSections, type Sections } from './digest.js';

/** Level 1: objects, wires and rules as planned. */
export function planSections(
  desired: DesiredState,
  settings: LabSettings,
  proxies: ServiceProxies,
  configurations: ReadonlyMap<string, ProxyConfiguration>,
): Sections {
  const { registry, config } = desired;
  const objects = registry.kinds().flatMap(({ group, kind }) => registry.list(group, kind));
  const sections = new Map(objectSections(objects));
  const pods = wiredPods(registry);
  const pieces = [...planMachines(config), ...planClaimedBlocks(config, pods), ...pods.map(planPod)];
  sections.set(
    'operations',
    pieces.flatMap((piece) => piece.make.map((operation) => JSON.stringify(operation))).join('\n'),
  );
  for (const node of config.nodes) {
    const traffic = proxies.trafficOf(node.name);
    const configured = configurations.get(node.name);
    if (!traffic || !configured) continue;
    const { mode, ipvs } = configured;
    sections.set(`rules/${node.name}`, ruleText(mode, traffic, { config, node, balance: settings, ipvs }));
  }
  return sections;
}

/** Level 2: what iptables, nft, ipset, ipvsadm and ip read back, namespace by namespace. */
export async function kernelSections(
  desired: DesiredState,
  namespaces: Namespaces,
  variant: IptablesVariant,
  configurations: ReadonlyMap<string, ProxyConfiguration>,
): Promise<Sections> {
  const sections = new Map<string, string>();
  for (const name of namespaces.names()) {
    if (namespaces.isAdopted(name)) continue;
    const namespace = namespaces.get(name);
    sections.set(`addresses/${name}`, await ip(namespace, 'addr'));
    sections.set(`routes/${name}`, await ip(namespace, 'route'));
  }
  for (const { name } of desired.config.nodes) {
    const namespace = namespaces.get(name);
    sections.set(`iptables/${name}`, canonicalSave(await saveRules(namespace, variant)));
    const mode = configurations.get(name)?.mode;
    if (mode === 'nftables') sections.set(`nftables/${name}`, canonicalNft(await listProxyTable(namespace)));
    if (mode !== 'ipvs') continue;
    sections.set(`ipset/${name}`, canonicalSets(await runTool(namespace, ['ipset', 'save'])));
    const servers = await runTool(namespace, ['ipvsadm', '--save', '-n']);
    sections.set(`ipvs/${name}`, canonicalServers(withoutDraining(servers)));
  }
  return sections;
}

async function ip(namespace: NetworkNamespace, object: 'addr' | 'route'): Promise<string> {
  const { stdout } = await runProcess(namespace, ['ip', '-j', object]);
  return canonicalLinks(stdout.trim());
}
