/**
 * Tables in memory: the chains of a table with their rules, in the order in which packets meet them.
 */
import { canonicalSave, type SavedTables } from './canonical.js';
import type { EnsureOperation } from './ensure.js';
import type { Rule, XtablesTable } from './rule.js';
import { savedLine } from './save-text.js';

export type Chains = ReadonlyMap<string, readonly Rule[]>;

export interface InstalledTables {
  readonly filter: Chains;
  readonly nat: Chains;
  readonly mangle: Chains;
}

/** What is to stand in one table. */
export interface TableContent {
  readonly chains: readonly string[];
  readonly rules: readonly Rule[];
}

/** One table of an empty machine, once what is to be ensured and the table's own content are in it. */
export function installTable(table: XtablesTable, ensure: readonly EnsureOperation[], content: TableContent): Chains {
  const chains = new Map<string, Rule[]>();
  const put = (name: string): Rule[] => {
    const rules = chains.get(name) ?? [];
    chains.set(name, rules);
    return rules;
  };
  for (const operation of ensure) {
    if (operation.table !== table) continue;
    if (operation.operation === 'EnsureChain') put(operation.chain);
    else if (operation.position === 'Prepend') put(operation.rule.chain).unshift(operation.rule);
    else put(operation.rule.chain).push(operation.rule);
  }
  for (const chain of content.chains) put(chain);
  for (const rule of content.rules) put(rule.chain).push(rule);
  return chains;
}

/**
 * Tables in the canonical form of `canonicalSave(parseSave(…))`: what the kernel of an empty machine gives back, once
 * built-in chains without rules are left out there.
 */
export function saveTables(tables: InstalledTables): string {
  const saved: SavedTables = new Map();
  for (const [name, chains] of Object.entries(tables) as [string, Chains][]) {
    saved.set(name, new Map([...chains].map(([chain, rules]) => [chain, rules.map(savedLine)])));
  }
  return canonicalSave(saved);
}
