/**
 * The iptables mode behind the one contract of `proxy/contract.ts`.
 */
import type { ProxyEngine } from '../contract.js';
import { compileIptables, type IptablesRuleSet } from './compile.js';
import { type IptablesOptions, iptablesOptions } from './options.js';
import { planRestore, planResync, type RestoreInput, renderRestore } from './restore.js';

/** kube-proxy v1.30.5 `--proxy-mode=iptables`; a change is `iptables-restore --noflush --counters` input. */
export const iptablesEngine: ProxyEngine<IptablesOptions, IptablesRuleSet, RestoreInput> = {
  mode: 'iptables',
  options: iptablesOptions,
  compile: compileIptables,
  render: renderRestore,
  plan: planRestore,
  resync: planResync,
};
