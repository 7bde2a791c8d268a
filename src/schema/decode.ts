/**
 * Strict decoding: what a real API server finds wrong with the *shape* of an object, and the object without what it
 * does not know.
 *
 * Models sigs.k8s.io/json `UnmarshalStrict` (unknown fields, in document order, Kubernetes paths), encoding/json type
 * errors (path without indices, innermost struct first) and the apiserver's `transformDecodeError`. Objects of
 * unknown kinds are kept as they are, as a custom resource with x-kubernetes-preserve-unknown-fields would be.
 */
import { StatusError } from '../api/status.js';
import { pruneCustom } from './custom/table.js';
import { goTypeName } from './go-types.js';
import { jsonKind, scalarProblem } from './scalars.js';
import { type Definition, definitionNamed, definitionOf, type FieldType, kindOf } from './table.js';
import { withoutZeroValues } from './zero-values.js';

/** One misshapen field. `field` is a path such as `spec.ports[0].targetport`. */
export interface FieldProblem {
  field: string;
  message: string;
}

export interface Decoded<T> {
  /** The object without unknown fields, wrongly typed values and nulls. */
  object: T;
  /** `unknown field "spec.portz"`, in document order. */
  unknownFields: FieldProblem[];
  /** `json: cannot unmarshal …`, in document order; Go reports only the first. */
  typeErrors: FieldProblem[];
}

/** Where the walk stands: the Kubernetes path, Go's path (no indices, no map keys), and the innermost struct. */
interface Place {
  path: string;
  goPath: string;
  owner?: Definition;
  field: string;
}

type TypeMeta = { apiVersion: string; kind: string };

interface Walk {
  unknownFields: FieldProblem[];
  typeErrors: FieldProblem[];
}

const isObject = (value: unknown): value is Record<string, unknown> => jsonKind(value) === 'object';
const join = (path: string, name: string) => (path === '' ? name : `${path}.${name}`);

function typeError(walk: Walk, place: Place, got: string, wanted: string): undefined {
  const where = place.owner ? `Go struct field ${place.owner.shortName}.${place.goPath}` : 'Go value';
  walk.typeErrors.push({ field: place.path, message: `json: cannot unmarshal ${got} into ${where} of type ${wanted}` });
}

/** What `null` becomes inside a list or map: Go's zero value. */
function zero(type: FieldType): unknown {
  if (type.is !== 'scalar') return type.is === 'struct' ? {} : null;
  if (type.scalar === 'boolean') return false;
  return type.scalar.startsWith('int') || type.scalar === 'double' ? 0 : type.scalar === 'string' ? '' : null;
}

function scalar(walk: Walk, type: FieldType & { is: 'scalar' }, value: unknown, place: Place): unknown {
  const problem = scalarProblem(type.scalar, value);
  if (!problem) return value;
  if (problem.is === 'type')
    return typeError(walk, place, problem.got, problem.wanted ?? goTypeName(type, place.owner, place.field));
  walk.typeErrors.push({ field: place.path, message: problem.message });
  return undefined;
}

function list(walk: Walk, type: FieldType & { is: 'list' }, value: unknown[], place: Place): unknown[] {
  return value.flatMap((item, index) => {
    if (item === null) return [zero(type.of)];
    const decoded = decodeValue(walk, type.of, item, { ...place, path: `${place.path}[${index}]` });
    return decoded === undefined ? [] : [decoded];
  });
}

function map(
  walk: Walk,
  type: FieldType & { is: 'map' },
  value: Record<string, unknown>,
  place: Place,
): Record<string, unknown> {
  const entries = Object.entries(value).flatMap(([key, item]): [string, unknown][] => {
    if (item === null) return [[key, zero(type.of)]];
    const decoded = decodeValue(walk, type.of, item, { ...place, path: join(place.path, key) });
    return decoded === undefined ? [] : [[key, decoded]];
  });
  return Object.fromEntries(entries);
}

function struct(
  walk: Walk,
  definition: Definition,
  value: Record<string, unknown>,
  place: Place,
): Record<string, unknown> {
  const entries = Object.entries(value).flatMap(([name, item]): [string, unknown][] => {
    const field = definition.fields.get(name);
    const path = join(place.path, name);
    if (!field) walk.unknownFields.push({ field: path, message: `unknown field "${path}"` });
    if (!field || item === null || item === undefined) return [];
    const inner = { path, goPath: join(place.goPath, name), owner: definition, field: name };
    const decoded = decodeValue(walk, field.type, item, inner);
    return decoded === undefined ? [] : [[name, decoded]];
  });
  return Object.fromEntries(entries);
}

