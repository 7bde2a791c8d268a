/**
 * The behaviour suite on real IPVS, moved from case to case by changes. Runs where the kernel has ip_vs.
 */
import { ipvsApplier } from '../../src/cluster/ipvs-applier.js';
import { createRestore } from '../../src/kernel/iptables.js';
import type { ProxyApplier } from '../../src/node/kube-proxy.js';
import type { IpvsChange } from '../../src/proxy/ipvs/change.js';
import type { IpvsRuleSet } from '../../src/proxy/ipvs/compile.js';
import { ipvsEngine } from '../../src/proxy/ipvs/engine.js';
import { createWorld } from '../../src/world/world.js';
import { optionsFor } from '../proxy/cases/run.js';
import { ipvsDifferences } from '../proxy/ipvs/differences.js';
import { runKernelSuite } from './proxy-suite.js';

let installed: IpvsRuleSet | undefined;
let applier: ProxyApplier<IpvsRuleSet, IpvsChange> | undefined;

await runKernelSuite(async ({ node }, traffic, { localhostNodePorts: _, ...given }) => {
  applier ??= ipvsApplier({
    namespace: node,
    variant: 'legacy',
    restoreRules: createRestore(node, 'legacy'),
    rootless: false,
    clock: createWorld({ seed: 1 }).clock,
    log: { say: () => undefined },
    prelude: '',
  });
  const next = ipvsEngine.compile(traffic, ipvsEngine.options(optionsFor(traffic, given)));
  const change = ipvsEngine.plan(installed, next);
  installed = next;
  if (change) await applier.apply(change, next);
}, ipvsDifferences);
