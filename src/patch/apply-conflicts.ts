/**
 * Conflicts of server-side apply, in the words that kubectl prints.
 *
 * Models apimachinery `managedfields/internal`: conflict.go (message and causes) and lastappliedmanager.go (conflicts
 * with what kubectl itself wrote by client-side apply are none).
 */
import type { KubeObject } from '../api/object.js';
import { StatusError } from '../api/status.js';
import { kindOf } from '../schema/table.js';
import { difference, hasPath, type PathElement, pathText } from './field-set.js';
import { isJsonObject } from './json.js';
import type { Manager } from './managed-fields.js';
import { shapeOf } from './shape.js';
import { compareObjects, fieldsOf } from './typed.js';

export interface Conflict {
  manager: Manager;
  path: PathElement[];
}

/** `"kubectl-edit" using v1`. */
function managerText({ manager, operation, apiVersion, subresource }: Manager): string {
  const name = JSON.stringify(manager) + (subresource === '' ? '' : ` with subresource ${JSON.stringify(subresource)}`);
  return operation === 'Apply' ? name : `${name} using ${apiVersion}`;
}

function message(conflicts: readonly Conflict[]): string {
  const [only] = conflicts;
  if (only && conflicts.length === 1) {
    return `Apply failed with 1 conflict: conflict with ${managerText(only.manager)}: ${pathText(only.path)}`;
  }
  const managers = [...new Set(conflicts.map(({ manager }) => managerText(manager)))].sort();
  const lines = managers.flatMap((name) => [
    `conflicts with ${name}:`,
    ...conflicts.filter(({ manager }) => managerText(manager) === name).map(({ path }) => `- ${pathText(path)}`),
  ]);
  return `Apply failed with ${conflicts.length} conflicts: ${lines.join('\n')}`;
}

/** The refusal of an apply, with the conflicts it is made of. */
class ApplyConflictError extends StatusError {
  constructor(readonly conflicts: readonly Conflict[]) {
    const causes = conflicts.map(({ manager, path }) => ({
      reason: 'FieldManagerConflict' as const,
      message: `conflict with ${managerText(manager)}`,
      field: pathText(path),
    }));
    super('Conflict', message(conflicts), { causes });
  }
}

export function conflictError(conflicts: readonly Conflict[]): StatusError {
  return new ApplyConflictError(conflicts);
}

function parseObject(text: string | undefined): KubeObject | undefined {
  try {
    const value: unknown = JSON.parse(text ?? '');
    return isJsonObject(value) ? (value as KubeObject) : undefined;
  } catch {
    return undefined;
  }
}

/**
 * True when all conflicts are with fields that the last-applied annotation set and that still have that value; the
 * error with the remaining conflicts when some are; undefined when the annotation does not help.
 */
export function onlyLastApplied(error: unknown, live: KubeObject, annotation: string): true | StatusError | undefined {
  const applied = parseObject(live.metadata.annotations?.[annotation]);
  if (!(error instanceof ApplyConflictError) || applied?.apiVersion !== live.apiVersion) return undefined;
  const shape = shapeOf(kindOf(live));
  const { added, modified, removed } = compareObjects(applied, live, shape);
  const untouched = [modified, added, removed].reduce(difference, fieldsOf(applied, shape));
  const conflicts = error.conflicts.filter(({ path }) => !hasPath(untouched, path));
  return conflicts.length === 0 ? true : conflictError(conflicts);
}
