/**
 * The shape of a place in an object, as server-side apply sees it: leaf, map of fields, list of identified elements.
 *
 * Models structured-merge-diff `schema` as built from Kubernetes' OpenAPI: `+listType`, `+mapType` and `+structType`
 * decide what is merged and what is owned as a whole. Places without a schema (custom resources) are deduced: objects
 * merge, lists are atomic.
 */
import { isAtomicMap, isAtomicStruct, keyDefaults, mergeRule } from '../schema/list-types.js';
import { isGoPointer } from '../schema/protobuf-numbers.js';
import {
  type Definition,
  definitionNamed,
  definitionOf,
  type Field,
  type FieldType,
  type GroupVersionKind,
} from '../schema/table.js';
import type { PathElement } from './field-set.js';
import { isJsonObject, type JsonObject } from './json.js';

export type Shape =
  | { is: 'leaf' }
  | { is: 'struct'; definition: Definition; atomic: boolean }
  | { is: 'map'; of: Shape; atomic: boolean }
  | { is: 'list'; of: Shape; keys?: readonly string[]; defaults: Readonly<Record<string, unknown>>; atomic: boolean }
  /** Not in the schema: looks at the value. `metadata` of a custom resource is an ordinary ObjectMeta. */
  | { is: 'free'; root: boolean };

const leaf: Shape = { is: 'leaf' };
const free: Shape = { is: 'free', root: false };

function structShape(name: string): Shape {
  const definition = definitionNamed(name);
  return definition ? { is: 'struct', definition, atomic: isAtomicStruct(definition) } : free;
}

/** The shape of a type standing alone: inside a list or a map. */
function typeShape(type: FieldType): Shape {
  if (type.is === 'struct') return structShape(type.name);
  if (type.is === 'map') return { is: 'map', of: typeShape(type.of), atomic: false };
  if (type.is === 'list') return { is: 'list', of: typeShape(type.of), defaults: {}, atomic: true };
  return leaf;
}

function fieldShape(owner: Definition, { name, type }: Field): Shape {
  if (type.is === 'map') return { is: 'map', of: typeShape(type.of), atomic: isAtomicMap(owner, name) };
  if (type.is !== 'list') return typeShape(type);
  const { keys, set } = mergeRule(owner, name);
  const of = typeShape(type.of);
  const defaults = of.is === 'struct' ? (keyDefaults[of.definition.shortName] ?? {}) : {};
  return { is: 'list', of, keys, defaults, atomic: !keys && !set };
}

/** The shape of a whole object. */
export function shapeOf(kind: GroupVersionKind): Shape {
  const definition = definitionOf(kind);
  return definition ? { is: 'struct', definition, atomic: false } : { is: 'free', root: true };
}

/** The shape below a field of a map or struct. */
export function childShape(shape: Shape, name: string): Shape {
  if (shape.is === 'map') return shape.of;
  if (shape.is === 'free')
    return shape.root && name === 'metadata' ? structShape('io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta') : free;
  const field = shape.is === 'struct' ? shape.definition.fields.get(name) : undefined;
  return field && shape.is === 'struct' ? fieldShape(shape.definition, field) : free;
}

/** True for fields that the schema names, as opposed to keys of a map. */
export function isNamedField(shape: Shape, element: PathElement): boolean {
  return shape.is === 'struct' && element.startsWith('f:') && shape.definition.fields.has(element.slice(2));
}

/**
 * Go's structs that are no pointers, and lists without `omitempty`, are there even when they are empty: they neither
 * come nor go.
 */
export function isAlwaysThere(parent: Shape, name: string): boolean {
  if (parent.is !== 'struct') return false;
  const field = parent.definition.fields.get(name);
  if (field?.type.is === 'struct') return !isGoPointer(parent.definition.name, name);
  return field?.required === true;
}

/** The shape at a path element. */
export function shapeBelow(shape: Shape, element: PathElement): Shape {
  if (element.startsWith('f:')) return childShape(shape, element.slice(2));
  return shape.is === 'list' ? shape.of : free;
}

/** How a value is walked: `null` and absent values take the shape's own way. */
export type Way = 'leaf' | 'map' | 'list';

export function wayOf(shape: Shape, value: unknown): Way {
  if (shape.is === 'leaf') return 'leaf';
  if (shape.is === 'list') return 'list';
  if (shape.is !== 'free') return 'map';
  // Deduced lists are atomic, which makes them leaves.
  return value === undefined || value === null || isJsonObject(value) ? 'map' : 'leaf';
}

export const isAtomic = (shape: Shape): boolean => (shape.is === 'leaf' || shape.is === 'free' ? false : shape.atomic);

/**
 * What identifies a list element. @throws RangeError, in upstream's words, when it lacks a key
 */
export function elementOf(shape: Shape & { is: 'list' }, item: unknown): PathElement {
  if (!shape.keys) return `v:${JSON.stringify(item)}`;
  if (!isJsonObject(item)) throw new RangeError('associative list with keys may not have non-map elements');
  const entries = [...shape.keys].sort().map((name): [string, unknown] => {
    const value = item[name] ?? shape.defaults[name];
    if (value !== undefined) return [name, value];
    throw new RangeError(
      `associative list with keys has an element that omits key field "${name}" (and doesn't have default value)`,
    );
  });
  return `k:${JSON.stringify(Object.fromEntries(entries) as JsonObject)}`;
}
