/**
 * Server-side apply.
 *
 * Models structured-merge-diff `merge/update.go` (Updater) and apimachinery `managedfields`: an apply merges, takes
 * away what the same manager applied before and no longer does (unless another owns it), and conflicts when it
 * changes what others own.
 * Differs: all versions of a kind share one schema, so nothing is converted between versions.
 */
import type { KubeObject } from '../api/object.js';
import { decodeStrict } from '../schema/decode.js';
import { kindOf } from '../schema/table.js';
import { withoutZeroValues } from '../schema/zero-values.js';
import { lastApplied, readConfig, syncLastApplied, typedError } from './applied-config.js';
import { type Conflict, conflictError, onlyLastApplied } from './apply-conflicts.js';
import {
  difference,
  emptySet,
  type FieldSet,
  intersection,
  isEmpty,
  pathsOf,
  recursiveDifference,
  union,
} from './field-set.js';
import { jsonEqual } from './json.js';
import {
  identityOf,
  type Managers,
  readManagers,
  withoutManagers,
  withoutServerFields,
  writeManagers,
} from './managed-fields.js';
import { beforeFirstApply, dispossess, resetFields, type WriteOwner } from './ownership.js';
import { type Shape, shapeOf } from './shape.js';
import { type Comparison, compareObjects, fieldsOf, removeFields, withNamedFields } from './typed.js';
import { mergeTyped } from './typed-merge.js';

export interface ApplyOptions extends WriteOwner {
  /** Takes over what others own instead of refusing. */
  force?: boolean;
}

function conflictsIn(managers: Managers, self: string, { added, modified }: Comparison): Conflict[] {
  const changed = union(modified, added);
  const others = [...managers].filter(([identity]) => identity !== self).sort(([a], [b]) => (a < b ? -1 : 1));
  return others.flatMap(([, manager]) =>
    pathsOf(intersection(manager.fields, changed)).map((path) => ({ manager, path })),
  );
}

/**
 * What the manager applied before and does not now goes, unless somebody owns it or something that stays lies below
 * it.
 */
function prune(merged: unknown, last: FieldSet, managers: Managers, shape: Shape): unknown {
  const named = (set: FieldSet) => withNamedFields(set, shape);
  const fields = (value: unknown) => named(fieldsOf(value, shape));
  const all = fields(merged);
  const without = removeFields(merged, named(last), shape);
  const owned = [...managers.values()].map((manager) => manager.fields).reduce(union, emptySet());
  const ownedBack = removeFields(merged, difference(all, union(fields(without), named(owned))), shape);
  return removeFields(merged, intersection(difference(all, fields(ownedBack)), named(last)), shape);
}

interface Applied {
  object: KubeObject;
  managers: Managers;
}

function applyConfig(live: KubeObject, config: KubeObject, managers: Managers, options: ApplyOptions): Applied {
  const shape = shapeOf(kindOf(config));
  const self = {
    manager: options.manager,
    operation: 'Apply' as const,
    apiVersion: config.apiVersion,
    subresource: options.subresource ?? '',
  };
  const identity = identityOf(self);
  const previous = managers.get(identity);
  const fields = recursiveDifference(fieldsOf(config, shape), resetFields(options.subresource));
  const claimed = new Map([...managers, [identity, { ...self, time: previous?.time ?? '', fields }]]);
  const merged = mergeTyped(live, config, shape);
  const next = previous && !isEmpty(previous.fields) ? prune(merged, previous.fields, claimed, shape) : merged;
  const comparison = compareObjects(live, next, shape);
  const conflicts = options.force ? [] : conflictsIn(claimed, identity, comparison);
  if (conflicts.length > 0) throw conflictError(conflicts);
  // Only now: pruning must see that the configuration names the object.
  const owned = new Map([
    ...claimed,
    [identity, { ...self, time: previous?.time ?? '', fields: withoutServerFields(fields) }],
  ]);
  return finish(live, next as KubeObject, dispossess(owned, identity, comparison), identity, options.now);
}

/** An apply that changes nothing keeps the entry's time. */
function finish(live: KubeObject, next: KubeObject, managers: Managers, identity: string, now: string): Applied {
  const self = managers.get(identity);
  if (jsonEqual(live, next)) return { object: live, managers };
  const stamped = self ? new Map([...managers, [identity, { ...self, time: now }]]) : managers;
  return { object: withoutZeroValues(decodeStrict(next).object), managers: stamped };
}

/** kubectl may take over what it applied on the client side before: those conflicts are no conflicts. */
function applyOrUpgrade(live: KubeObject, config: KubeObject, managers: Managers, options: ApplyOptions): Applied {
  try {
    return applyConfig(live, config, managers, options);
  } catch (error) {
    const upgraded = options.manager === 'kubectl' ? onlyLastApplied(error, live, lastApplied) : undefined;
    if (upgraded !== true) throw upgraded ?? error;
    return applyConfig(live, config, managers, { ...options, force: true });
  }
}

/**
 * The object after a server-side apply, managedFields included; not defaulted or validated. `live` is what is stored,
 * or for an object that does not exist yet a bare one with apiVersion, kind, name and namespace. The result is `live`
 * itself (equal) when nothing changed.
 * @throws StatusError Conflict with a cause FieldManagerConflict per field, BadRequest for a malformed configuration
 */
export function applyServerSide(live: KubeObject, config: unknown, options: ApplyOptions): KubeObject {
  const wanted = readConfig(config, live);
  const known = readManagers(live);
  const bare = withoutManagers(live);
  const exists = live.metadata.uid !== undefined;
  const managers = known.size === 0 && exists ? beforeFirstApply(bare, options.now) : known;
  try {
    const { object, managers: after } = applyOrUpgrade(bare, wanted, managers, options);
    return writeManagers(syncLastApplied(object, wanted, options.manager), after);
  } catch (error) {
    if (error instanceof RangeError) throw typedError(wanted, error.message);
    throw error;
  }
}
