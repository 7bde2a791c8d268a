/**
 * The iptables mode's rules in a kernel, moved from case to case by partial syncs.
 */
import type { IptablesRuleSet } from '../../src/proxy/iptables/compile.js';
import { iptablesEngine } from '../../src/proxy/iptables/engine.js';
import { optionsFor } from '../proxy/cases/run.js';
import { type Install, load } from './proxy-suite.js';

export function createIptablesInstall(): Install {
  let installed: IptablesRuleSet | undefined;
  return async ({ node }, traffic, given) => {
    const next = iptablesEngine.compile(traffic, iptablesEngine.options(optionsFor(traffic, given)));
    const input = iptablesEngine.plan(installed, next);
    installed = next;
    if (input !== undefined)
      await load(node, ['iptables-legacy-restore', '--noflush', '--counters'], [...input].join(''));
  };
}
