/**
 * OpenAPI schema objects out of the schema table, in the two dialects that clients read.
 *
 * Models kube-openapi's builders: v2 (`#/definitions/`, a reference may stand beside a description) and v3
 * (`#/components/schemas/`, a reference with a description is wrapped in `allOf`). Extensions: x-kubernetes-group-
 * version-kind, list and map types, patch strategies; kubectl 1.20 takes its patch merge keys from here.
 */
import type { KindInfo } from '../registry/contract.js';
import type { Descriptions } from './descriptions.js';
import { isAtomicMap, isAtomicStruct, mergeRule } from './list-types.js';
import {
  type Definition,
  definitionNamed,
  definitionOf,
  type Field,
  type FieldType,
  type GroupVersionKind,
  type Scalar,
} from './table.js';

export type SchemaObject = Record<string, unknown>;
export type Dialect = 'v2' | 'v3';

const prefixes: Record<Dialect, string> = { v2: '#/definitions/', v3: '#/components/schemas/' };

const scalarSchemas: Record<Scalar, SchemaObject> = {
  string: { type: 'string' },
  boolean: { type: 'boolean' },
  int32: { type: 'integer', format: 'int32' },
  int64: { type: 'integer', format: 'int64' },
  double: { type: 'number', format: 'double' },
  bytes: { type: 'string', format: 'byte' },
  any: { type: 'object' },
  object: { type: 'object' },
  quantity: { type: 'string' },
  'int-or-string': { type: 'string', format: 'int-or-string' },
  'date-time': { type: 'string', format: 'date-time' },
  'date-time-micro': { type: 'string', format: 'date-time' },
};

/** v3 can say what v2 cannot. */
const scalarSchemasV3: Partial<Record<Scalar, SchemaObject>> = {
  quantity: { oneOf: [{ type: 'string' }, { type: 'number' }] },
  'int-or-string': { format: 'int-or-string', oneOf: [{ type: 'integer' }, { type: 'string' }] },
};

const scalarSchema = (scalar: Scalar, dialect: Dialect) =>
  (dialect === 'v3' ? scalarSchemasV3[scalar] : undefined) ?? scalarSchemas[scalar];

function typeSchema(type: FieldType, dialect: Dialect): SchemaObject {
  if (type.is === 'list') return { type: 'array', items: typeSchema(type.of, dialect) };
  if (type.is === 'map') return { type: 'object', additionalProperties: typeSchema(type.of, dialect) };
  if (type.is === 'scalar' && type.name === undefined) return scalarSchema(type.scalar, dialect);
  return { $ref: `${prefixes[dialect]}${type.name}` };
}

/** The x-kubernetes-* marks of a field. */
function mergeMarks(definition: Definition, { name, type }: Field): SchemaObject {
  if (type.is === 'map') return isAtomicMap(definition, name) ? { 'x-kubernetes-map-type': 'atomic' } : {};
  const { patchMergeKey, retainKeys, keys, set } = mergeRule(definition, name);
  const listType = keys ? 'map' : set ? 'set' : 'atomic';
  const strategy = [patchMergeKey === undefined ? [] : ['merge'], retainKeys ? ['retainKeys'] : []].flat().join(',');
  return {
    ...(keys && { 'x-kubernetes-list-map-keys': keys }),
    ...(type.is === 'list' && { 'x-kubernetes-list-type': listType }),
    ...(patchMergeKey && { 'x-kubernetes-patch-merge-key': patchMergeKey }),
    ...(strategy !== '' && { 'x-kubernetes-patch-strategy': strategy }),
  };
}

function property(
  definition: Definition,
  field: Field,
  description: string | undefined,
  dialect: Dialect,
): SchemaObject {
  const schema = typeSchema(field.type, dialect);
  const text = description === undefined ? {} : { description };
  const wrapped = dialect === 'v3' && '$ref' in schema && description !== undefined ? { allOf: [schema] } : schema;
  return { ...text, ...wrapped, ...mergeMarks(definition, field) };
}

const kindMark = (kind: GroupVersionKind | undefined) => (kind ? { 'x-kubernetes-group-version-kind': [kind] } : {});

