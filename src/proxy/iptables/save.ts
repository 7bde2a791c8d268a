/**
 * Rule sets as `iptables-save` shows them once they are in the kernel, in canonical form, and rule counts.
 */
import { canonicalSave, type SavedTables } from '../xtables/canonical.js';
import type { Rule } from '../xtables/rule.js';
import { savedLine } from '../xtables/save-text.js';
import type { IptablesRuleSet } from './compile.js';
import { jumpRules } from './jumps.js';

/** One table's chains with their rules, in the order in which packets meet them. */
export type Chains = Map<string, Rule[]>;

export interface InstalledTables {
  readonly filter: Chains;
  readonly nat: Chains;
  readonly mangle: Chains;
}

function put(chains: Chains, name: string): Rule[] {
  const rules = chains.get(name) ?? [];
  chains.set(name, rules);
  return rules;
}

/** What the tables of an empty machine hold after the first sync, jumps out of the built-in chains included. */
export function installedTables({ filter, nat, ports }: IptablesRuleSet): InstalledTables {
  const tables: InstalledTables = { filter: new Map(), nat: new Map(), mangle: new Map() };
  for (const operation of jumpRules) {
    const chains = tables[operation.table];
    if (operation.operation === 'EnsureChain') put(chains, operation.chain);
    else put(chains, operation.rule.chain).unshift(operation.rule);
  }
  for (const chain of filter.chains) put(tables.filter, chain);
  for (const chain of [...nat.chains, ...ports.flatMap((port) => port.chains)]) put(tables.nat, chain);
  const filterRules = [...filter.before, ...ports.flatMap((port) => port.filter), ...filter.after];
  const natRules = [...nat.before, ...ports.flatMap((port) => [...port.nat, ...port.rules]), ...nat.after];
  for (const rule of filterRules) put(tables.filter, rule.chain).push(rule);
  for (const rule of natRules) put(tables.nat, rule.chain).push(rule);
  return tables;
}

/**
 * The tables in the canonical form of `canonicalSave(parseSave(…))`: equal to what an empty machine's kernel gives back,
 * once built-in chains without rules are left out there.
 */
export function renderSave(ruleSet: IptablesRuleSet): string {
  const saved: SavedTables = new Map();
  for (const [name, chains] of Object.entries(installedTables(ruleSet)) as [string, Chains][]) {
    saved.set(name, new Map([...chains].map(([chain, rules]) => [chain, rules.map(savedLine)])));
  }
  return canonicalSave(saved);
}

/** Rules a table, jumps not counted: upstream's metric `sync_proxy_rules_iptables_total`. */
export function ruleCounts({ filter, nat, ports }: IptablesRuleSet): { filter: number; nat: number } {
  const frame = ({ before, after }: { before: readonly Rule[]; after: readonly Rule[] }): number =>
    before.length + after.length;
  const sum = (count: (port: (typeof ports)[number]) => number): number =>
    ports.reduce((total, port) => total + count(port), 0);
  return {
    filter: frame(filter) + sum((port) => port.filter.length),
    nat: frame(nat) + sum((port) => port.nat.length + port.rules.length),
  };
}
