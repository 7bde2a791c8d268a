/**
 * Decodes an object after a patch: what the patch brought in may have unknown fields or wrong types.
 *
 * Models apiserver handlers/patch.go: unlike a body, a patch that leaves a misshapen object is 422 Invalid with the
 * field `patch`; kubectl prints it as `The request is invalid: patch: Invalid value: …`.
 */
import { StatusError } from '../api/status.js';
import { decodeStrict, type FieldValidation, strictError } from '../schema/decode.js';
import { withoutZeroValues } from '../schema/zero-values.js';

function invalidPatch(patch: unknown, cause: string): StatusError {
  const message = `Invalid value: ${JSON.stringify(JSON.stringify(patch))}: ${cause}`;
  const causes = [{ reason: 'FieldValueInvalid' as const, message, field: 'patch' }];
  return new StatusError('Invalid', ` "" is invalid: patch: ${message}`, { causes });
}

/**
 * Prunes the patched object and returns the texts of `Warning` headers. `duplicates` are messages of
 * `duplicateFields` on the patch's text.
 * @throws StatusError Invalid
 */
export function decodePatched<T extends { apiVersion: string; kind: string }>(
  patched: T,
  patch: unknown,
  mode: FieldValidation,
  duplicates: readonly string[] = [],
): { object: T; warnings: string[] } {
  const { object, unknownFields, typeErrors } = decodeStrict(patched);
  if (typeErrors[0]) throw invalidPatch(patch, typeErrors[0].message);
  const messages = [...duplicates, ...unknownFields.map(({ message }) => message)];
  const refusal = mode === 'Strict' ? strictError(messages) : undefined;
  if (refusal) throw invalidPatch(patch, refusal);
  return { object: withoutZeroValues(object), warnings: mode === 'Warn' ? messages : [] };
}
