/** The behaviour suite on real nftables, moved from case to case by transactions. */
import type { NftablesRuleSet } from '../../src/proxy/nftables/compile.js';
import { nftablesEngine } from '../../src/proxy/nftables/engine.js';
import { podCIDR } from '../proxy/cases/world.js';
import { nftablesDifferences } from '../proxy/nftables/differences.js';
import { load, runKernelSuite } from './proxy-suite.js';

let installed: NftablesRuleSet | undefined;

await runKernelSuite(async ({ node }, traffic, { noDetector, localhostNodePorts: _, ...given }) => {
  const options = nftablesEngine.options({
    ...given,
    interfaceAddresses: ['127.0.0.1', traffic.node.address ?? ''],
    localTrafficDetector: noDetector ? { kind: 'none' } : { kind: 'ClusterCIDR', cidr: podCIDR },
  });
  const next = nftablesEngine.compile(traffic, options);
  const change = nftablesEngine.plan(installed, next);
  installed = next;
  for (const transaction of change?.transactions ?? []) await load(node, ['nft', '-f', '-'], transaction);
}, nftablesDifferences);
