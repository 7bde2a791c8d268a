/**
 * JSON merge patch, RFC 7386: null removes, objects merge, everything else (lists too) replaces.
 */
import type { KubeObject } from '../api/object.js';
import { StatusError } from '../api/status.js';
import { isJsonObject, type JsonObject } from './json.js';

function merge(target: unknown, patch: unknown): unknown {
  if (!isJsonObject(patch)) return patch;
  const result = new Map(Object.entries(isJsonObject(target) ? target : {}));
  for (const [name, value] of Object.entries(patch)) {
    if (value === null) result.delete(name);
    else result.set(name, merge(result.get(name), value));
  }
  return Object.fromEntries(result);
}

/**
 * The object after a merge patch. Neither argument is changed.
 * @throws StatusError BadRequest when the patch is not an object
 */
export function applyMergePatch(current: KubeObject, patch: unknown): KubeObject {
  if (!isJsonObject(patch)) {
    const kind = Array.isArray(patch) ? 'array' : typeof patch;
    throw new StatusError(
      'BadRequest',
      `error decoding patch: json: cannot unmarshal ${kind} into Go value of type map[string]interface {}`,
    );
  }
  return merge(current, patch) as JsonObject as KubeObject;
}
