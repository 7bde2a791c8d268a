/**
 * The modes that write all their chains on each sync: both tables in one `iptables-restore --noflush` input, nat first.
 */
import { type EnsureOperation, ensureText } from './ensure.js';
import { chainLines, rulesText } from './restore-text.js';
import type { Rule } from './rule.js';

/** Of each table. */
type Tables<Content> = Readonly<Record<'nat' | 'filter', readonly Content[]>>;

/**
 * @param chains of the mode's own: made, or emptied
 * @param ensure jumps into them to make
 */
export function renderRewrite(chains: Tables<string>, rules: Tables<Rule>, ensure: readonly EnsureOperation[]): string {
  const table = (name: 'nat' | 'filter') => [
    `*${name}\n`,
    chainLines(chains[name]),
    ensureText(name, ensure, chains[name]),
    rulesText(rules[name]),
    'COMMIT\n',
  ];
  return [...table('nat'), ...table('filter')].join('');
}
