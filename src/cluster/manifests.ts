/**
 * Manifest texts into the registry: parsed, checked and stored together, or refused together with every problem named
 * at its file, line and field.
 */

import { kindIn } from '../api/kinds.js';
import { type ManifestDocument, parseManifests } from '../api/manifest.js';
import { groupOf, type KubeObject } from '../api/object.js';
import { fileStart, objectText, type Problem, renderProblem } from '../api/problem.js';
import type { StatusError } from '../api/status.js';
import { BatchError } from '../registry/batch.js';
import type { LabRegistry } from '../registry/registry.js';
import { CommandFailure } from './failure.js';
import type { ApplyOutcome, ManifestText } from './start-request.js';

/** @throws CommandFailure refused, one line a problem; nothing is stored then. */
export function applyManifests(registry: LabRegistry, documents: readonly ManifestDocument[]): ApplyOutcome[] {
  try {
    const items = registry.applyBatch(documents.map(({ object }) => object));
    return items.map(({ object, outcome }) => ({ object: resourceText(object), outcome }));
  } catch (error) {
    if (error instanceof BatchError)
      throw refusal(error.problems.flatMap((one) => located(documents[one.index], one.error)));
    throw error;
  }
}

/** The documents of all files, in order. @throws CommandFailure refused */
export function parseAll(manifests: readonly ManifestText[]): ManifestDocument[] {
  const parsed = manifests.map(({ file, text }) => parseManifests(text, file));
  const problems = parsed.flatMap((one) => one.problems);
  if (problems.length > 0) throw refusal(problems);
  return parsed.flatMap((one) => one.documents);
}

/** A refusal that shows each problem on a line of its own. */
export function refusal(problems: readonly Problem[]): CommandFailure {
  const end = problems.length === 1 ? 'nothing was changed' : `${problems.length} problems; nothing was changed`;
  return new CommandFailure('refused', [...problems.map(renderProblem), `lab: ${end}`].join('\n'));
}

/** A Status has no place in a file; its causes name fields, and fields have one. */
function located(document: ManifestDocument | undefined, error: StatusError): Problem[] {
  const file = document?.file ?? '';
  const object = document && objectText(document.object);
  const whole = { file, ...(object && { object }), reason: error.reason };
  const causes = error.details.causes ?? [];
  if (causes.length === 0) return [{ ...whole, ...(document?.position('') ?? fileStart), message: error.message }];
  return causes.map(({ field, message, reason }) => ({
    ...whole,
    ...(document?.position(field) ?? fileStart),
    field,
    reason,
    message: `${object} is invalid: ${field}: ${message}`,
  }));
}

/** `service/web`, `deployment.apps/web`: how kubectl names an object in its output. */
function resourceText(object: KubeObject): string {
  const group = groupOf(object.apiVersion);
  const singular = kindIn(group, object.kind)?.singular ?? object.kind.toLowerCase();
  return `${group === '' ? singular : `${singular}.${group}`}/${object.metadata.name}`;
}
