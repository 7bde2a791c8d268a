/**
 * Rule sets as nft transactions: whole, and as the change between two.
 *
 * A change touches only the chains of the service ports that changed, and only the map elements that differ, as
 * kube-proxy does since 1.31 (1.30 still rewrites all maps on each sync). Chains that went out of use are emptied at once but
 * deleted later, as kernels before 6.2 still count a deleted element's reference for a moment.
 */

import type { NftablesRuleSet, PortObjects } from './compile.js';
import type { NftRule } from './expression.js';
import { type Chain, type Container, type Element, type Operation, transactionText } from './table.js';

/** What to run now, and which chains to delete a second or more later (with `deleteStale`). */
export interface NftablesChange {
  readonly operations: readonly Operation[];
  /** `nft -f` input for the operations. */
  readonly transaction: string;
  readonly staleChains: readonly string[];
}

const addTable: Operation = { verb: 'add', table: true };
const deleteTable: Operation = { verb: 'delete', table: true };

function addChain(chain: Chain): Operation[] {
  return [
    { verb: 'add', chain },
    { verb: 'flush', chain },
  ];
}

const addContainer = (container: Container): Operation => ({ verb: 'add', container });
const addRule = (rule: NftRule): Operation => ({ verb: 'add', rule });
const addElement = (element: Element): Operation => ({ verb: 'add', element });

function elementKey({ container, key }: Element): string {
  return `${container} ${key.join(' . ')}`;
}

const effective = new WeakMap<NftablesRuleSet, Map<string, Element>>();

/**
 * The elements by container and key. Two Services may claim the same address and port; the first by name has it.
 * Differs: kube-proxy gives it to whichever Service its map yields first.
 */
function elementsOf(ruleSet: NftablesRuleSet): Map<string, Element> {
  const known = effective.get(ruleSet);
  if (known !== undefined) return known;
  const elements = new Map<string, Element>();
  for (const list of [ruleSet.elements, ...ruleSet.ports.map((port) => port.elements)]) {
    for (const element of list) {
      const key = elementKey(element);
      if (!elements.has(key)) elements.set(key, element);
    }
  }
  effective.set(ruleSet, elements);
  return elements;
}

/** Everything that makes the table, in an order in which nothing is named before it exists. */
export function installOperations(ruleSet: NftablesRuleSet): Operation[] {
  const { chains, containers, rules, ports } = ruleSet;
  return [
    addTable,
    ...chains.flatMap(addChain),
    ...containers.map(addContainer),
    ...ports.flatMap((port) => port.chains.flatMap((name) => addChain({ name }))),
    ...ports.flatMap((port) => port.sets.map(addContainer)),
    ...[...elementsOf(ruleSet).values()].map(addElement),
    ...rules.map(addRule),
    ...ports.flatMap((port) => port.rules.map(addRule)),
  ];
}

/** The whole table as `nft -f` input. */
export function renderNft(ruleSet: NftablesRuleSet): string {
  return transactionText(installOperations(ruleSet), ruleSet.family);
}

function sameElement(a: Element, b: Element): boolean {
  return a === b || (a.value === b.value && a.comment === b.comment);
}

function elementOperations(previous: NftablesRuleSet, next: NftablesRuleSet): Operation[] {
  const [before, after] = [elementsOf(previous), elementsOf(next)];
  const kept = (key: string, element: Element, other: Map<string, Element>): boolean => {
    const there = other.get(key);
    return there !== undefined && sameElement(there, element);
  };
  const gone = [...before].filter(([key, element]) => !kept(key, element, after));
  const fresh = [...after].filter(([key, element]) => !kept(key, element, before));
  return [
    ...gone.map(([, element]): Operation => ({ verb: 'delete', element })),
    ...fresh.map(([, element]) => addElement(element)),
  ];
}

/** Ports of each side that the other does not have in the same form. */
function differingPorts(previous: NftablesRuleSet, next: NftablesRuleSet): [PortObjects[], PortObjects[]] {
  const before = new Map(previous.ports.map((port) => [port.key, port]));
  const after = new Map(next.ports.map((port) => [port.key, port]));
  const same = (a: PortObjects, b: PortObjects | undefined): boolean =>
    a === b || (b !== undefined && JSON.stringify(a) === JSON.stringify(b));
  return [
    previous.ports.filter((port) => !same(port, after.get(port.key))),
    next.ports.filter((port) => !same(port, before.get(port.key))),
  ];
}

