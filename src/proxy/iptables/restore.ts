/**
 * Rule sets as `iptables-restore --noflush --counters` input: whole, as a first sync, and as the change between two.
 *
 * The partial form is KEP-3453's: the shared chains are always written whole, a port's own chains only when it changed,
 * and chains that nothing needs any more are emptied and deleted in the same transaction.
 * Differs: chains are deleted in the sync that made them stale; kube-proxy waits up to a syncPeriod in clusters of more
 * than 1000 endpoints.
 */
import { parseSave } from '../xtables/canonical.js';
import { type EnsureOperation, ensureText, missing } from '../xtables/ensure.js';
import { chainLines, rulesText } from '../xtables/restore-text.js';
import type { IptablesRuleSet, PortRules, TableFrame } from './compile.js';
import { jumpRules } from './jumps.js';
import { isServiceChain } from './names.js';

/** The texts of one port, each line with its line end. */
interface PortText {
  readonly filter: string;
  readonly nat: string;
  readonly chains: string;
  readonly rules: string;
}

const texts = new WeakMap<PortRules, PortText>();

function textOf(port: PortRules): PortText {
  const known = texts.get(port);
  if (known !== undefined) return known;
  const { filter, nat, chains, rules } = port;
  const text = { filter: rulesText(filter), nat: rulesText(nat), chains: chainLines(chains), rules: rulesText(rules) };
  texts.set(port, text);
  return text;
}

/** What is written besides the shared chains. */
interface Selection {
  /** Whether a port's own chains are written. */
  readonly includes: (port: PortRules) => boolean;
  /** Chains to empty and delete. */
  readonly stale: readonly string[];
  /** Chains and jumps to make. */
  readonly ensure: readonly EnsureOperation[];
}

function filterTable({ filter, ports }: IptablesRuleSet, ensure: readonly EnsureOperation[]): string[] {
  const parts = [chainLines(filter.chains), ensureText('filter', ensure, filter.chains), rulesText(filter.before)];
  for (const port of ports) parts.push(textOf(port).filter);
  parts.push(rulesText(filter.after));
  return parts;
}

function natTable({ nat, ports }: IptablesRuleSet, { includes, stale, ensure }: Selection): string[] {
  const own = ports.map((port) => (includes(port) ? textOf(port) : undefined));
  const parts = [chainLines(nat.chains), ...own.map((text) => text?.chains ?? ''), chainLines(stale)];
  parts.push(ensureText('nat', ensure, nat.chains), rulesText(nat.before));
  ports.forEach((port, index) => {
    parts.push(textOf(port).nat, own[index]?.rules ?? '');
  });
  parts.push(...stale.map((chain) => `-X ${chain}\n`), rulesText(nat.after));
  return parts;
}

const everything: Selection = { includes: () => true, stale: [], ensure: [] };

function transaction(ruleSet: IptablesRuleSet, selection: Selection): string {
  const filter = filterTable(ruleSet, selection.ensure);
  return ['*filter\n', ...filter, 'COMMIT\n*nat\n', ...natTable(ruleSet, selection), 'COMMIT\n'].join('');
}

/** The whole rule set, in kube-proxy's exact shape of a full sync. */
export function renderRestore(ruleSet: IptablesRuleSet): string {
  return transaction(ruleSet, everything);
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
  return mangle + transaction(ruleSet, { ...everything, stale, ensure });
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

function sameText(a: PortRules | undefined, b: PortRules): boolean {
  if (a === b) return true;
  if (a === undefined) return false;
  const [x, y] = [textOf(a), textOf(b)];
  return x.filter === y.filter && x.nat === y.nat && x.chains === y.chains && x.rules === y.rules;
}

/** Chains of `previous` that no port of `next` has; only ports that changed or went can have any. */
function staleChains(gone: readonly PortRules[], next: ReadonlyMap<string, PortRules>): string[] {
  return gone.flatMap(({ key, chains }) => {
    const kept = new Set(next.get(key)?.chains);
    return chains.filter((chain) => !kept.has(chain));
  });
}

/**
 * The restore input that turns the installed `previous` into `next`: the first sync when nothing is installed, the
 * partial sync afterwards, undefined when there is nothing to do.
 */
export function planRestore(previous: IptablesRuleSet | undefined, next: IptablesRuleSet): string | undefined {
  if (previous === undefined) return renderFirstSync(next);
  const before = new Map(previous.ports.map((port) => [port.key, port]));
  const changed = new Set(next.ports.filter((port) => !sameText(before.get(port.key), port)));
  const after = new Map(next.ports.map((port) => [port.key, port]));
  const gone = previous.ports.filter(({ key }) => {
    const successor = after.get(key);
    return successor === undefined || changed.has(successor);
  });
  const frameChanged = !sameFrame(previous.nat, next.nat) || !sameFrame(previous.filter, next.filter);
  if (changed.size === 0 && gone.length === 0 && !frameChanged) return undefined;
  const stale = staleChains(gone, after);
  return transaction(next, { includes: (port) => changed.has(port), stale, ensure: [] });
}
