/** The behaviour suite on real iptables, moved from case to case by partial syncs. */
import type { IptablesRuleSet } from '../../src/proxy/iptables/compile.js';
import { iptablesEngine } from '../../src/proxy/iptables/engine.js';
import { podCIDR } from '../proxy/cases/world.js';
import { load, runKernelSuite } from './proxy-suite.js';

let installed: IptablesRuleSet | undefined;

await runKernelSuite(async ({ node }, traffic, { noDetector, ...given }) => {
  const options = iptablesEngine.options({
    ...given,
    interfaceAddresses: ['127.0.0.1', traffic.node.address ?? ''],
    localTrafficDetector: noDetector ? { kind: 'none' } : { kind: 'ClusterCIDR', cidr: podCIDR },
  });
  const next = iptablesEngine.compile(traffic, options);
  const input = iptablesEngine.plan(installed, next);
  installed = next;
  if (input !== undefined)
    await load(node, ['iptables-legacy-restore', '--noflush', '--counters'], [...input].join(''));
});
