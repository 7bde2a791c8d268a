/**
 * Scalars of protobuf bodies: plain ones, and the small messages that are scalars in JSON (IntOrString, Quantity,
 * Time, FieldsV1).
 *
 * Sources: `generated.proto` of apimachinery intstr, resource, meta/v1 and runtime.
 */
import { StatusError } from '../api/status.js';
import { readMessage, utf8, type WireField, type WireValue } from './protobuf-wire.js';
import type { Scalar } from './table.js';

/** The refusal of a body that is not what it should be. */
export const refuse = (message: string) => new StatusError('BadRequest', message);
const notBytes = (where: string) =>
  refuse(`protobuf: ${where} has the wrong wire type; send the object as application/json instead`);

/** The bytes of a length-delimited value. */
export function bytesOf(value: WireValue, where: string): Uint8Array {
  if (value.is !== 'bytes') throw notBytes(where);
  return value.value;
}

const integerOf = (value: WireValue | undefined) => (value?.is === 'varint' ? Number(value.value) : 0);
/** The last value of a field: the one that counts. */
export const valueOf = (fields: readonly WireField[], number: number) =>
  fields.findLast((field) => field.number === number)?.value;

/** Seconds and nanoseconds to RFC 3339; a zero time has no seconds on the wire and is `null` in JSON. */
function timeOf(bytes: Uint8Array, digits: 0 | 6): string | undefined {
  const fields = readMessage(bytes);
  const seconds = integerOf(valueOf(fields, 1));
  if (seconds === 0) return undefined;
  const whole = new Date(seconds * 1000).toISOString().slice(0, 19);
  const micros = String(Math.floor(integerOf(valueOf(fields, 2)) / 1000)).padStart(6, '0');
  return digits === 0 ? `${whole}Z` : `${whole}.${micros}Z`;
}

/** IntOrString{1 type, 2 int, 3 string}: type 1 is a string. Source: intstr/generated.proto. */
function intOrString(bytes: Uint8Array): number | string {
  const fields = readMessage(bytes);
  if (integerOf(valueOf(fields, 1)) === 0) return integerOf(valueOf(fields, 2));
  const text = valueOf(fields, 3);
  return text?.is === 'bytes' ? utf8(text.value) : '';
}

function innerText(bytes: Uint8Array): string {
  const inner = valueOf(readMessage(bytes), 1);
  return inner?.is === 'bytes' ? utf8(inner.value) : '';
}

/** Scalars that travel as varints. */
export const varints: ReadonlySet<Scalar> = new Set(['boolean', 'int32', 'int64']);

function numberOf(scalar: Scalar, value: WireValue, where: string): unknown {
  if (value.is !== 'varint') throw notBytes(where);
  return scalar === 'boolean'
    ? value.value !== 0n
    : Number(scalar === 'int32' ? BigInt.asIntN(32, value.value) : value.value);
}

/** FieldsV1{1 raw}, RawExtension{1 raw}: JSON text inside. */
function rawJson(bytes: Uint8Array, where: string): unknown {
  const text = innerText(bytes);
  try {
    return text === '' ? undefined : JSON.parse(text);
  } catch {
    throw refuse(`protobuf: ${where} does not hold JSON`);
  }
}

/** A scalar as JSON has it; undefined for a zero time. @throws StatusError BadRequest for the wrong wire type */
export function scalarOf(scalar: Scalar, value: WireValue, where: string): unknown {
  if (varints.has(scalar)) return numberOf(scalar, value, where);
  if (value.is === 'fixed64') return value.value;
  const bytes = bytesOf(value, where);
  switch (scalar) {
    case 'string':
      return utf8(bytes);
    case 'bytes':
      return Buffer.from(bytes).toString('base64');
    case 'quantity':
      return innerText(bytes);
    case 'int-or-string':
      return intOrString(bytes);
    case 'date-time':
      return timeOf(bytes, 0);
    case 'date-time-micro':
      return timeOf(bytes, 6);
    default:
      return rawJson(bytes, where);
  }
}