/** Sets whose form changed have to be made anew; a set that stays keeps the clients that it remembers. */
function setOperations(
  old: readonly PortObjects[],
  fresh: readonly PortObjects[],
): { drop: Operation[]; make: Operation[] } {
  const text = (set: Container): string => JSON.stringify(set);
  const before = new Map(old.flatMap(({ sets }) => sets.map((set) => [text(set), set])));
  const after = new Map(fresh.flatMap(({ sets }) => sets.map((set) => [text(set), set])));
  const drop = [...before].filter(([key]) => !after.has(key));
  const make = [...after].filter(([key]) => !before.has(key));
  return {
    drop: drop.map(([, container]) => ({ verb: 'delete', container })),
    make: make.map(([, container]) => addContainer(container)),
  };
}

function sameFrame(a: NftablesRuleSet, b: NftablesRuleSet): boolean {
  const frame = ({ family, chains, containers, elements, rules }: NftablesRuleSet): string =>
    JSON.stringify([family, chains, containers, elements, rules]);
  return frame(a) === frame(b);
}

function change(operations: Operation[], { family }: NftablesRuleSet, staleChains: string[] = []): NftablesChange {
  return { operations, transaction: transactionText(operations, family), staleChains };
}

/**
 * What turns `previous` into `next`. The first time, and when kube-proxy's own options changed, the table is made anew, in
 * one transaction; undefined when there is nothing to do.
 */
export function planNftables(previous: NftablesRuleSet | undefined, next: NftablesRuleSet): NftablesChange | undefined {
  if (previous === undefined || !sameFrame(previous, next)) {
    return change([addTable, deleteTable, ...installOperations(next)], next);
  }
  const [old, fresh] = differingPorts(previous, next);
  if (old.length + fresh.length === 0) return undefined;
  const active = new Set(fresh.flatMap(({ chains }) => chains));
  const staleChains = old.flatMap(({ chains }) => chains).filter((chain) => !active.has(chain));
  const { drop, make } = setOperations(old, fresh);
  const operations = [
    ...[...active].flatMap((name) => addChain({ name })),
    ...staleChains.map((name): Operation => ({ verb: 'flush', chain: { name } })),
    ...drop,
    ...make,
    ...elementOperations(previous, next),
    ...fresh.flatMap((port) => port.rules.map(addRule)),
  ];
  return change(operations, next, staleChains);
}

/** Deletes chains that went stale earlier, but for those that `current` uses again; undefined when none is left. */
export function deleteStale(staleChains: Iterable<string>, current: NftablesRuleSet): string | undefined {
  const active = new Set(current.ports.flatMap(({ chains }) => chains));
  const operations = [...new Set(staleChains)]
    .filter((name) => !active.has(name))
    .map((name): Operation => ({ verb: 'delete', chain: { name } }));
  return operations.length === 0 ? undefined : transactionText(operations, current.family);
}

/**
 * What an unprivileged nft sends in one piece: it cannot raise its socket's send buffer (net.core.wmem_default, 212,992
 * bytes) as root can, and a transaction is one message. Its netlink form is at most three times as long as its text.
 */
export const unprivilegedTransactionLength = 64_000;

/**
 * A transaction in pieces of at most `length` characters, to be run one after the other: for labs of ordinary users, where a
 * long one is refused with "Message too long". Each piece is applied whole or not at all, all together are not.
 */
export function splitTransaction(transaction: string, length = unprivilegedTransactionLength): string[] {
  const pieces: string[] = [];
  for (let start = 0; start < transaction.length; ) {
    const limit = start + length;
    const end = limit >= transaction.length ? transaction.length : transaction.lastIndexOf('\n', limit - 1) + 1;
    // One operation longer than that has to go as it is.
    const next = end > start ? end : transaction.indexOf('\n', limit) + 1 || transaction.length;
    pieces.push(transaction.slice(start, next));
    start = next;
  }
  return pieces;
}
