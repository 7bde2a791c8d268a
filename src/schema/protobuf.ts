/**
 * Decodes request bodies of `application/vnd.kubernetes.protobuf`, which kubectl 1.32 and newer posts from its typed
 * clients.
 *
 * Models apimachinery `serializer/protobuf` and what a JSON encoder would make of the message: gogo/protobuf puts every
 * non-pointer field on the wire, so zero values of optional non-pointer fields are dropped, as `omitempty` would.
 * Differs: only the messages of protobuf-numbers.ts; anything else is refused, never dropped.
 */
import { StatusError } from '../api/status.js';
import { fieldsByNumber, type NumberedField } from './protobuf-numbers.js';
import { bytesOf, refuse, scalarOf, valueOf, varints } from './protobuf-scalars.js';
import { readMessage, utf8, type WireValue } from './protobuf-wire.js';
import { type Definition, definitionNamed, definitionOf, type FieldType, kindOf, shortNameOf } from './table.js';

export const protobufContentType = 'application/vnd.kubernetes.protobuf';

/** `k8s\0`: every encoded object starts with it. Source: apimachinery serializer/protobuf `protoEncodingPrefix`. */
const magic = [0x6b, 0x38, 0x73, 0x00];

/** Messages that a client cannot set and that the registry would throw away: not looked into. */
const ignoredMessages = new Set(['PodStatus']);

/** Maps travel as repeated entries {1 key, 2 value}. */
function mapEntry(type: FieldType, value: WireValue, where: string): [string, unknown] {
  const fields = readMessage(bytesOf(value, where));
  const key = valueOf(fields, 1);
  const item = valueOf(fields, 2) ?? { is: 'bytes' as const, value: new Uint8Array() };
  return [key?.is === 'bytes' ? utf8(key.value) : '', decodeValue(type, item, where)];
}

function decodeValue(type: FieldType, value: WireValue, where: string): unknown {
  if (type.is === 'scalar') return scalarOf(type.scalar, value, where);
  const definition = type.is === 'struct' ? definitionNamed(type.name) : undefined;
  if (!definition) throw refuse(`protobuf: ${where} has no known type; send the object as application/json instead`);
  return decodeStruct(definition, definition.name, bytesOf(value, where));
}

function isZero(value: unknown): boolean {
  if (value === undefined || value === '' || value === 0 || value === false) return true;
  return typeof value === 'object' && value !== null && Object.keys(value).length === 0;
}

/** A repeated number may come packed into one run of bytes. */
function repeated(type: FieldType, value: WireValue, where: string): unknown[] {
  const packed = type.is === 'scalar' && varints.has(type.scalar) && value.is === 'bytes';
  if (!packed) return [decodeValue(type, value, where)];
  // A packed run is varints without tags: give each the tag of field 1 to read it as a message.
  const ends = [...value.value.entries()].filter(([, byte]) => byte < 0x80).map(([index]) => index + 1);
  const runs = ends.map((end, index) => value.value.subarray(ends[index - 1] ?? 0, end));
  return runs.flatMap((run) =>
    readMessage(Uint8Array.of(8, ...run)).map((field) => decodeValue(type, field.value, where)),
  );
}

function assign(into: Record<string, unknown>, definition: Definition, field: NumberedField, value: WireValue): void {
  const type = definition.fields.get(field.name)?.type;
  const where = `${definition.shortName}.${field.name}`;
  if (!type) throw refuse(`protobuf: ${where} is not a field the server knows`);
  if (type.is === 'list') {
    // In place: a hostile body may repeat one field a million times.
    const list = (into[field.name] ??= []) as unknown[];
    for (const item of repeated(type.of, value, where)) list.push(item);
  } else if (type.is === 'map') {
    const [key, item] = mapEntry(type.of, value, where);
    const map = (into[field.name] ??= {}) as Record<string, unknown>;
    Object.defineProperty(map, key, { value: item, enumerable: true, configurable: true, writable: true });
  } else {
    const decoded = decodeValue(type, value, where);
    const keep = field.pointer
      ? decoded !== undefined
      : !isZero(decoded) || definition.fields.get(field.name)?.required;
    if (keep) into[field.name] = decoded;
  }
}

/** @param message the definition's own name, or the struct that is inlined into it */
function decodeStruct(definition: Definition, message: string, bytes: Uint8Array): Record<string, unknown> {
  const into: Record<string, unknown> = {};
  const struct = shortNameOf(message);
  if (ignoredMessages.has(struct)) return into;
  const fields = fieldsByNumber(message);
  if (!fields) throw unsupported(struct);
  for (const { number, value } of readMessage(bytes)) {
    const field = fields.get(number);
    if (!field)
      throw refuse(
        `protobuf: field number ${number} of ${struct} is not known to the server; send the object as application/json instead`,
      );
    if (field.inlined)
      Object.assign(into, decodeStruct(definition, field.name, bytesOf(value, `${struct}.${field.name}`)));
    else assign(into, definition, field, value);
  }
  return into;
}

function unsupported(kind: string): StatusError {
  return new StatusError(
    'UnsupportedMediaType',
    `the body of the request was in an unknown format - ${kind} is accepted as application/json or application/yaml, not as ${protobufContentType}`,
  );
}

/** runtime.Unknown{1 TypeMeta{1 apiVersion, 2 kind}, 2 raw, 3 contentEncoding}. */
function readEnvelope(body: Uint8Array): { apiVersion: string; kind: string; raw: Uint8Array } {
  const fields = readMessage(body.subarray(magic.length));
  const type = valueOf(fields, 1);
  const names = readMessage(type ? bytesOf(type, 'typeMeta') : new Uint8Array());
  const text = (number: number) => {
    const value = valueOf(names, number);
    return value ? utf8(bytesOf(value, 'typeMeta')) : '';
  };
  const raw = valueOf(fields, 2);
  return { apiVersion: text(1), kind: text(2), raw: raw ? bytesOf(raw, 'raw') : new Uint8Array() };
}

/** DeleteOptions may come in the group of whatever is to be deleted. */
function definitionFor(apiVersion: string, kind: string): Definition | undefined {
  const own = definitionOf(kindOf({ apiVersion, kind }));
  return own ?? (kind === 'DeleteOptions' ? definitionOf({ group: '', version: 'v1', kind }) : undefined);
}

function decodeBody(body: Uint8Array): { apiVersion: string; kind: string; [field: string]: unknown } {
  if (!magic.every((byte, index) => body[index] === byte)) {
    throw refuse(`provided data does not appear to be a protobuf message, expected prefix [${magic.join(' ')}]`);
  }
  const { apiVersion, kind, raw } = readEnvelope(body);
  const definition = definitionFor(apiVersion, kind);
  if (!definition || !fieldsByNumber(definition.name)) throw unsupported(kind || 'an object without a kind');
  const metadata = definition.fields.get('metadata') ? { metadata: {} } : {};
  return { apiVersion, kind, ...metadata, ...decodeStruct(definition, definition.name, raw) };
}

/**
 * The object in a protobuf request body, as the JSON that the same client would have sent.
 * @throws StatusError BadRequest for bytes that are no message or hold unknown fields, UnsupportedMediaType for kinds
 * without numbers
 */
export function decodeProtobuf(body: Uint8Array): { apiVersion: string; kind: string; [field: string]: unknown } {
  try {
    return decodeBody(body);
  } catch (error) {
    if (error instanceof StatusError) throw error;
    throw refuse(`protobuf: ${error instanceof Error ? error.message : String(error)}`);
  }
}
