/**
 * Rule sets as `iptables-restore --noflush --counters` input: whole, as a first sync, and as the change between two.
 *
 * The partial form is KEP-3453's: the shared chains are always written whole, a port's own chains only when it changed,
 * and chains that nothing needs any more are emptied and deleted in the same transaction. In a cluster of more than 1000
 * endpoints shared chains that stay as they are stay unwritten.
 * Differs: chains are deleted in the sync that made them stale; kube-proxy waits up to a syncPeriod in clusters of more
 * than 1000 endpoints.
 * Differs: in clusters of more than 1000 endpoints a sync leaves shared chains alone that it does not change; kube-proxy
 * writes them anew each time.
 */
import { middles } from '../../model/common-ends.js';
import { parseSave } from '../xtables/canonical.js';
import { type EnsureOperation, ensureText, missing } from '../xtables/ensure.js';
import { chainLines, rulesText } from '../xtables/restore-text.js';
import type { IptablesRuleSet, TableFrame } from './compile.js';
import { jumpRules } from './jumps.js';
import { isServiceChain } from './names.js';
import { type PortRules, sameRules } from './port-rules.js';

/** What of a rule set is written. */
interface Selection {
  /** The tables whose shared chains are written. */
  readonly shared: Readonly<Record<'filter' | 'nat', boolean>>;
  /** Ports whose own chains are written. */
  readonly ports: readonly PortRules[];
  /** Chains to empty and delete. */
  readonly stale: readonly string[];
  /** Chains and jumps to make. */
  readonly ensure: readonly EnsureOperation[];
}

const allShared = { filter: true, nat: true } as const;

/** The parts of a table's text, in order. */
type Parts = readonly string[];

function sharedParts(frame: TableFrame, table: 'filter' | 'nat', ensure: readonly EnsureOperation[]): Parts {
  return [chainLines(frame.chains), ensureText(table, ensure, frame.chains)];
}

function filterParts({ filter, ports }: IptablesRuleSet, { shared, ensure }: Selection): Parts {
  if (!shared.filter) return [];
  const parts = [...sharedParts(filter, 'filter', ensure), rulesText(filter.before)];
  for (const port of ports) if (port.text.filter !== '') parts.push(port.text.filter);
  parts.push(rulesText(filter.after));
  return parts;
}

/** Upstream writes a port's rules in the shared chains and its own together. */
function natParts(ruleSet: IptablesRuleSet, { shared, ports, stale, ensure }: Selection): Parts {
  const { nat } = ruleSet;
  const parts: string[] = [];
  const [chains, ensured] = sharedParts(nat, 'nat', ensure) as [string, string];
  if (shared.nat) parts.push(chains);
  for (const { text } of ports) parts.push(text.chains);
  parts.push(chainLines(stale));
  if (shared.nat) parts.push(ensured, rulesText(nat.before));
  const written = new Set(ports);
  for (const port of shared.nat ? ruleSet.ports : ports) {
    if (shared.nat) parts.push(port.text.nat);
    if (written.has(port)) parts.push(port.text.rules);
  }
  for (const chain of stale) parts.push(`-X ${chain}\n`);
  if (shared.nat) parts.push(rulesText(nat.after));
  return parts;
}

function tableText(name: string, parts: Parts): string {
  const text = parts.join('');
  return text === '' ? '' : `*${name}\n${text}COMMIT\n`;
}

function transaction(ruleSet: IptablesRuleSet, selection: Selection): string {
  const filter = tableText('filter', filterParts(ruleSet, selection));
  return filter + tableText('nat', natParts(ruleSet, selection));
}

const everythingOf = ({ ports }: IptablesRuleSet): Selection => ({ shared: allShared, ports, stale: [], ensure: [] });

/** The whole rule set, in kube-proxy's exact shape of a full sync. */
export function renderRestore(ruleSet: IptablesRuleSet): string {
  return transaction(ruleSet, everythingOf(ruleSet));
}

/**
 * The first sync as one restore input: canaries and jumps, then every rule. On a machine that is not empty, give as
 * `ensure` what `missing` leaves, and as `existing` the nat chains it has: those of service ports that are gone are
 * deleted.
 */
export function renderFirstSync(
  ruleSet: IptablesRuleSet,
  ensure: readonly EnsureOperation[] = jumpRules,
  existing: Iterable<string> = [],
): string {
  const found = [...existing].filter(isServiceChain);
  const active = found.length === 0 ? undefined : new Set(ruleSet.ports.flatMap(({ chains }) => chains));
  const stale = found.filter((chain) => !active?.has(chain));
  const canary = ensureText('mangle', ensure, []);
  const mangle = canary === '' ? '' : `*mangle\n${canary}COMMIT\n`;
  return mangle + transaction(ruleSet, { ...everythingOf(ruleSet), stale, ensure });
}

/**
 * A full sync onto whatever `saved`, the output of `iptables-save`, shows: jumps that are there already are not made
 * again, chains of service ports that are gone are deleted. For use after a failure, or when the canary chain vanished.
 */
export function planResync(saved: string, next: IptablesRuleSet): string {
  const nat = parseSave(saved).get('nat')?.keys() ?? [];
  return renderFirstSync(next, missing(jumpRules, saved), nat);
}

function sameFrame(a: TableFrame, b: TableFrame): boolean {
  return a === b || JSON.stringify(a) === JSON.stringify(b);
}

/** Ports that changed, as they are and as they were; those that are new or gone stand on one side only. */
function changesOf(previous: IptablesRuleSet, next: IptablesRuleSet): { before: PortRules[]; after: PortRules[] } {
  const { before, after } = middles(previous.ports, next.ports);
  const [old, fresh] = [byKey(before), byKey(after)];
  const differs = (port: PortRules, others: Ports): boolean => {
    const other = others.get(port.key);
    return other === undefined || !sameRules(other, port);
  };
  return {
    before: before.filter((port) => differs(port, fresh)),
    after: after.filter((port) => differs(port, old)),
  };
}

type Ports = ReadonlyMap<string, PortRules>;

function byKey(ports: readonly PortRules[]): Ports {
  return new Map(ports.map((port) => [port.key, port]));
}

/** Chains of `before` that no port of `after` has. */
function staleChains(before: readonly PortRules[], after: readonly PortRules[]): string[] {
  const kept = new Set(after.flatMap(({ chains }) => chains));
  return before.flatMap(({ chains }) => chains.filter((chain) => !kept.has(chain)));
}

/**
 * The restore input that turns the installed `previous` into `next`: the first sync when nothing is installed, the
 * partial sync afterwards, undefined when there is nothing to do.
 */
export function planRestore(previous: IptablesRuleSet | undefined, next: IptablesRuleSet): string | undefined {
  if (previous === undefined) return renderFirstSync(next);
  const { before, after } = changesOf(previous, next);
  const frameChanged = !sameFrame(previous.nat, next.nat) || !sameFrame(previous.filter, next.filter);
  if (before.length === 0 && after.length === 0 && !frameChanged) return undefined;
  const sharedIn = (table: 'filter' | 'nat') =>
    frameChanged || !next.isLarge || textOf(before, table) !== textOf(after, table);
  return transaction(next, {
    shared: { filter: sharedIn('filter'), nat: sharedIn('nat') },
    ports: after,
    stale: staleChains(before, after),
    ensure: [],
  });
}

function textOf(ports: readonly PortRules[], table: 'filter' | 'nat'): string {
  return ports.map(({ text }) => text[table]).join('');
}
