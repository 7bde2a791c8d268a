/**
 * Chains and rules that must exist in chains which others use too: made when they are missing, never moved.
 *
 * Models kube-proxy's `EnsureChain` and `EnsureRule` (`pkg/util/iptables`), as data.
 */
import { chainLines, ruleArguments } from './restore-text.js';
import type { Rule, XtablesTable } from './rule.js';
import { savedLine } from './save-text.js';

/** One thing that must exist in the kernel before rules are restored; what is there already stays as it is. */
export type EnsureOperation =
  | { readonly operation: 'EnsureChain'; readonly table: XtablesTable; readonly chain: string }
  | {
      readonly operation: 'EnsureRule';
      readonly table: XtablesTable;
      readonly position: 'Prepend' | 'Append';
      readonly rule: Rule;
    };

/** The operations whose result is not yet in what `iptables-save` printed. */
export function missing(operations: readonly EnsureOperation[], saved: string): EnsureOperation[] {
  const present = new Set<string>();
  let table = '';
  for (const line of saved.split('\n')) {
    if (line.startsWith('*')) table = line.slice(1);
    else present.add(`${table} ${line.startsWith(':') ? line.split(' ')[0] : line}`);
  }
  return operations.filter((operation) =>
    operation.operation === 'EnsureChain'
      ? !present.has(`${operation.table} :${operation.chain}`)
      : !present.has(`${operation.table} ${savedLine(operation.rule)}`),
  );
}

/** A rule as `iptables-restore` inserts it without touching the rest of the chain. */
function ensureLine({ position, rule }: Extract<EnsureOperation, { operation: 'EnsureRule' }>): string {
  return position === 'Prepend' ? `-I ${rule.chain} 1${ruleArguments(rule)}` : `-A ${rule.chain}${ruleArguments(rule)}`;
}

/** Chains and jumps of one table, without the chains that the table's own text names already. */
export function ensureText(
  table: XtablesTable,
  operations: readonly EnsureOperation[],
  known: readonly string[],
): string {
  const chains = new Set<string>();
  const rules: string[] = [];
  for (const operation of operations) {
    if (operation.table !== table) continue;
    if (operation.operation === 'EnsureChain') chains.add(operation.chain);
    else rules.push(`${ensureLine(operation)}\n`);
  }
  return chainLines([...chains].filter((chain) => !known.includes(chain))) + rules.join('');
}
