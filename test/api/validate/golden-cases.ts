/**
 * Case tables under `test/golden/api/`: a valid object, one change a row, and the errors that a Kubernetes 1.30 API
 * server gives for it, recorded from the real validation code.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { applyDefaults } from '../../../src/api/default/apply.js';
import { renderFieldError } from '../../../src/api/field-error.js';
import type { KubeObject } from '../../../src/api/object.js';
import { validate, validateUpdate } from '../../../src/api/validate/validate.js';

export interface GoldenCase {
  name: string;
  /** Which base, when the table has several. */
  base?: string;
  change: unknown;
  /** An update from the base with this patch. */
  from?: unknown;
  errors: string[];
}

interface Table {
  base?: unknown;
  bases?: Record<string, unknown>;
  cases: GoldenCase[];
}

/** RFC 7386. */
function mergePatch(target: unknown, patch: unknown): unknown {
  if (typeof patch !== 'object' || patch === null || Array.isArray(patch)) return patch;
  const object = typeof target === 'object' && target !== null && !Array.isArray(target) ? target : {};
  const result: Record<string, unknown> = { ...object };
  for (const [key, value] of Object.entries(patch)) {
    if (value === null) delete result[key];
    else result[key] = mergePatch(result[key], value);
  }
  return result;
}

export function readCases(file: string): { cases: GoldenCase[]; verdict(row: GoldenCase): string[] } {
  const table = parse(readFileSync(join(process.cwd(), 'test/golden/api', file), 'utf8')) as Table;
  const verdict = ({ base, change, from }: GoldenCase) => {
    const start = base === undefined ? table.base : table.bases?.[base];
    const object = applyDefaults(mergePatch(start, change) as KubeObject);
    if (from === undefined) return validate(object).map(renderFieldError);
    const previous = applyDefaults(mergePatch(start, from) as KubeObject);
    const errors = [...validateUpdate(object, previous), ...validate(object)];
    return [...new Set(errors.map(renderFieldError))];
  };
  return { cases: table.cases, verdict };
}
