/**
 * The registry's refusals in Kubernetes' words.
 * Source: apimachinery `pkg/api/errors/errors.go` and `pkg/util/validation/field/errors.go`.
 */
import { fieldErrorBody, groupKindText } from '../api/field-error.js';
import { goQuote } from '../api/go-value.js';
import type { KubeObject, ObjectKey } from '../api/object.js';
import { type FieldReason, type StatusCause, StatusError } from '../api/status.js';
import type { KindInfo } from './contract.js';

/** `services`, `deployments.apps`: how messages name a resource. */
export function resourceText(info: KindInfo): string {
  return info.group === '' ? info.plural : `${info.plural}.${info.group}`;
}

export function notFound(info: KindInfo, name: string): StatusError {
  return new StatusError('NotFound', `${resourceText(info)} "${name}" not found`, details(info, name));
}

export function alreadyExists(info: KindInfo, name: string): StatusError {
  return new StatusError('AlreadyExists', `${resourceText(info)} "${name}" already exists`, details(info, name));
}

/** The stored object is not the one the writer has seen. */
export function modified(info: KindInfo, name: string): StatusError {
  const why = 'the object has been modified; please apply your changes to the latest version and try again';
  return conflict(info, name, why);
}

export function conflict(info: KindInfo, name: string, why: string): StatusError {
  const message = `Operation cannot be fulfilled on ${resourceText(info)} "${name}": ${why}`;
  return new StatusError('Conflict', message, details(info, name));
}

export function forbidden(info: KindInfo, name: string, why: string): StatusError {
  return new StatusError('Forbidden', `${resourceText(info)} "${name}" is forbidden: ${why}`, details(info, name));
}

/** `Service "web" is invalid: spec.ports[0].nodePort: Invalid value: …`; several texts in brackets, a repeated one once. */
export function invalid(object: KubeObject, group: string, causes: readonly StatusCause[]): StatusError {
  const texts = [...new Set(causes.map((cause) => `${cause.field}: ${cause.message}`))];
  const body = texts.length === 1 ? texts[0] : `[${texts.join(', ')}]`;
  const { kind, metadata } = object;
  const message = `${groupKindText({ group, kind })} ${goQuote(metadata.name)} is invalid: ${body}`;
  return new StatusError('Invalid', message, { name: metadata.name, group, kind, causes: [...causes] });
}

/** A kind the lab does not store, in the words of kubectl's REST mapper. */
export function noMatch(object: Pick<KubeObject, 'kind' | 'apiVersion'>): StatusError {
  return new StatusError('NotFound', `no matches for kind "${object.kind}" in version "${object.apiVersion}"`);
}

export function unknownKey(key: ObjectKey): StatusError {
  return new StatusError('NotFound', `no matches for kind "${key.kind}" in group "${key.group}"`);
}

/** One cause in the form of `field.Error.ErrorBody()`. */
export function cause(reason: FieldReason, field: string, value: unknown, why: string): StatusCause {
  return { reason, field, message: fieldErrorBody({ reason, field, value, detail: why }) };
}

function details(info: KindInfo, name: string): { name: string; group: string; kind: string } {
  return { name, group: info.group, kind: info.plural };
}
