/**
 * Sets of field paths: what a field manager owns, and its `fieldsV1` form in metadata.managedFields.
 *
 * Models structured-merge-diff `fieldpath`: a path is a list of elements `f:NAME` (a field), `k:{"port":80}` (a list
 * element by its keys) and `v:"x"` (a set element by its value). A set keeps members and children apart: a struct may
 * be owned without what is in it.
 */
import { isJsonObject, type JsonObject } from './json.js';

/** One step of a path, in the text form of fieldsV1. */
export type PathElement = string;

export interface FieldSet {
  /** Elements owned themselves. */
  members: Set<PathElement>;
  /** Elements below which something is owned; never empty sets. */
  children: Map<PathElement, FieldSet>;
}

export const emptySet = (): FieldSet => ({ members: new Set(), children: new Map() });

export const isEmpty = ({ members, children }: FieldSet): boolean => members.size === 0 && children.size === 0;

/** Adds a path to a set under construction. The empty path is the object itself, which nobody owns. */
export function insertPath(set: FieldSet, path: readonly PathElement[]): void {
  const [head, ...rest] = path;
  if (head === undefined) return;
  if (rest.length === 0) {
    set.members.add(head);
    return;
  }
  const child = set.children.get(head) ?? emptySet();
  set.children.set(head, child);
  insertPath(child, rest);
}

type Combine = (left: FieldSet, right: FieldSet) => FieldSet;

function withChildren(members: Iterable<PathElement>, children: Iterable<readonly [PathElement, FieldSet]>): FieldSet {
  return { members: new Set(members), children: new Map([...children].filter(([, child]) => !isEmpty(child))) };
}

export const union: Combine = (left, right) => {
  const names = new Set([...left.children.keys(), ...right.children.keys()]);
  const merged = [...names].map(
    (name) => [name, union(left.children.get(name) ?? emptySet(), right.children.get(name) ?? emptySet())] as const,
  );
  return withChildren([...left.members, ...right.members], merged);
};

export const intersection: Combine = (left, right) =>
  withChildren(
    [...left.members].filter((member) => right.members.has(member)),
    [...left.children].map(
      ([name, child]) => [name, intersection(child, right.children.get(name) ?? emptySet())] as const,
    ),
  );

/** Paths of `left` that are not in `right`; what lies below a path of `right` stays. */
export const difference: Combine = (left, right) =>
  withChildren(
    [...left.members].filter((member) => !right.members.has(member)),
    [...left.children].map(
      ([name, child]) => [name, difference(child, right.children.get(name) ?? emptySet())] as const,
    ),
  );

/** As `difference`, but without what lies below a path of `right` either. */
export const recursiveDifference: Combine = (left, right) =>
  withChildren(
    [...left.members].filter((member) => !right.members.has(member)),
    [...left.children]
      .filter(([name]) => !right.members.has(name))
      .map(([name, child]) => [name, recursiveDifference(child, right.children.get(name) ?? emptySet())] as const),
  );

export function hasPath(set: FieldSet, path: readonly PathElement[]): boolean {
  const [head, ...rest] = path;
  if (head === undefined) return false;
  if (rest.length === 0) return set.members.has(head);
  const child = set.children.get(head);
  return child !== undefined && hasPath(child, rest);
}

/** Upstream's order of path elements: by kind, then by name or by value, numbers as numbers. */
function compareElements(left: PathElement, right: PathElement): number {
  if (left[0] !== right[0] || left.startsWith('f:')) return left < right ? -1 : left > right ? 1 : 0;
  return compareValues(JSON.parse(left.slice(2)), JSON.parse(right.slice(2)));
}

function compareValues(left: unknown, right: unknown): number {
  if (isJsonObject(left) && isJsonObject(right)) {
    const names = [...new Set([...Object.keys(left), ...Object.keys(right)])].sort();
    return names.reduce((order, name) => order || compareValues(left[name], right[name]), 0);
  }
  if (typeof left === 'number' && typeof right === 'number') return left - right;
  const [a, b] = [String(left), String(right)];
  return a < b ? -1 : a > b ? 1 : 0;
}

const elementsOf = ({ members, children }: FieldSet) =>
  [...new Set([...members, ...children.keys()])].sort(compareElements);

/** All paths, in upstream's order: members of a level before what lies below. */
export function pathsOf({ members, children }: FieldSet): PathElement[][] {
  const below = [...children].sort(([a], [b]) => compareElements(a, b));
  return [
    ...[...members].sort(compareElements).map((element) => [element]),
    ...below.flatMap(([element, child]) => pathsOf(child).map((path) => [element, ...path])),
  ];
}

/** `metadata.managedFields[].fieldsV1`. */
export function toFieldsV1(set: FieldSet): JsonObject {
  const entries = elementsOf(set).map((element): [string, JsonObject] => {
    const child = set.children.get(element);
    return [element, child ? { ...(set.members.has(element) && { '.': {} }), ...toFieldsV1(child) } : {}];
  });
  return Object.fromEntries(entries);
}

/** Reads fieldsV1; anything malformed is skipped, as a client may have sent it. */
export function fromFieldsV1(fields: unknown): FieldSet {
  const set = emptySet();
  for (const [element, inner] of Object.entries(isJsonObject(fields) ? fields : {})) {
    if (!wellFormed(element) || !isJsonObject(inner)) continue;
    const child = fromFieldsV1(inner);
    if (isEmpty(child) || Object.hasOwn(inner, '.')) set.members.add(element);
    if (!isEmpty(child)) set.children.set(element, child);
  }
  return set;
}

function wellFormed(element: string): boolean {
  if (element.startsWith('f:')) return true;
  if (!/^[kv]:/.test(element)) return false;
  try {
    JSON.parse(element.slice(2));
    return true;
  } catch {
    return false;
  }
}

/** `.spec.ports[port=80,protocol="TCP"].targetPort`, as conflicts print it. */
export function pathText(path: readonly PathElement[]): string {
  return path.map(elementText).join('');
}

function elementText(element: PathElement): string {
  const text = element.slice(2);
  if (element.startsWith('f:')) return `.${text}`;
  if (element.startsWith('v:')) return `[=${text}]`;
  const keys = Object.entries(JSON.parse(text) as JsonObject).map(
    ([name, value]) => `${name}=${JSON.stringify(value)}`,
  );
  return `[${keys.join(',')}]`;
}
