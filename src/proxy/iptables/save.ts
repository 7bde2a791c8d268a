/**
 * Rule sets as `iptables-save` shows them once they are in the kernel, in canonical form, and rule counts.
 */
import { type InstalledTables, installTable, saveTables } from '../xtables/installed.js';
import type { Rule } from '../xtables/rule.js';
import type { IptablesRuleSet } from './compile.js';
import { jumpRules } from './jumps.js';

/** What the tables of an empty machine hold after the first sync, jumps out of the built-in chains included. */
export function installedTables({ filter, nat, ports }: IptablesRuleSet): InstalledTables {
  const compiled = ports.map((port) => port.compiled());
  return {
    filter: installTable('filter', jumpRules, {
      chains: filter.chains,
      rules: [...filter.before, ...compiled.flatMap((port) => port.filter), ...filter.after],
    }),
    nat: installTable('nat', jumpRules, {
      chains: [...nat.chains, ...compiled.flatMap((port) => port.chains)],
      rules: [...nat.before, ...compiled.flatMap((port) => [...port.nat, ...port.rules]), ...nat.after],
    }),
    mangle: installTable('mangle', jumpRules, { chains: [], rules: [] }),
  };
}

/** The tables as an empty machine's kernel gives them back after the first sync, in canonical form. */
export function renderSave(ruleSet: IptablesRuleSet): string {
  return saveTables(installedTables(ruleSet));
}

/** Rules a table, jumps not counted: upstream's metric `sync_proxy_rules_iptables_total`. */
export function ruleCounts({ filter, nat, ports }: IptablesRuleSet): { filter: number; nat: number } {
  const frame = ({ before, after }: { before: readonly Rule[]; after: readonly Rule[] }): number =>
    before.length + after.length;
  const compiled = ports.map((port) => port.compiled());
  const sum = (count: (port: (typeof compiled)[number]) => number): number =>
    compiled.reduce((total, port) => total + count(port), 0);
  return {
    filter: frame(filter) + sum((port) => port.filter.length),
    nat: frame(nat) + sum((port) => port.nat.length + port.rules.length),
  };
}
