/**
 * Merges an applied configuration into the live object: fields of the configuration win, the rest stays.
 *
 * Models structured-merge-diff `typed/merge.go`. Lists with keys keep the configuration's order for what it names and
 * leave the other elements where they stand between them.
 */
import { type PathElement, pathText } from './field-set.js';
import { isJsonObject, type JsonObject } from './json.js';
import { childShape, elementOf, isAtomic, type Shape, wayOf } from './shape.js';

const nothingIn = (value: unknown) =>
  value === undefined ||
  value === null ||
  (Array.isArray(value) ? value.length === 0 : isJsonObject(value) && Object.keys(value).length === 0);

/**
 * `live` with `config` on top. `undefined` stands for an absent value, also as the result.
 * @throws RangeError, in upstream's words, when the configuration names one element of a list twice
 */
export function mergeTyped(live: unknown, config: unknown, shape: Shape): unknown {
  const way = wayOf(shape, config ?? live);
  if (way === 'leaf' || isAtomic(shape) || (nothingIn(live) && nothingIn(config)))
    return config === undefined ? live : config;
  if (shape.is === 'list') return mergeLists(live, config, shape);
  return mergeMaps(isJsonObject(live) ? live : {}, isJsonObject(config) ? config : {}, shape);
}

function mergeMaps(live: JsonObject, config: JsonObject, shape: Shape): JsonObject | undefined {
  const value = (from: JsonObject, name: string) => (Object.hasOwn(from, name) ? from[name] : undefined);
  const entries = [...new Set([...Object.keys(live), ...Object.keys(config)])].flatMap((name): [string, unknown][] => {
    const merged = mergeTyped(value(live, name), value(config, name), childShape(shape, name));
    return merged === undefined ? [] : [[name, merged]];
  });
  return entries.length === 0 ? undefined : Object.fromEntries(entries);
}

interface Indexed {
  elements: PathElement[];
  items: Map<PathElement, unknown>;
  list: unknown[];
}

function indexed(shape: Shape & { is: 'list' }, list: unknown, unique: boolean): Indexed {
  const items = new Map<PathElement, unknown>();
  const values = Array.isArray(list) ? list : [];
  const elements = values.map((item) => elementOf(shape, item));
  for (const [index, element] of elements.entries()) {
    if (unique && items.has(element)) throw new RangeError(`duplicate entries for key ${pathText([element])}`);
    // A live value that occurs twice is not merged with, only replaced.
    items.set(element, items.has(element) ? undefined : values[index]);
  }
  return { elements, items, list: values };
}

/**
 * The order of the merged elements: upstream walks both lists, taking live elements that the configuration does not
 * name where they stand.
 */
function mergeLists(live: unknown, config: unknown, shape: Shape & { is: 'list' }): unknown[] | undefined {
  const left = indexed(shape, live, false);
  const right = indexed(shape, config, true);
  const shared = right.elements.filter((element) => left.items.has(element));
  const merged = new Set<PathElement>();
  const result: unknown[] = [];
  const takeRight = (element: PathElement) => {
    merged.add(element);
    if (shared[0] === element) shared.shift();
    result.push(mergeTyped(left.items.get(element), right.items.get(element), shape.of));
  };
  let [l, r] = [0, 0];
  while (l < left.elements.length || r < right.elements.length) {
    const [ours, theirs] = [left.elements[l], right.elements[r]];
    if (ours !== undefined && theirs !== undefined) {
      if (ours === theirs) {
        takeRight(theirs);
        l++;
        r++;
        continue;
      }
      if (right.items.has(ours) && shared.length > 0 && shared[0] !== ours) {
        l++;
        continue;
      }
    }
    if (ours !== undefined && !right.items.has(ours)) {
      result.push(mergeTyped(left.list[l++], undefined, shape.of));
      continue;
    }
    if (ours !== undefined && merged.has(ours)) l++;
    if (theirs !== undefined) {
      takeRight(theirs);
      r++;
    }
  }
  return result.length === 0 ? undefined : result;
}
