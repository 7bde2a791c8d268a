/**
 * Walks over objects with a shape: which fields an object has, how two differ, and taking fields out.
 *
 * Models structured-merge-diff `typed`: tofieldset.go, compare.go, remove.go, and
 * fieldpath.Set.EnsureNamedFieldsAreMembers.
 */
import { emptySet, type FieldSet, insertPath, isEmpty, type PathElement } from './field-set.js';
import { isJsonObject, type JsonObject, jsonEqual } from './json.js';
import {
  childShape,
  elementOf,
  isAlwaysThere,
  isAtomic,
  isNamedField,
  type Shape,
  shapeBelow,
  wayOf,
} from './shape.js';

const field = (name: string): PathElement => `f:${name}`;
const isEmptyObject = (value: unknown) => isJsonObject(value) && Object.keys(value).length === 0;

/** Elements by identity, in order; a value that occurs twice keeps both. */
function elementsByKey(shape: Shape & { is: 'list' }, list: unknown): Map<PathElement, unknown[]> {
  const elements = new Map<PathElement, unknown[]>();
  for (const item of Array.isArray(list) ? list : []) {
    const element = elementOf(shape, item);
    elements.set(element, [...(elements.get(element) ?? []), item]);
  }
  return elements;
}

/** Every field that the object sets, leaves and list elements. */
export function fieldsOf(value: unknown, shape: Shape): FieldSet {
  const set = emptySet();
  collect(value, shape, [], set);
  return set;
}

function collect(value: unknown, shape: Shape, path: readonly PathElement[], into: FieldSet): void {
  const way = wayOf(shape, value);
  if (way === 'leaf' || isAtomic(shape)) insertPath(into, path);
  else if (way === 'map') collectMap(value, shape, path, into);
  else if (shape.is === 'list') {
    for (const [element, items] of elementsByKey(shape, value)) {
      insertPath(into, [...path, element]);
      if (items.length === 1) collect(items[0], shape.of, [...path, element], into);
    }
  }
}

function collectMap(value: unknown, shape: Shape, path: readonly PathElement[], into: FieldSet): void {
  for (const [name, item] of Object.entries(isJsonObject(value) ? value : {})) {
    const below = [...path, field(name)];
    collect(item, childShape(shape, name), below, into);
    if (item === null || isEmptyObject(item) || !isNamedField(shape, field(name))) insertPath(into, below);
  }
}

/** What changed from one object to another. */
export interface Comparison {
  added: FieldSet;
  modified: FieldSet;
  removed: FieldSet;
}

/** Differences by field. `undefined` stands for an absent value. */
export function compareObjects(left: unknown, right: unknown, shape: Shape): Comparison {
  const comparison = { added: emptySet(), modified: emptySet(), removed: emptySet() };
  compare({ left, right, shape, path: [], alwaysThere: true, comparison });
  return comparison;
}

interface Pair {
  left: unknown;
  right: unknown;
  shape: Shape;
  path: readonly PathElement[];
  /** Cannot be absent in Go: its coming and going does not count. */
  alwaysThere: boolean;
  comparison: Comparison;
}

const nothingIn = (value: unknown) =>
  value === undefined || value === null || isEmptyObject(value) || (Array.isArray(value) && value.length === 0);

function compare(pair: Pair): void {
  const { left, right, shape } = pair;
  const ways = new Set([left, right].filter((value) => value !== undefined).map((value) => wayOf(shape, value)));
  const bothEmpty = nothingIn(left) && nothingIn(right);
  // A place that is a map on one side and a leaf on the other counts both ways.
  const leaves = [...ways].filter((way) => way === 'leaf' || isAtomic(shape) || bothEmpty);
  if (leaves.length > 0) compareLeaf(pair);
  else markPresence(pair);
  if (leaves.length === 0 || ways.size > 1) compareInside(pair);
}

function compareLeaf({ left, right, path, alwaysThere, comparison }: Pair): void {
  if (alwaysThere && nothingIn(left) && nothingIn(right)) return;
  if (left === undefined) insertPath(comparison.added, path);
  else if (right === undefined) insertPath(comparison.removed, path);
  else if (!jsonEqual(left, right)) insertPath(comparison.modified, path);
}

