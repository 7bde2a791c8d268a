/**
 * Resource requests and limits of a container.
 *
 * Source: `ValidateResourceRequirements`, Kubernetes 1.30.
 */
import type { ResourceRequirements } from 'kubernetes-types/core/v1.js';
import { type FieldError, invalid, invalidEach } from '../field-error.js';
import { GoText } from '../go-value.js';
import { qualifiedNameFormat } from '../names.js';
import { parseQuantity, quantityError } from '../quantity.js';

/** Names without a domain that a container may ask for: `helper.IsStandardContainerResourceName`. */
const standard = new Set(['cpu', 'memory', 'ephemeral-storage']);

export function resourceErrors(field: string, { limits = {}, requests = {} }: ResourceRequirements): FieldError[] {
  return [
    ...amountErrors(`${field}.limits`, limits),
    ...amountErrors(`${field}.requests`, requests),
    ...Object.keys(requests).flatMap((name) => excessErrors(`${field}.requests`, name, requests[name], limits[name])),
  ];
}

function amountErrors(field: string, amounts: Record<string, string>): FieldError[] {
  return Object.entries(amounts).flatMap(([name, text]) => {
    const path = `${field}[${name}]`;
    const amount = parseQuantity(text);
    return [
      ...nameErrors(path, name),
      ...(amount === undefined ? [invalid(path, text, quantityError)] : []),
      ...(amount !== undefined && amount < 0
        ? [invalid(path, String(text), 'must be greater than or equal to 0')]
        : []),
    ];
  });
}

/** Upstream prints resource names without quotes, for their type has a `String` method. */
function nameErrors(field: string, name: string): FieldError[] {
  const errors = invalidEach(field, new GoText(name), qualifiedNameFormat(name));
  if (errors.length > 0 || name.includes('/') || standard.has(name) || name.startsWith('hugepages-')) return errors;
  return [
    invalid(field, new GoText(name), 'must be a standard resource type or fully qualified'),
    invalid(field, new GoText(name), 'must be a standard resource for containers'),
  ];
}

function excessErrors(
  field: string,
  name: string,
  request: string | undefined,
  limit: string | undefined,
): FieldError[] {
  const [asked, allowed] = [parseQuantity(request ?? ''), parseQuantity(limit ?? '')];
  if (asked === undefined || allowed === undefined || asked <= allowed) return [];
  return [invalid(field, String(request), `must be less than or equal to ${name} limit of ${limit}`)];
}
