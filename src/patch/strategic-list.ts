/**
 * Lists in a strategic merge patch: merging by key, deleting, and the order of the result.
 *
 * Models apimachinery `strategicpatch/patch.go`: mergeSlice, mergeSliceWithSpecialElements, normalizeElementOrder,
 * mergeSortedSlice.
 */
import { StatusError } from '../api/status.js';
import { isJsonObject, type JsonObject, jsonEqual } from './json.js';

export type MergeElement = (original: JsonObject, patch: JsonObject) => JsonObject;

/** Differs: a real API server sends some of these with code 500 and no reason. */
export function badPatch(message: string): StatusError {
  return new StatusError('BadRequest', message);
}

/** A value as Go prints it with %v: upstream's messages quote patches that way. */
export function shown(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(shown).join(' ')}]`;
  if (!isJsonObject(value)) return value === null ? '<nil>' : String(value);
  const members = Object.keys(value)
    .sort()
    .map((name) => `${name}:${shown(value[name])}`);
  return `map[${members.join(' ')}]`;
}

/** What identifies an element: a member of it, or for plain values (`mergeKey` '') the element itself. */
function identity(element: unknown, mergeKey: string): unknown {
  if (mergeKey === '') return element;
  if (!isJsonObject(element)) throw badPatch(`expected a map[string]interface {}, but received a ${typeof element}`);
  if (!Object.hasOwn(element, mergeKey))
    throw badPatch(`map: ${shown(element)} does not contain declared merge key: ${mergeKey}`);
  return element[mergeKey];
}

const positions = (list: readonly unknown[], mergeKey: string) =>
  new Map(list.map((element, index) => [identity(element, mergeKey), index] as const).reverse());

/**
 * Puts the elements that the patch speaks of into its order and the others into the server's order, then interleaves
 * the two, keeping to the server's order where it knows both.
 */
export function orderElements(
  merged: readonly unknown[],
  patchOrder: readonly unknown[],
  serverOrder: readonly unknown[],
  mergeKey: string,
): unknown[] {
  const inPatch = positions(patchOrder, mergeKey);
  const onServer = positions(serverOrder, mergeKey);
  const rank = (order: Map<unknown, number>) => (element: unknown) => order.get(identity(element, mergeKey)) ?? -1;
  const by = (at: (element: unknown) => number) => (a: unknown, b: unknown) =>
    at(a) < 0 || at(b) < 0 ? 0 : at(a) - at(b);
  const patched = merged.filter((element) => inPatch.has(identity(element, mergeKey))).sort(by(rank(inPatch)));
  const others = merged.filter((element) => !inPatch.has(identity(element, mergeKey))).sort(by(rank(onServer)));
  return interleave(others, patched, rank(onServer));
}

function interleave(
  left: readonly unknown[],
  right: readonly unknown[],
  rank: (element: unknown) => number,
): unknown[] {
  const result: unknown[] = [];
  let at = 0;
  for (const element of right) {
    while (at < left.length && rank(element) >= 0 && rank(left[at]) >= 0 && rank(left[at]) < rank(element))
      result.push(left[at++]);
    result.push(element);
  }
  return [...result, ...left.slice(at)];
}

/** `$patch` of an element; undefined for an ordinary one. */
const directiveOf = (element: unknown) => (isJsonObject(element) ? element.$patch : undefined);

function checkDirectives(patch: readonly unknown[]): void {
  for (const element of patch) {
    const directive = directiveOf(element);
    if (directive === 'merge') throw badPatch('merging lists cannot yet be specified in the patch');
    if (directive !== undefined && directive !== 'delete' && directive !== 'replace') {
      throw badPatch(`unknown patch type: ${String(directive)} in map: ${shown(element)}`);
    }
  }
}

function mergeObjects(
  original: readonly unknown[],
  patch: readonly unknown[],
  mergeKey: string,
  mergeElement: MergeElement,
): unknown[] {
  checkDirectives(patch);
  const ordinary = patch.filter((element) => directiveOf(element) === undefined);
  if (patch.some((element) => directiveOf(element) === 'replace')) return ordinary;
  const deleted = new Set(
    patch.filter((element) => directiveOf(element) === 'delete').map((element) => identity(element, mergeKey)),
  );
  const result = original.filter((element) => !isJsonObject(element) || !deleted.has(element[mergeKey]));
  for (const element of ordinary as JsonObject[]) {
    const key = identity(element, mergeKey);
    // Only the first match is merged: two Service ports of one number (TCP and UDP) merge badly, as on a real server.
    const at = result.findIndex((other) => isJsonObject(other) && other[mergeKey] === key);
    if (at < 0) result.push(element);
    else result[at] = mergeElement(result[at] as JsonObject, element);
  }
  return orderElements(result, ordinary, original, mergeKey);
}

const mixed = (lists: readonly (readonly unknown[])[]) =>
  badPatch(
    lists.flat().some(Array.isArray)
      ? 'lists of lists are not supported'
      : `list element types are not identical: ${shown(lists)}`,
  );

/** Merges a list whose strategy is `merge`. `mergeKey` is '' for lists of plain values, which become sets. */
export function mergeList(
  original: readonly unknown[],
  patch: readonly unknown[],
  mergeKey: string,
  mergeElement: MergeElement,
): unknown[] {
  const all = [...original, ...patch];
  const objects = all.filter(isJsonObject).length;
  if (all.some(Array.isArray) || (objects > 0 && objects < all.length)) throw mixed([original, patch]);
  if (objects > 0) return mergeObjects(original, patch, mergeKey, mergeElement);
  return orderElements([...new Set(all)], patch, original, '');
}

/** `$deleteFromPrimitiveList/…`. */
export function deleteValues(original: readonly unknown[], deleted: readonly unknown[]): unknown[] {
  return original.filter((value) => !deleted.some((other) => jsonEqual(value, other)));
}

/** `$setElementOrder` must name every element of the patch's list, in the same order. */
export function checkElementOrder(patch: readonly unknown[], order: readonly unknown[], mergeKey: string): void {
  if (order.length === 0) return;
  const keys = patch
    .filter((element) => directiveOf(element) === undefined)
    .map((element) => identity(element, mergeKey));
  const found = order
    .map((element) => identity(element, mergeKey))
    .reduce<number>((at, key) => (at < keys.length && keys[at] === key ? at + 1 : at), 0);
  if (found < keys.length) {
    throw badPatch(
      `The order in patch list:\n${shown(patch)}\n doesn't match $setElementOrder list:\n${shown(order)}\n`,
    );
  }
}
