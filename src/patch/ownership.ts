/**
 * Keeping track of owners under plain creates, updates and patches.
 *
 * Models structured-merge-diff `merge/update.go` Updater.Update and apimachinery `managedfields`: who changes a field
 * owns it, whoever owned it before loses it.
 */
import type { KubeObject } from '../api/object.js';
import { kindOf } from '../schema/table.js';
import { difference, emptySet, type FieldSet, insertPath, isEmpty, recursiveDifference, union } from './field-set.js';
import { isJsonObject } from './json.js';
import {
  capManagers,
  identityOf,
  type Manager,
  type Managers,
  readManagers,
  withoutManagers,
  withoutServerFields,
  writeManagers,
} from './managed-fields.js';
import { shapeOf } from './shape.js';
import { type Comparison, compareObjects } from './typed.js';

export interface WriteOwner {
  /** Query parameter `fieldManager`. */
  manager: string;
  /** RFC 3339, second precision. */
  now: string;
  subresource?: string;
}

/**
 * A write of the main resource owns no status, one of a subresource no spec. Source: the strategies' GetResetFields.
 */
export function resetFields(subresource: string | undefined): FieldSet {
  const set = emptySet();
  insertPath(set, [subresource ? 'f:spec' : 'f:status']);
  return set;
}

/** Takes from all others what changed or went. */
export function dispossess(managers: Managers, self: string, { added, modified, removed }: Comparison): Managers {
  const lost = union(union(added, modified), removed);
  const left = [...managers].map(([identity, manager]): [string, Manager] =>
    identity === self ? [identity, manager] : [identity, { ...manager, fields: difference(manager.fields, lost) }],
  );
  return new Map(left.filter(([, { fields }]) => !isEmpty(fields)));
}

/**
 * An object that nobody owned gets its present fields an owner, so that the first apply conflicts with what others
 * wrote.
 */
export function beforeFirstApply(live: KubeObject, now: string): Managers {
  const shape = shapeOf(kindOf(live));
  const entry = {
    manager: 'before-first-apply',
    operation: 'Update' as const,
    apiVersion: live.apiVersion,
    subresource: '',
  };
  const fields = withoutServerFields(compareObjects(bareObject(live), live, shape).added);
  return new Map([[identityOf(entry), { ...entry, time: now, fields }]]);
}

function bareObject({ apiVersion, kind, metadata: { name, namespace } }: KubeObject): KubeObject {
  return { apiVersion, kind, metadata: { name, ...(namespace !== undefined && { namespace }) } };
}

/** `managedFields: []` or `[{}]` in an update gives up all ownership. */
function isReset(entries: unknown): boolean {
  if (!Array.isArray(entries)) return false;
  return (
    entries.length === 0 || (entries.length === 1 && isJsonObject(entries[0]) && Object.keys(entries[0]).length === 0)
  );
}

/**
 * The object of a plain create, update or patch with ownership kept: the manager gets what it added or changed,
 * others lose it. `live` is undefined for a create. Call it with the defaulted object, as upstream does.
 */
export function trackUpdate(live: KubeObject | undefined, next: KubeObject, options: WriteOwner): KubeObject {
  if (isReset(next.metadata.managedFields)) return withoutManagers(next);
  const shape = shapeOf(kindOf(next));
  const sent = options.subresource ? new Map<string, Manager>() : readManagers(next);
  const managers = sent.size > 0 ? sent : readManagers(live);
  const object = withoutManagers(next);
  const comparison = compareObjects(live ? withoutManagers(live) : bareObject(next), object, shape);
  const changed = union(comparison.added, comparison.modified);
  const gained = withoutServerFields(recursiveDifference(changed, resetFields(options.subresource)));
  const rest = dispossess(managers, '', comparison);
  if (isEmpty(gained)) return writeManagers(object, rest);
  const self = {
    manager: options.manager,
    operation: 'Update' as const,
    apiVersion: next.apiVersion,
    subresource: options.subresource ?? '',
  };
  const identity = identityOf(self);
  const fields = union(rest.get(identity)?.fields ?? emptySet(), gained);
  return writeManagers(object, capManagers(new Map([...rest, [identity, { ...self, time: options.now, fields }]])));
}
