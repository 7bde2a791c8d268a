/**
 * Query parameters and DeleteOptions: what a request wants beside its object.
 *
 * Source: apimachinery `metav1.CreateOptions` … `DeleteOptions`, `metav1/validation`.
 */
import { StatusError } from '../api/status.js';
import type { DeleteOptions } from '../registry/contract.js';
import type { FieldValidation } from '../schema/decode.js';
import type { Untyped } from './contract.js';

export interface WriteQuery {
  dryRun: boolean;
  fieldManager: string;
  validation: FieldValidation;
  force: boolean;
}

function invalidOption(kind: string, field: string, value: unknown, supported: readonly string[]): StatusError {
  const list = supported.map((one) => `"${one}"`).join(', ');
  const message = `Unsupported value: ${JSON.stringify(value)}: supported values: ${list}`;
  const causes = [{ reason: 'FieldValueNotSupported' as const, message, field }];
  const details = { group: 'meta.k8s.io', kind, causes };
  return new StatusError('Invalid', `${kind}.meta.k8s.io "" is invalid: ${field}: ${message}`, details);
}

function dryRunOf(values: readonly unknown[], kind: string): boolean {
  const wrong = values.find((value) => value !== 'All');
  if (wrong !== undefined) throw invalidOption(kind, 'dryRun', wrong, ['All']);
  return values.length > 0;
}

const validations: readonly FieldValidation[] = ['Ignore', 'Strict', 'Warn'];

function validationOf(value: string, kind: string): FieldValidation {
  const found = validations.find((one) => one === value);
  if (found === undefined) throw invalidOption(kind, 'fieldValidation', value, validations);
  return found;
}

/** A manager is named by the client, or else by its User-Agent up to the version (apiserver `managerOrUserAgent`). */
function managerOf(query: URLSearchParams, userAgent: string | undefined): string {
  return query.get('fieldManager') || (userAgent ?? '').split('/')[0] || 'unknown';
}

/** Bound of upstream's `fieldManager` validation. */
const managerLength = 128;

/**
 * Options of create, update and patch. Without `fieldValidation` the server warns, as since v1.25.
 * @throws StatusError Invalid for values that do not exist.
 */
export function writeQuery(query: URLSearchParams, userAgent: string | undefined, kind: string): WriteQuery {
  const fieldManager = managerOf(query, userAgent);
  if (query.has('fieldManager') && fieldManager.length > managerLength) {
    throw new StatusError('BadRequest', `fieldManager: Too long: may not be more than ${managerLength} bytes`);
  }
  return {
    dryRun: dryRunOf(query.getAll('dryRun'), kind),
    fieldManager: fieldManager.slice(0, managerLength),
    validation: validationOf(query.get('fieldValidation') || 'Warn', kind),
    force: query.get('force') === 'true',
  };
}

const policies = ['Background', 'Foreground', 'Orphan'] as const;

function policyOf(value: unknown): DeleteOptions['propagationPolicy'] {
  if (value === undefined || value === null || value === '') return undefined;
  const found = policies.find((one) => one === value);
  if (found === undefined) throw invalidOption('DeleteOptions', 'propagationPolicy', value, policies);
  return found;
}

function graceOf(value: unknown): number | undefined {
  if (value === undefined || value === null) return undefined;
  if (typeof value === 'number' && Number.isSafeInteger(value)) return value;
  throw new StatusError('BadRequest', `gracePeriodSeconds: ${JSON.stringify(value)} is no whole number of seconds`);
}

function preconditionsOf(value: unknown): DeleteOptions['preconditions'] {
  if (typeof value !== 'object' || value === null) return undefined;
  const { uid, resourceVersion } = value as Untyped;
  return {
    ...(typeof uid === 'string' ? { uid } : {}),
    ...(typeof resourceVersion === 'string' ? { resourceVersion } : {}),
  };
}

/** From the old boolean `orphanDependents`, which some clients still send. */
function oldPolicy(value: unknown): DeleteOptions['propagationPolicy'] {
  return value === true || value === 'true' ? 'Orphan' : undefined;
}

/** DeleteOptions from the body (kubectl) with the query as a stand-in (curl). */
export function deleteOptions(body: Untyped, query: URLSearchParams): DeleteOptions {
  const seconds = query.get('gracePeriodSeconds');
  const dryRun = Array.isArray(body.dryRun) ? body.dryRun : query.getAll('dryRun');
  const policy = policyOf(body.propagationPolicy ?? query.get('propagationPolicy'));
  const grace = graceOf(body.gracePeriodSeconds ?? (seconds === null ? undefined : Number(seconds)));
  const preconditions = preconditionsOf(body.preconditions);
  return {
    dryRun: dryRunOf(dryRun, 'DeleteOptions'),
    propagationPolicy: policy ?? oldPolicy(body.orphanDependents ?? query.get('orphanDependents')),
    ...(grace === undefined ? {} : { gracePeriodSeconds: grace }),
    ...(preconditions === undefined ? {} : { preconditions }),
  };
}
