/**
 * A table in memory: what operations make of it. Refuses what nft would refuse, so that a transaction can be checked
 * without a kernel (after knftables' Fake).
 */

import type { NftRule } from './expression.js';
import type { Chain, Container, Element, Operation } from './table.js';

export interface InstalledChain {
  readonly chain: Chain;
  readonly rules: readonly NftRule[];
}

export interface InstalledTable {
  readonly chains: ReadonlyMap<string, InstalledChain>;
  readonly containers: ReadonlyMap<
    string,
    { readonly container: Container; readonly elements: ReadonlyMap<string, Element> }
  >;
}

interface Draft {
  chains: Map<string, { chain: Chain; rules: NftRule[] }>;
  containers: Map<string, { container: Container; elements: Map<string, Element> }>;
}

export const emptyTable: InstalledTable = { chains: new Map(), containers: new Map() };

function draftOf(table: InstalledTable): Draft {
  const draft: Draft = { chains: new Map(), containers: new Map() };
  for (const [name, { chain, rules }] of table.chains) draft.chains.set(name, { chain, rules: [...rules] });
  for (const [name, { container, elements }] of table.containers) {
    draft.containers.set(name, { container, elements: new Map(elements) });
  }
  return draft;
}

function existing<T>(things: Map<string, T>, name: string): T {
  const thing = things.get(name);
  if (thing === undefined) throw new Error(`${name}: No such file or directory`);
  return thing;
}

function elementOperation(verb: string, element: Element, { containers, chains }: Draft): void {
  const { elements } = existing(containers, element.container);
  const key = element.key.join(' . ');
  if (verb === 'delete') {
    existing(elements, key);
    elements.delete(key);
    return;
  }
  if (element.value?.startsWith('goto ')) existing(chains, element.value.slice(5));
  const there = elements.get(key);
  if (there !== undefined && there.value !== element.value) throw new Error(`${element.container} ${key}: File exists`);
  elements.set(key, element);
}

function apply(operation: Operation, draft: Draft): void {
  const { verb } = operation;
  const { chains, containers } = draft;
  if ('table' in operation) {
    if (verb === 'delete') {
      chains.clear();
      containers.clear();
    }
  } else if ('rule' in operation) {
    existing(chains, operation.rule.chain).rules.push(operation.rule);
  } else if ('element' in operation) {
    elementOperation(verb, operation.element, draft);
  } else if ('chain' in operation) {
    const { chain } = operation;
    if (verb === 'add') chains.set(chain.name, chains.get(chain.name) ?? { chain, rules: [] });
    else if (verb === 'flush') existing(chains, chain.name).rules.length = 0;
    else chains.delete(existing(chains, chain.name).chain.name);
  } else {
    const { container } = operation;
    const there = containers.get(container.name);
    if (verb === 'delete') containers.delete(existing(containers, container.name).container.name);
    else if (verb === 'flush') existing(containers, container.name).elements.clear();
    else containers.set(container.name, there ?? { container, elements: new Map() });
  }
}

/** The table after a transaction. Throws in nft's words where nft would refuse it. */
export function applyOperations(table: InstalledTable, operations: readonly Operation[]): InstalledTable {
  const draft = draftOf(table);
  for (const operation of operations) apply(operation, draft);
  return draft;
}