function definitionSchema(definition: Definition, descriptions: Descriptions, dialect: Dialect): SchemaObject {
  if (definition.scalar) return scalarSchema(definition.scalar, dialect);
  const texts = descriptions[definition.name] ?? {};
  const fields = [...definition.fields.values()];
  const required = fields.filter((field) => field.required).map((field) => field.name);
  return {
    ...(texts[''] && { description: texts[''] }),
    type: 'object',
    properties: Object.fromEntries(
      fields.map((field) => [field.name, property(definition, field, texts[field.name], dialect)]),
    ),
    ...(required.length > 0 && { required }),
    ...(isAtomicStruct(definition) && { 'x-kubernetes-map-type': 'atomic' }),
    ...kindMark(definition.kind),
  };
}

/** Reversed group, as upstream names custom resources: `io.metallb.v1beta1.IPAddressPool`. */
function customName({ group, version, kind }: GroupVersionKind): string {
  return [...group.split('.').reverse(), version, kind].join('.');
}

const objectMeta = 'io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta';

/** Properties only in v3: kubectl 1.20 would take a list of properties as all there are, and refuse the rest. */
function customSchema(kind: GroupVersionKind, dialect: Dialect): SchemaObject {
  const properties = {
    apiVersion: { type: 'string' },
    kind: { type: 'string' },
    metadata: { $ref: prefixes.v3 + objectMeta },
    spec: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true },
    status: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true },
  };
  return {
    type: 'object',
    ...(dialect === 'v3' && { properties }),
    'x-kubernetes-preserve-unknown-fields': true,
    ...kindMark(kind),
  };
}

function referencesOf(type: FieldType): string[] {
  if (type.is === 'list' || type.is === 'map') return referencesOf(type.of);
  return type.name === undefined ? [] : [type.name];
}

/** All definitions that `name` reaches, itself included. */
function collect(name: string, into: Map<string, Definition>): void {
  const definition = definitionNamed(name);
  if (!definition || into.has(name)) return;
  into.set(name, definition);
  for (const field of definition.fields.values()) for (const next of referencesOf(field.type)) collect(next, into);
}

/** One kind in one version. */
export function servedKinds(kinds: readonly KindInfo[]): { info: KindInfo; gvk: GroupVersionKind }[] {
  return kinds.flatMap((info) =>
    info.versions.map((version) => ({ info, gvk: { group: info.group, version, kind: info.kind } })),
  );
}

const sorted = (record: [string, SchemaObject][]) => Object.fromEntries(record.sort(([a], [b]) => (a < b ? -1 : 1)));

/** Every schema that the given kinds need, by name, sorted. Kinds that the table does not know keep all fields. */
export function schemasFor(
  kinds: readonly GroupVersionKind[],
  descriptions: Descriptions,
  dialect: Dialect,
): Record<string, SchemaObject> {
  const definitions = new Map<string, Definition>();
  collect(objectMeta, definitions);
  for (const kind of kinds) collect(definitionOf(kind)?.name ?? '', definitions);
  const custom = kinds.filter((kind) => !definitionOf(kind));
  return sorted([
    ...[...definitions.values()].map((d): [string, SchemaObject] => [
      d.name,
      definitionSchema(d, descriptions, dialect),
    ]),
    ...custom.map((kind): [string, SchemaObject] => [customName(kind), customSchema(kind, dialect)]),
  ]);
}

/** `/api/v1/namespaces/{namespace}/services`, without the item's name. */
export function collectionPath({ group, version }: GroupVersionKind, { namespaced, plural }: KindInfo): string {
  const root = group === '' ? `/api/${version}` : `/apis/${group}/${version}`;
  return namespaced ? `${root}/namespaces/{namespace}/${plural}` : `${root}/${plural}`;
}

/** Query parameters whose presence tells kubectl that the server does validation and dry runs. */
export const writeParameters: readonly { name: string; type: 'string' | 'boolean' }[] = [
  { name: 'dryRun', type: 'string' },
  { name: 'fieldManager', type: 'string' },
  { name: 'fieldValidation', type: 'string' },
];
