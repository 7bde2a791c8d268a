/**
 * One node's traffic plan to kube-proxy's nftables table, as data.
 *
 * Equals kube-proxy v1.30.5 (`--proxy-mode=nftables`) with `balance: 'faithful'`.
 */
import type { IPFamily, NodeServicePort, NodeTraffic } from '../../model/traffic.js';
import { PortMemo } from '../port-memo.js';
import type { NftRule } from './expression.js';
import { baseChains, fixedChains, fixedContainers, fixedElements, fixedRules, nodePorts } from './fixed.js';
import { serviceChains } from './names.js';
import type { NftablesOptions } from './options.js';
import { type ChainContext, ownChains } from './service-chains.js';
import { serviceElements } from './service-elements.js';
import type { Chain, Container, Element } from './table.js';

/** All that one service port contributes. The same object again means that nothing changed. */
export interface PortObjects {
  readonly key: string;
  readonly chains: readonly string[];
  readonly sets: readonly Container[];
  readonly elements: readonly Element[];
  readonly rules: readonly NftRule[];
}

export interface NftablesRuleSet {
  readonly family: IPFamily;
  readonly chains: readonly Chain[];
  readonly containers: readonly Container[];
  readonly elements: readonly Element[];
  readonly rules: readonly NftRule[];
  readonly ports: readonly PortObjects[];
}

function compilePort(port: NodeServicePort, context: ChainContext): PortObjects {
  const names = serviceChains(port.traffic);
  const { chains, sets, rules } = ownChains(port, names, context);
  const key = `${port.traffic.name} ${port.traffic.protocol}`;
  return { key, chains, sets, elements: serviceElements(port, names), rules };
}

const memo = new PortMemo<NftablesOptions, PortObjects>();

/** The node's table. Ports compiled before, under the same options object, are not compiled again. */
export function compileNftables(traffic: NodeTraffic, options: NftablesOptions): NftablesRuleSet {
  const { family, node } = traffic;
  const nodeIP = options.nodeIP ?? node.address;
  const place = { family, nodeName: node.name, nodeIP };
  const ports = nodePorts(options, family, nodeIP);
  return {
    family,
    chains: [...baseChains, ...fixedChains],
    containers: fixedContainers(family, ports),
    elements: fixedElements(ports),
    rules: fixedRules(options, family, ports),
    ports: memo.compile(traffic.ports, options, place, (port) => compilePort(port, { options, ...place })),
  };
}