function decodeValue(walk: Walk, type: FieldType, value: unknown, place: Place): unknown {
  if (type.is === 'scalar') return scalar(walk, type, value, place);
  if (type.is === 'list' && Array.isArray(value)) return list(walk, type, value, place);
  if (type.is === 'map' && isObject(value)) return map(walk, type, value, place);
  const definition = type.is === 'struct' ? definitionNamed(type.name) : undefined;
  if (definition && isObject(value)) return struct(walk, definition, value, place);
  return typeError(walk, place, jsonKind(value), goTypeName(type, place.owner, place.field));
}

/** Every custom resource has the metadata of any object; for the rest it may have a structural schema. */
function decodeCustom(walk: Walk, whole: Record<string, unknown> & TypeMeta): Record<string, unknown> {
  const { value, unknown } = pruneCustom(whole);
  for (const field of unknown) walk.unknownFields.push({ field, message: `unknown field "${field}"` });
  const object = value as Record<string, unknown>;
  const definition = definitionNamed('io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta');
  if (!definition || !isObject(object.metadata)) return object;
  const place = { path: 'metadata', goPath: 'metadata', owner: definition, field: 'metadata' };
  return { ...object, metadata: struct(walk, definition, object.metadata, place) };
}

/**
 * Takes an object apart by its kind's schema. Never throws: `strictError` and `typeStatus` say what the API server
 * would. `object` must carry apiVersion and kind; list-like kinds and custom ones without a schema come back whole.
 */
export function decodeStrict<T extends { apiVersion: string; kind: string }>(object: T): Decoded<T> {
  const walk: Walk = { unknownFields: [], typeErrors: [] };
  const fields = object as unknown as Record<string, unknown> & TypeMeta;
  const definition = definitionOf(kindOf(object));
  const decoded = definition
    ? struct(walk, definition, fields, { path: '', goPath: '', owner: definition, field: '' })
    : decodeCustom(walk, fields);
  return { object: decoded as unknown as T, ...walk };
}

/** All misshapen fields of a manifest's object: unknown names and wrong types, with Kubernetes' paths and words. */
export function checkFields(object: { apiVersion: string; kind: string }): FieldProblem[] {
  const { unknownFields, typeErrors } = decodeStrict(object);
  return [...unknownFields, ...typeErrors];
}

/**
 * The 400 of an API server for a body it cannot decode. Source: apiserver handlers/create.go `transformDecodeError`.
 */
function decodeError(kind: { apiVersion: string; kind: string }, cause: string): StatusError {
  // The version alone: a Deployment is "in version v1", not apps/v1.
  const version = JSON.stringify(kindOf(kind).version);
  return new StatusError(
    'BadRequest',
    `${kind.kind} in version ${version} cannot be handled as a ${kind.kind}: ${cause}`,
  );
}

/** What `fieldValidation=Strict` refuses. `duplicates` are messages of `duplicateFields` on the raw body. */
export function strictError(messages: readonly string[]): string | undefined {
  return messages.length === 0 ? undefined : `strict decoding error: ${messages.join(', ')}`;
}

export type FieldValidation = 'Strict' | 'Warn' | 'Ignore';

/**
 * Decodes a request body as the API server does: type errors always refuse it, unknown and duplicate fields by `mode`.
 * Returns the pruned object, without zero values, and the texts of `Warning` headers.
 * @throws StatusError BadRequest
 */
export function decodeRequest<T extends { apiVersion: string; kind: string }>(
  object: T,
  mode: FieldValidation,
  duplicates: readonly string[] = [],
): { object: T; warnings: string[] } {
  const decoded = decodeStrict(object);
  const [first] = decoded.typeErrors;
  if (first) throw decodeError(object, first.message);
  const messages = [...decoded.unknownFields.map(({ message }) => message), ...duplicates];
  const refusal = mode === 'Strict' ? strictError(messages) : undefined;
  if (refusal) throw decodeError(object, refusal);
  return { object: withoutZeroValues(decoded.object), warnings: mode === 'Warn' ? messages : [] };
}