/** A map or list that appears or goes. */
function markPresence({ left, right, path, alwaysThere, comparison }: Pair): void {
  if (alwaysThere) return;
  if (left === undefined) insertPath(comparison.added, path);
  else if (right === undefined) insertPath(comparison.removed, path);
}

function compareInside(pair: Pair): void {
  const { left, right, shape } = pair;
  if (shape.is === 'list') compareElements(pair, shape);
  else if (shape.is !== 'leaf') {
    const inPresentStruct = pair.alwaysThere || (left !== undefined && right !== undefined);
    const [before, after] = [isJsonObject(left) ? left : {}, isJsonObject(right) ? right : {}];
    for (const name of new Set([...Object.keys(before), ...Object.keys(after)])) {
      const value = (from: JsonObject) => (Object.hasOwn(from, name) ? from[name] : undefined);
      const path = [...pair.path, field(name)];
      const alwaysThere = inPresentStruct && isAlwaysThere(shape, name);
      compare({ ...pair, left: value(before), right: value(after), shape: childShape(shape, name), path, alwaysThere });
    }
  }
}

function compareElements(pair: Pair, shape: Shape & { is: 'list' }): void {
  const before = elementsByKey(shape, pair.left);
  const after = elementsByKey(shape, pair.right);
  for (const element of new Set([...before.keys(), ...after.keys()])) {
    compareItems(pair, shape, element, before.get(element) ?? [], after.get(element) ?? []);
  }
}

/** Elements that occur more than once are owned together, as one atomic element. */
function compareItems(
  pair: Pair,
  shape: Shape & { is: 'list' },
  element: PathElement,
  before: unknown[],
  after: unknown[],
): void {
  const { comparison } = pair;
  const path = [...pair.path, element];
  const one = (left: unknown, right: unknown) =>
    compare({ ...pair, left, right, shape: shape.of, path, alwaysThere: false });
  if (before.length <= 1 && after.length <= 1) one(before[0], after[0]);
  else if (before.length >= 2 && after.length >= 2) {
    if (!jsonEqual(before, after)) insertPath(comparison.modified, path);
  } else if (before.length >= 2) {
    if (after.length > 0) one(undefined, after[0]);
    insertPath(comparison.removed, path);
  } else {
    if (before.length > 0) one(before[0], undefined);
    insertPath(comparison.added, path);
  }
}

/**
 * The value without the fields of `set`; atomic parts below which something is in the set go whole. `null` when
 * nothing is left.
 */
export function removeFields(value: unknown, set: FieldSet, shape: Shape): unknown {
  const way = wayOf(shape, value);
  if (way === 'leaf') return value;
  if (isAtomic(shape)) return null;
  if (way === 'map') return removeFromMap(value, set, shape);
  return shape.is === 'list' ? removeFromList(value, set, shape) : value;
}

function removeFromMap(value: unknown, set: FieldSet, shape: Shape): unknown {
  const entries = Object.entries(isJsonObject(value) ? value : {})
    .filter(([name]) => !set.members.has(field(name)))
    .map(([name, item]): [string, unknown] => {
      const below = set.children.get(field(name));
      return [name, below ? removeFields(item, below, childShape(shape, name)) : item];
    });
  return entries.length === 0 ? null : Object.fromEntries(entries);
}

function removeFromList(value: unknown, set: FieldSet, shape: Shape & { is: 'list' }): unknown {
  const items = (Array.isArray(value) ? value : []).flatMap((item) => {
    const element = elementOf(shape, item);
    if (set.members.has(element)) return [];
    const below = set.children.get(element);
    return [below ? removeFields(item, below, shape.of) : item];
  });
  return items.length === 0 ? null : items;
}

/** Adds every schema field on the way to a path of the set: who owns `.spec.type` has `.spec`, too. */
export function withNamedFields(set: FieldSet, shape: Shape): FieldSet {
  const named = [...set.children.keys()].filter((element) => isNamedField(shape, element));
  const children = [...set.children].map(
    ([element, child]) => [element, withNamedFields(child, shapeBelow(shape, element))] as const,
  );
  return {
    members: new Set([...set.members, ...named]),
    children: new Map(children.filter(([, child]) => !isEmpty(child))),
  };
}
