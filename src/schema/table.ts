/**
 * The schema table: which fields each built-in kind has, with their types. One table drives OpenAPI, strict decoding,
 * pruning, strategic merge and server-side apply.
 *
 * Data: generated/kubernetes.json, written by scripts/generate-schema.mjs. Type texts there are Go-like: `[]T`, `{}T`
 * (map from string), a scalar word, or a definition name such as `io.k8s.api.core.v1.ServicePort`.
 * Differs: fields are those of Kubernetes 1.34 whatever version the lab announces, so newer fields of old releases
 * are not refused.
 */
import { groupOf } from '../api/object.js';
import data from './generated/kubernetes.json' with { type: 'json' };

/** Words for values without fields. `any` is free JSON; `object` is free JSON that must be an object. */
export type Scalar =
  | 'string'
  | 'boolean'
  | 'int32'
  | 'int64'
  | 'double'
  | 'bytes'
  | 'any'
  | 'object'
  | 'quantity'
  | 'int-or-string'
  | 'date-time'
  | 'date-time-micro';

export type FieldType =
  /** `name` when upstream has a definition for it, such as `io.k8s.apimachinery.pkg.util.intstr.IntOrString`. */
  | { is: 'scalar'; scalar: Scalar; name?: string }
  | { is: 'struct'; name: string }
  | { is: 'list'; of: FieldType }
  | { is: 'map'; of: FieldType };

export interface Field {
  name: string;
  type: FieldType;
  required: boolean;
}

export interface GroupVersionKind {
  group: string;
  version: string;
  kind: string;
}

export interface Definition {
  /** Upstream's OpenAPI name, such as `io.k8s.api.core.v1.ServicePort`. */
  name: string;
  /** Go's name of the struct, such as `ServicePort`. */
  shortName: string;
  /** Set when this is a whole object rather than a part of one. */
  kind?: GroupVersionKind;
  fields: ReadonlyMap<string, Field>;
  /** Set instead of fields for named scalars such as `IntOrString`. */
  scalar?: Scalar;
}

interface RawDefinition {
  kind?: GroupVersionKind;
  fields?: Record<string, string>;
  required?: string[];
  scalar?: string;
}

const raw = data.definitions as Record<string, RawDefinition>;
const cache = new Map<string, Definition>();

/** Parses a type text of the data file. */
function parseType(text: string): FieldType {
  if (text.startsWith('[]')) return { is: 'list', of: parseType(text.slice(2)) };
  if (text.startsWith('{}')) return { is: 'map', of: parseType(text.slice(2)) };
  const target = raw[text];
  if (!target) return { is: 'scalar', scalar: text as Scalar };
  return target.scalar ? { is: 'scalar', scalar: target.scalar as Scalar, name: text } : { is: 'struct', name: text };
}

/** `ServicePort` of `io.k8s.api.core.v1.ServicePort`. */
export function shortNameOf(name: string): string {
  return name.slice(name.lastIndexOf('.') + 1);
}

function parseDefinition(name: string, entry: RawDefinition): Definition {
  const required = new Set(entry.required);
  const fields = Object.entries(entry.fields ?? {}).map(([field, text]): [string, Field] => [
    field,
    { name: field, type: parseType(text), required: required.has(field) },
  ]);
  return {
    name,
    shortName: shortNameOf(name),
    kind: entry.kind,
    fields: new Map(fields),
    scalar: entry.scalar as Scalar | undefined,
  };
}

/** A definition by its OpenAPI name. */
export function definitionNamed(name: string): Definition | undefined {
  const known = cache.get(name);
  const entry = raw[name];
  if (known || !entry) return known;
  const parsed = parseDefinition(name, entry);
  cache.set(name, parsed);
  return parsed;
}

/** All definition names, sorted. */
export function definitionNames(): string[] {
  return Object.keys(raw);
}

const kindKey = ({ group, version, kind }: GroupVersionKind) => `${group}/${version}/${kind}`;

const namesByKind = new Map(
  Object.entries(raw).flatMap(([name, { kind }]) => (kind ? [[kindKey(kind), name] as const] : [])),
);

/** The definition of a built-in kind; undefined for kinds the table does not know (custom resources). */
export function definitionOf(gvk: GroupVersionKind): Definition | undefined {
  const name = namesByKind.get(kindKey(gvk));
  return name === undefined ? undefined : definitionNamed(name);
}

/** Group, version and kind of anything that says what it is. */
export function kindOf(object: { apiVersion: string; kind: string }): GroupVersionKind {
  const group = groupOf(object.apiVersion);
  const version = group === '' ? object.apiVersion : object.apiVersion.slice(group.length + 1);
  return { group, version, kind: object.kind };
}

/** The struct a type leads to through lists and maps, if any: `[]ServicePort` gives `ServicePort`. */
export function structOf(type: FieldType): Definition | undefined {
  if (type.is === 'struct') return definitionNamed(type.name);
  return type.is === 'scalar' ? undefined : structOf(type.of);
}

/** Follows field names from a definition, through lists and maps: `['spec', 'ports', 'port']` on Service. */
export function fieldAt(definition: Definition | undefined, path: readonly string[]): Field | undefined {
  const [head, ...rest] = path;
  if (!definition || head === undefined) return undefined;
  const field = definition.fields.get(head);
  return !field || rest.length === 0 ? field : fieldAt(structOf(field.type), rest);
}
