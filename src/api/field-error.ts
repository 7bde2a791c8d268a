/**
 * One field of an object that is wrong, and the 422 answer made of several.
 *
 * Models apimachinery `pkg/util/validation/field/errors.go` and `api/errors.NewInvalid`, to the letter: kubectl, the
 * course notes and people's searches know these texts.
 */
import { goQuote, goValue } from './go-value.js';
import type { FieldReason } from './status.js';

export interface FieldError {
  reason: FieldReason;
  /** Kubernetes field path, for example `spec.ports[0].nodePort`. */
  field: string;
  /** What was found there; shown for Invalid, Unsupported, Duplicate, TooMany and NotFound. */
  value?: unknown;
  /** May be empty. */
  detail: string;
}

const words: Record<FieldReason, string> = {
  FieldValueRequired: 'Required value',
  FieldValueInvalid: 'Invalid value',
  FieldValueNotSupported: 'Unsupported value',
  FieldValueDuplicate: 'Duplicate value',
  FieldValueForbidden: 'Forbidden',
  FieldValueNotFound: 'Not found',
  FieldValueTooLong: 'Too long',
  FieldValueTooMany: 'Too many',
  FieldValueTypeInvalid: 'Invalid value',
  InternalError: 'Internal error',
};

/** Reasons whose text does not show the value. */
const valueless = new Set<FieldReason>([
  'FieldValueRequired',
  'FieldValueForbidden',
  'FieldValueTooLong',
  'InternalError',
]);

export function required(field: string, detail = ''): FieldError {
  return { reason: 'FieldValueRequired', field, detail };
}

export function invalid(field: string, value: unknown, detail: string): FieldError {
  return { reason: 'FieldValueInvalid', field, value, detail };
}

/** One Invalid error for each message of a format check, none when there is no message. */
export function invalidEach(field: string, value: unknown, messages: readonly string[]): FieldError[] {
  return messages.map((message) => invalid(field, value, message));
}

/** `supported` is shown in the order given; upstream's sets are sorted. */
export function notSupported(field: string, value: unknown, supported: readonly string[]): FieldError {
  const detail = `supported values: ${supported.map(goQuote).join(', ')}`;
  return { reason: 'FieldValueNotSupported', field, value, detail };
}

export function duplicate(field: string, value: unknown): FieldError {
  return { reason: 'FieldValueDuplicate', field, value, detail: '' };
}

export function forbidden(field: string, detail: string): FieldError {
  return { reason: 'FieldValueForbidden', field, detail };
}

/** `limit` in bytes. */
export function tooLong(field: string, limit: number): FieldError {
  return { reason: 'FieldValueTooLong', field, detail: `must have at most ${limit} bytes` };
}

export function tooMany(field: string, count: number, limit: number): FieldError {
  return { reason: 'FieldValueTooMany', field, value: count, detail: `must have at most ${limit} items` };
}

/** The text after the path: `Invalid value: 0: must be between 1 and 65535, inclusive`. */
export function fieldErrorBody({ reason, value, detail }: FieldError): string {
  const shown = valueless.has(reason) ? words[reason] : `${words[reason]}: ${goValue(value)}`;
  return detail === '' ? shown : `${shown}: ${detail}`;
}

/** The whole text: `spec.ports[0].port: Invalid value: 0: must be between 1 and 65535, inclusive`. */
export function renderFieldError(error: FieldError): string {
  return `${error.field}: ${fieldErrorBody(error)}`;
}

/** Several errors as Go's aggregate prints them: one plain, more in brackets, repeated texts once. */
export function renderFieldErrors(errors: readonly FieldError[]): string {
  const texts = [...new Set(errors.map(renderFieldError))];
  return texts.length === 1 ? String(texts[0]) : `[${texts.join(', ')}]`;
}

/** `Service` for the core group, `Deployment.apps` for others: `schema.GroupKind.String`. */
export function groupKindText({ group, kind }: { group: string; kind: string }): string {
  return group === '' ? kind : `${kind}.${group}`;
}
