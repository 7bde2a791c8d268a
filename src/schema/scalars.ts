/**
 * Reads one scalar of an object as Go's JSON decoder does, with its words when the value does not fit.
 *
 * Sources: encoding/json `decode.go` (UnmarshalTypeError), intstr.IntOrString, resource.Quantity and metav1.Time
 * UnmarshalJSON.
 * Differs: a number written as `1.0` is taken for an integer, because JavaScript's JSON parser no longer knows the
 * difference.
 */
import type { Scalar } from './table.js';

/**
 * What is wrong with a value: either its JSON kind does not fit (`got` names it as Go does), or its text has no
 * meaning.
 */
export type ScalarProblem = { is: 'type'; got: string; wanted?: string } | { is: 'text'; message: string };

const integerRange: Record<'int32' | 'int64', number> = { int32: 2 ** 31, int64: 2 ** 63 };

/** JSON kind of a value in Go's words. */
export function jsonKind(value: unknown): string {
  if (Array.isArray(value)) return 'array';
  if (typeof value === 'boolean') return 'bool';
  return value === null ? 'null' : typeof value;
}

function integer(value: unknown, scalar: 'int32' | 'int64'): ScalarProblem | undefined {
  if (typeof value !== 'number') return { is: 'type', got: jsonKind(value), wanted: scalar };
  const limit = integerRange[scalar];
  const fits = Number.isInteger(value) && value >= -limit && value < limit;
  return fits ? undefined : { is: 'type', got: `number ${value}`, wanted: scalar };
}

function base64(value: string): ScalarProblem | undefined {
  const text = value.replace(/[\r\n]/g, '');
  const illegal = text.search(/[^A-Za-z0-9+/=]|=(?=[^=])/);
  if (illegal < 0 && text.length % 4 === 0) return undefined;
  const at = illegal < 0 ? text.length - (text.length % 4) : illegal;
  return { is: 'text', message: `illegal base64 data at input byte ${at}` };
}

const quantityForm = {
  is: 'text',
  message: "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'",
} as const;

/** Source: resource.ParseQuantity and its two errors. */
function quantityProblem(text: string): ScalarProblem | undefined {
  if (!/^[+-]?(\d+\.?\d*|\.\d+)/.test(text) || !/^[+-]?[0-9.]+[eEinumkKMGTP]*[-+]?[0-9]*$/.test(text))
    return quantityForm;
  const suffix = text.replace(/^[+-]?[0-9.]+/, '');
  const known = /^([numkMGTPE]|[KMGTPE]i|[eE][+-]?\d+)?$/.test(suffix);
  return known ? undefined : { is: 'text', message: "unable to parse quantity's suffix" };
}

function time(text: string): ScalarProblem | undefined {
  if (/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/.test(text) && !Number.isNaN(Date.parse(text)))
    return undefined;
  const layout = '2006-01-02T15:04:05Z07:00';
  return { is: 'text', message: `parsing time "${text}" as "${layout}": cannot parse "${text}" as "2006"` };
}

const text = (value: unknown, check: (text: string) => ScalarProblem | undefined) =>
  typeof value === 'string' ? check(value) : ({ is: 'type', got: jsonKind(value), wanted: 'string' } as const);

/** What is wrong with `value` as a `scalar`, or undefined. `null` is never asked: Go skips it. */
export function scalarProblem(scalar: Scalar, value: unknown): ScalarProblem | undefined {
  switch (scalar) {
    case 'any':
    // FieldsV1 keeps whatever JSON it gets.
    case 'object':
      return undefined;
    case 'string':
      return typeof value === 'string' ? undefined : { is: 'type', got: jsonKind(value) };
    case 'boolean':
      return typeof value === 'boolean' ? undefined : { is: 'type', got: jsonKind(value) };
    case 'double':
      return typeof value === 'number' ? undefined : { is: 'type', got: jsonKind(value) };
    case 'int32':
    case 'int64':
      return integer(value, scalar);
    case 'int-or-string':
      return typeof value === 'string' ? undefined : integer(value, 'int32');
    case 'quantity':
      return typeof value === 'number' || typeof value === 'string' ? quantityProblem(String(value)) : quantityForm;
    case 'bytes':
      return typeof value === 'string' ? base64(value) : { is: 'type', got: jsonKind(value) };
    case 'date-time':
    case 'date-time-micro':
      return text(value, time);
  }
}
