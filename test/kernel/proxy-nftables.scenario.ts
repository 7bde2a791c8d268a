/** The behaviour suite on real nftables, moved from case to case by transactions. */
import type { NftablesRuleSet } from '../../src/proxy/nftables/compile.js';
import { nftablesEngine } from '../../src/proxy/nftables/engine.js';
import { optionsFor } from '../proxy/cases/run.js';
import { nftablesDifferences } from '../proxy/nftables/differences.js';
import { load, runKernelSuite } from './proxy-suite.js';

let installed: NftablesRuleSet | undefined;

await runKernelSuite(async ({ node }, traffic, { localhostNodePorts: _, ...given }) => {
  const next = nftablesEngine.compile(traffic, nftablesEngine.options(optionsFor(traffic, given)));
  const change = nftablesEngine.plan(installed, next);
  installed = next;
  for (const transaction of change?.transactions ?? []) await load(node, ['nft', '-f', '-'], transaction);
}, nftablesDifferences);
