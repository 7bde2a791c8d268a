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

/** `iptables-restore` input in blocks, made one after the other while the program reads; one transaction a table. */
export type RestoreInput = Iterable<string>;

function* filterBlocks({ filter, ports }: IptablesRuleSet, { shared, ensure }: Selection): RestoreInput {
  if (!shared.filter) return;
  yield `*filter\n${chainLines(filter.chains)}${ensureText('filter', ensure, filter.chains)}${rulesText(filter.before)}`;
  yield ports.map((port) => port.shared.filter).join('');
  yield `${rulesText(filter.after)}COMMIT\n`;
}

/** Upstream writes a port's rules in the shared chains and its own together. */
function portBlock(ports: readonly PortRules[], { shared }: Selection, written: ReadonlySet<PortRules>): string {
  const parts: string[] = [];
  for (const port of ports) {
    if (shared.nat) parts.push(port.shared.nat);
    if (written.has(port)) parts.push(port.own.rules);
  }
  return parts.join('');
}

const chainsOf = (ports: readonly PortRules[]) => ports.flatMap(({ own }) => own.chains);

/** Within a block a port's chains stand before all rules, as upstream writes them. */
function* natBlocks(ruleSet: IptablesRuleSet, selection: Selection, length: number): RestoreInput {
  const { shared, ports, stale, ensure } = selection;
  const { nat } = ruleSet;
  const written = new Set(ports);
  const [first = [], ...rest] = inBlocks(shared.nat ? ruleSet.ports : ports, length);
  const own = (block: readonly PortRules[]) => chainLines(chainsOf(block.filter((port) => written.has(port))));
  const sharedText = (text: () => string) => (shared.nat ? text() : '');
  const head = [
    sharedText(() => chainLines(nat.chains)),
    own(first),
    chainLines(stale),
    sharedText(() => ensureText('nat', ensure, nat.chains) + rulesText(nat.before)),
    portBlock(first, selection, written),
  ].join('');
  const tail = stale.map((chain) => `-X ${chain}\n`).join('') + sharedText(() => rulesText(nat.after));
  if (head + tail === '') return;
  yield `*nat\n${head}`;
  for (const block of rest) yield own(block) + portBlock(block, selection, written);
  yield `${tail}COMMIT\n`;
}

function inBlocks(ports: readonly PortRules[], length: number): (readonly PortRules[])[] {
  return Array.from({ length: Math.ceil(ports.length / length) }, (_, index) =>
    ports.slice(index * length, (index + 1) * length),
  );
}

/** Half a megabyte with three endpoints each. */
const portsPerBlock = 500;

function* transaction(ruleSet: IptablesRuleSet, selection: Selection, length = portsPerBlock): RestoreInput {
  yield* filterBlocks(ruleSet, selection);
  yield* natBlocks(ruleSet, selection, length);
}

const everythingOf = ({ ports }: IptablesRuleSet): Selection => ({ shared: allShared, ports, stale: [], ensure: [] });

/** The whole rule set, in kube-proxy's exact shape of a full sync. */
export function renderRestore(ruleSet: IptablesRuleSet): string {
  return [...transaction(ruleSet, everythingOf(ruleSet), Math.max(1, ruleSet.ports.length))].join('');
}

/**
 * The first sync as one restore input: canaries and jumps, then every rule. On a machine that is not empty, give as
 * `ensure` what `missing` leaves, and as `existing` the nat chains it has: those of service ports that are gone are
 * deleted.
 */
export function* renderFirstSync(
  ruleSet: IptablesRuleSet,
  ensure: readonly EnsureOperation[] = jumpRules,
  existing: Iterable<string> = [],
): RestoreInput {
  const found = [...existing].filter(isServiceChain);
  const active = found.length === 0 ? undefined : new Set(chainsOf(ruleSet.ports));
  const stale = found.filter((chain) => !active?.has(chain));
  const canary = ensureText('mangle', ensure, []);
  if (canary !== '') yield `*mangle\n${canary}COMMIT\n`;
  yield* transaction(ruleSet, { ...everythingOf(ruleSet), stale, ensure });
}

/**
 * A full sync onto whatever `saved`, the output of `iptables-save`, shows: jumps that are there already are not made
 * again, chains of service ports that are gone are deleted. For use after a failure, or when the canary chain vanished.
 */
export function planResync(saved: string, next: IptablesRuleSet): RestoreInput {
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
  const kept = new Set(chainsOf(after));
  return chainsOf(before).filter((chain) => !kept.has(chain));
}

/**
 * The restore input that turns the installed `previous` into `next`: the first sync when nothing is installed, the
 * partial sync afterwards, undefined when there is nothing to do.
 */
export function planRestore(previous: IptablesRuleSet | undefined, next: IptablesRuleSet): RestoreInput | undefined {
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
  return ports.map(({ shared }) => shared[table]).join('');
}
