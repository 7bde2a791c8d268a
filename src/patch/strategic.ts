/**
 * Strategic merge patch: kubectl's patch for built-in kinds.
 *
 * Models apimachinery `strategicpatch/patch.go` mergeMap with MergeParallelList and IgnoreUnmatchedNulls: `$patch`,
 * `$retainKeys`, `$setElementOrder/…`, `$deleteFromPrimitiveList/…`; merge keys come from the schema. Lists without a
 * merge key are replaced.
 */
import type { KubeObject } from '../api/object.js';
import { StatusError } from '../api/status.js';
import { mergeRule } from '../schema/list-types.js';
import { type Definition, definitionOf, type GroupVersionKind, structOf } from '../schema/table.js';
import { isJsonObject, type JsonObject } from './json.js';
import {
  badPatch,
  checkElementOrder,
  deleteValues,
  type MergeElement,
  mergeList,
  orderElements,
  shown,
} from './strategic-list.js';

const orderPrefix = '$setElementOrder';
const deletePrefix = '$deleteFromPrimitiveList';

/** The patch value for a place that had nothing of its type: without nulls and without parts that are directives. */
function plain(value: unknown): unknown {
  if (Array.isArray(value))
    return value.filter((item) => !isDirective(item)).map((item) => (item === null ? item : plain(item)));
  if (!isJsonObject(value)) return value;
  const kept = Object.entries(value).filter(([, item]) => item !== null && !isDirective(item));
  return Object.fromEntries(kept.map(([name, item]) => [name, plain(item)]));
}

const isDirective = (value: unknown) => isJsonObject(value) && Object.hasOwn(value, '$patch');

/** `$patch: replace` takes the patch as it is, `$patch: delete` leaves an empty object. */
function wholeDirective(patch: JsonObject): JsonObject {
  const { $patch: directive, ...rest } = patch;
  if (directive === 'replace') return rest;
  if (directive === 'delete') return {};
  throw badPatch(`unknown patch type: ${String(directive)} in map: ${shown(patch)}`);
}

/** `$retainKeys`: what the original may keep. The list must name all that the patch sets. */
function retained(original: JsonObject, patch: JsonObject): JsonObject {
  const keys = patch.$retainKeys;
  if (keys === undefined) return original;
  const sets = Object.entries(patch).filter(([name, value]) => value !== null && !name.startsWith('$'));
  if (!Array.isArray(keys) || sets.some(([name]) => !keys.includes(name))) {
    throw badPatch('invalid patch format of retainKeys');
  }
  return Object.fromEntries(Object.entries(original).filter(([name]) => keys.includes(name)));
}

/** The field name behind a directive such as `$setElementOrder/ports`. */
function fieldBehind(name: string, prefix: string, label: string): string {
  const field = name.slice(prefix.length + 1);
  if (name[prefix.length] !== '/' || field === '') throw badPatch(`invalid patch format of ${label} list`);
  return field;
}

const listOf = (value: unknown): unknown[] => {
  if (!Array.isArray(value)) throw badPatch(`expected a []interface {}, but received a ${typeof value}`);
  return value;
};

interface Merging {
  definition: Definition | undefined;
  result: Map<string, unknown>;
}

function elementMerger(definition: Definition | undefined, field: string): MergeElement {
  const type = definition?.fields.get(field)?.type;
  const element = type && structOf(type);
  return (original, patch) => mergeObject(original, patch, element);
}

function mergedList({ definition, result }: Merging, field: string, patch: unknown[]): unknown[] {
  const { patchMergeKey } = mergeRule(definition, field);
  if (patchMergeKey === undefined) return patch;
  return mergeList(listOf(result.get(field)), patch, patchMergeKey, elementMerger(definition, field));
}

/** `$setElementOrder/FIELD` together with the list of FIELD in the patch, if there is one. */
function applyOrder(merging: Merging, field: string, order: unknown[], patch: unknown): void {
  const { definition, result } = merging;
  const server = result.has(field) ? listOf(result.get(field)) : undefined;
  const patchList = patch === undefined ? undefined : listOf(patch);
  if (!server && !patchList) return;
  const mergeKey = mergeRule(definition, field).patchMergeKey ?? '';
  checkElementOrder(patchList ?? [], order, mergeKey);
  const merged = !patchList ? server : server ? mergedList(merging, field, patchList) : plain(patchList);
  result.set(field, orderElements(listOf(merged), order, server ?? [], mergeKey));
}

function applyOrders(merging: Merging, patch: JsonObject): Set<string> {
  const orders = Object.entries(patch).filter(([name]) => name.startsWith(orderPrefix));
  const fields = orders.map(([name, order]) => {
    const field = fieldBehind(name, orderPrefix, 'setElementOrder');
    applyOrder(merging, field, listOf(order), patch[field] ?? undefined);
    return field;
  });
  return new Set(fields);
}

const kindOfValue = (value: unknown) => (Array.isArray(value) ? 'list' : isJsonObject(value) ? 'object' : typeof value);

function applyField(merging: Merging, name: string, value: unknown): void {
  const { definition, result } = merging;
  if (value === null) {
    result.delete(name);
    return;
  }
  const current = result.get(name);
  if (kindOfValue(current) !== kindOfValue(value)) {
    if (isDirective(value)) result.delete(name);
    else result.set(name, plain(value));
  } else if (Array.isArray(value)) result.set(name, mergedList(merging, name, value));
  else if (isJsonObject(value)) {
    const type = definition?.fields.get(name)?.type;
    result.set(name, mergeObject(current as JsonObject, value, type && structOf(type)));
  } else result.set(name, value);
}

function applyDeletion({ result }: Merging, name: string, value: unknown): void {
  const field = fieldBehind(name, deletePrefix, 'primitive');
  const current = result.get(field);
  if (Array.isArray(current) && Array.isArray(value)) result.set(field, deleteValues(current, value));
}

function mergeObject(original: JsonObject, patch: JsonObject, definition: Definition | undefined): JsonObject {
  if (isDirective(patch)) return wholeDirective(patch);
  const merging = { definition, result: new Map(Object.entries(retained(original, patch))) };
  const done = applyOrders(merging, patch);
  for (const [name, value] of Object.entries(patch)) {
    if (name === '$retainKeys' || name.startsWith(orderPrefix) || (done.has(name) && value !== null)) continue;
    if (name.startsWith(deletePrefix)) applyDeletion(merging, name, value);
    else applyField(merging, name, value);
  }
  return Object.fromEntries(merging.result);
}

/**
 * The object after a strategic merge patch. Neither argument is changed; shape and validity of the result are not
 * checked here.
 * @throws StatusError UnsupportedMediaType for kinds without a schema (custom resources), BadRequest for malformed
 * patches
 */
export function applyStrategicPatch(current: KubeObject, patch: unknown, kind: GroupVersionKind): KubeObject {
  const definition = definitionOf(kind);
  if (!definition) {
    throw new StatusError(
      'UnsupportedMediaType',
      'the body of the request was in an unknown format - accepted media types include: application/json-patch+json, application/merge-patch+json, application/apply-patch+yaml',
    );
  }
  if (!isJsonObject(patch)) throw badPatch('invalid JSON document');
  return mergeObject(current, patch, definition) as KubeObject;
}
