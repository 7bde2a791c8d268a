/**
 * Who owns the elements of the maps and sets, and how they change.
 */
import type { NftablesRuleSet, PortObjects } from './compile.js';
import type { Element, Operation } from './table.js';

/** Ports of each side that the other does not have in the same form. */
export interface Difference {
  readonly old: readonly PortObjects[];
  readonly fresh: readonly PortObjects[];
}

export const addElement = (element: Element): Operation => ({ verb: 'add', element });

function elementKey({ container, key }: Element): string {
  return `${container} ${key.join(' . ')}`;
}

/**
 * The elements by container and key; with `keys`, only those. Two Services may claim the same address and port; the first
 * by name has it.
 * Differs: kube-proxy gives it to whichever Service its map yields first.
 */
export function elementsOf(ruleSet: NftablesRuleSet, keys?: ReadonlySet<string>): Map<string, Element> {
  const elements = new Map<string, Element>();
  const add = (element: Element): void => {
    const key = elementKey(element);
    if (!elements.has(key) && keys?.has(key) !== false) elements.set(key, element);
  };
  ruleSet.elements.forEach(add);
  for (const port of ruleSet.ports) port.elements.forEach(add);
  return elements;
}

function sameElement(a: Element, b: Element): boolean {
  return a === b || (a.value === b.value && a.comment === b.comment);
}

function sameClaims(old: readonly PortObjects[], fresh: readonly PortObjects[]): boolean {
  const claims = (ports: readonly PortObjects[]) => JSON.stringify(ports.map(({ key, elements }) => [key, elements]));
  return old.length === fresh.length && claims(old) === claims(fresh);
}

/** Only what the ports that changed claim can get another owner. */
export function elementOperations(
  previous: NftablesRuleSet,
  next: NftablesRuleSet,
  { old, fresh }: Difference,
): Operation[] {
  if (sameClaims(old, fresh)) return [];
  const claimed = new Set([...old, ...fresh].flatMap(({ elements }) => elements.map(elementKey)));
  const [before, after] = [elementsOf(previous, claimed), elementsOf(next, claimed)];
  const kept = (key: string, element: Element, other: Map<string, Element>): boolean => {
    const there = other.get(key);
    return there !== undefined && sameElement(there, element);
  };
  const gone = [...before].filter(([key, element]) => !kept(key, element, after));
  const added = [...after].filter(([key, element]) => !kept(key, element, before));
  return [
    ...gone.map(([, element]): Operation => ({ verb: 'delete', element })),
    ...added.map(([, element]) => addElement(element)),
  ];
}
