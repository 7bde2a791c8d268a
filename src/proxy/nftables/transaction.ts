/**
 * Rule sets as nft transactions: whole, and as the change between two.
 *
 * A change touches only the chains of the service ports that changed, and only the map elements that differ, as
 * kube-proxy does since 1.31 (1.30 still rewrites all maps on each sync). Chains that went out of use are emptied at once but
 * deleted later, as kernels before 6.2 still count a deleted element's reference for a moment.
 */

import { middles } from '../../model/common-ends.js';
import type { NftablesRuleSet, PortObjects } from './compile.js';
import { addElement, type Difference, elementOperations, elementsOf } from './elements.js';
import type { NftRule } from './expression.js';
import { type Chain, type Container, type Operation, transactionText } from './table.js';

/** What to run now, and which chains to delete a second or more later (with `deleteStale`). */
export interface NftablesChange {
  readonly operations: readonly Operation[];
  /** The same as `nft -f` inputs, to be run one after the other; but for very large changes there is one. */
  readonly transactions: readonly string[];
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

/** Chains, sets and rules around those of the service ports. */
function frameOperations({ chains, containers }: NftablesRuleSet): Operation[] {
  return [addTable, ...chains.flatMap(addChain), ...containers.map(addContainer)];
}

const chainOperations = (ports: readonly PortObjects[]) =>
  ports.flatMap((port) => port.chains.flatMap((name) => addChain({ name })));
const ruleOperations = (ports: readonly PortObjects[]) => ports.flatMap((port) => port.rules.map(addRule));

/** Everything that makes the table, in an order in which nothing is named before it exists. */
export function installOperations(ruleSet: NftablesRuleSet): Operation[] {
  const { rules, ports } = ruleSet;
  return [
    ...frameOperations(ruleSet),
    ...chainOperations(ports),
    ...ports.flatMap((port) => port.sets.map(addContainer)),
    ...[...elementsOf(ruleSet).values()].map(addElement),
    ...rules.map(addRule),
    ...ruleOperations(ports),
  ];
}

/** The whole table as `nft -f` input. */
export function renderNft(ruleSet: NftablesRuleSet): string {
  return transactionText(installOperations(ruleSet), ruleSet.family);
}

function differingPorts(previous: NftablesRuleSet, next: NftablesRuleSet): Difference {
  const differing = middles(previous.ports, next.ports);
  const before = new Map(differing.before.map((port) => [port.key, port]));
  const after = new Map(differing.after.map((port) => [port.key, port]));
  const same = (a: PortObjects, b: PortObjects | undefined): boolean =>
    a === b || (b !== undefined && JSON.stringify(a) === JSON.stringify(b));
  return {
    old: differing.before.filter((port) => !same(port, after.get(port.key))),
    fresh: differing.after.filter((port) => !same(port, before.get(port.key))),
  };
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

function change(
  transactions: readonly (readonly Operation[])[],
  { family }: NftablesRuleSet,
  staleChains: string[] = [],
): NftablesChange {
  const texts = transactions.map((operations) => transactionText(operations, family));
  return { operations: transactions.flat(), transactions: texts, staleChains };
}

/**
 * How many service ports one transaction makes. For each chain with a choice of endpoints nft makes a nameless set, and the
 * kernel (6.18) looks through all that the transaction has done so far when it binds one: 10,000 Services took 29 s in
 * one transaction, and 10 s in ten.
 */
const portsPerTransaction = 1000;

function inSlices(ports: readonly PortObjects[], length: number): (readonly PortObjects[])[] {
  return Array.from({ length: Math.ceil(ports.length / length) }, (_, index) =>
    ports.slice(index * length, (index + 1) * length),
  );
}

/** The table made anew. Elements come last when there are many ports: until then no packet finds any of the chains. */
function install(ruleSet: NftablesRuleSet, most: number): NftablesChange {
  const clear = [addTable, deleteTable];
  if (ruleSet.ports.length <= most) return change([[...clear, ...installOperations(ruleSet)]], ruleSet);
  const slices = inSlices(ruleSet.ports, most).map((ports) => portOperations([], ports));
  const elements = [...elementsOf(ruleSet).values()].map(addElement);
  return change([[...clear, ...frameOperations(ruleSet), ...ruleSet.rules.map(addRule)], ...slices, elements], ruleSet);
}

function chainsOf(ports: readonly PortObjects[]): string[] {
  return [...new Set(ports.flatMap(({ chains }) => chains))];
}

/** Chains of `old` that `fresh` has not. */
function staleOf(old: readonly PortObjects[], fresh: readonly PortObjects[]): string[] {
  const active = new Set(chainsOf(fresh));
  return old.flatMap(({ chains }) => chains).filter((chain) => !active.has(chain));
}

/** Chains, sets and rules of `fresh` in place of those of `old`; `between` comes before the rules. */
function portOperations(
  old: readonly PortObjects[],
  fresh: readonly PortObjects[],
  between: readonly Operation[] = [],
): Operation[] {
  const { drop, make } = setOperations(old, fresh);
  return [
    ...chainsOf(fresh).flatMap((name) => addChain({ name })),
    ...staleOf(old, fresh).map((name): Operation => ({ verb: 'flush', chain: { name } })),
    ...drop,
    ...make,
    ...between,
    ...ruleOperations(fresh),
  ];
}

/**
 * What turns `previous` into `next`. The first time, and when kube-proxy's own options changed, the table is made anew;
 * undefined when there is nothing to do. One transaction, or several when a thousand ports and more change at once.
 * Differs: a change of more than 1000 service ports is made in several transactions, each of which is whole; kube-proxy
 * makes one of it.
 */
export function planNftables(
  previous: NftablesRuleSet | undefined,
  next: NftablesRuleSet,
  most = portsPerTransaction,
): NftablesChange | undefined {
  if (previous === undefined || !sameFrame(previous, next)) return install(next, most);
  const { old, fresh } = differingPorts(previous, next);
  if (old.length + fresh.length === 0) return undefined;
  const staleChains = staleOf(old, fresh);
  const elements = elementOperations(previous, next, { old, fresh });
  if (fresh.length <= most) return change([portOperations(old, fresh, elements)], next, staleChains);
  const byKey = new Map(old.map((port) => [port.key, port]));
  const slices = inSlices(fresh, most).map((ports) => {
    const theirs = ports.flatMap(({ key }) => byKey.get(key) ?? []);
    for (const { key } of theirs) byKey.delete(key);
    return portOperations(theirs, ports);
  });
  return change([...slices, [...elements, ...portOperations([...byKey.values()], [])]], next, staleChains);
}

/** Deletes chains that went stale earlier, but for those that `current` uses again; undefined when none is left. */
export function deleteStale(staleChains: Iterable<string>, current: NftablesRuleSet): string | undefined {
  const active = new Set(current.ports.flatMap(({ chains }) => chains));
  const operations = [...new Set(staleChains)]
    .filter((name) => !active.has(name))
    .map((name): Operation => ({ verb: 'delete', chain: { name } }));
  return operations.length === 0 ? undefined : transactionText(operations, current.family);
}
