/**
 * Drops what Go's JSON encoder leaves out: empty optional lists and maps, and zero values of optional fields that are
 * no pointers.
 *
 * Models `omitempty` on k8s.io/api types. A real server stores objects without `labels: {}`, `nodePort: 0` or
 * `hostNetwork: false`, and so an object that is sent with them equals one without. Zero scalars are dropped only
 * where protobuf-numbers.ts says what is a pointer.
 */
import { fieldsByNumber, isGoPointer } from './protobuf-numbers.js';
import { type Definition, definitionNamed, definitionOf, type Field, type FieldType, kindOf } from './table.js';

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Scalars whose zero Go can tell from set; an IntOrString or a time of its own is a struct there. */
function isZeroScalar(type: FieldType, value: unknown): boolean {
  if (type.is !== 'scalar' || type.name !== undefined) return false;
  return value === '' || value === 0 || value === false;
}

function isDropped(owner: Definition, { name, type, required }: Field, value: unknown): boolean {
  if (required) return false;
  if (type.is === 'list') return Array.isArray(value) && value.length === 0;
  if (type.is === 'map') return isObject(value) && Object.keys(value).length === 0;
  const known = fieldsByNumber(owner.name) !== undefined;
  return known && isZeroScalar(type, value) && !isGoPointer(owner.name, name);
}

function clean(type: FieldType, value: unknown): unknown {
  if (type.is === 'scalar') return value;
  if (type.is === 'list') return Array.isArray(value) ? value.map((item) => clean(type.of, item)) : value;
  if (!isObject(value)) return value;
  if (type.is === 'map')
    return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, clean(type.of, item)]));
  const definition = definitionNamed(type.name);
  return definition ? cleanStruct(definition, value) : value;
}

function cleanStruct(definition: Definition, value: Record<string, unknown>): Record<string, unknown> {
  const entries = Object.entries(value).flatMap(([name, item]): [string, unknown][] => {
    const field = definition.fields.get(name);
    if (!field) return [[name, item]];
    const inner = clean(field.type, item);
    return isDropped(definition, field, inner) ? [] : [[name, inner]];
  });
  return Object.fromEntries(entries);
}

/** The object as a real server would write it back. Objects of unknown kinds stay as they are. */
export function withoutZeroValues<T extends { apiVersion: string; kind: string }>(object: T): T {
  const definition = definitionOf(kindOf(object));
  return definition ? (cleanStruct(definition, object as unknown as Record<string, unknown>) as unknown as T) : object;
}
