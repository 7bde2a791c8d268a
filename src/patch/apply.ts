/**
 * Server-side apply, and keeping track of owners under plain updates.
 *
 * Models structured-merge-diff `merge/update.go` (Updater) and apimachinery `managedfields`: an apply merges, takes away what the same
 * manager applied before and no longer does (unless another owns it), and conflicts when it changes what others own.
 * Differs: all versions of a kind share one schema, so nothing is converted between versions.
 */
import type { KubeObject } from '../api/object.js';
import { StatusError } from '../api/status.js';
import { decodeStrict } from '../schema/decode.js';
import { kindOf } from '../schema/table.js';
import { withoutZeroValues } from '../schema/zero-values.js';
import { conflictError, type Conflict, onlyLastApplied } from './apply-conflicts.js';
import { difference, emptySet, type FieldSet, insertPath, intersection, isEmpty, pathsOf, recursiveDifference, union } from './field-set.js';
import { isJsonObject, jsonEqual } from './json.js';
import { capManagers, identityOf, type Manager, type Managers, readManagers, withoutManagers, withoutServerFields, writeManagers } from './managed-fields.js';
import { type Shape, shapeOf } from './shape.js';
import { type Comparison, compareObjects, fieldsOf, removeFields, withNamedFields } from './typed.js';
import { mergeTyped } from './typed-merge.js';

export interface ApplyOptions {
  /** Query parameter `fieldManager`. */
  manager: string;
  force?: boolean;
  /** RFC 3339, second precision. */
  now: string;
  subresource?: string;
}

const lastApplied = 'kubectl.kubernetes.io/last-applied-configuration';

/** A write of the main resource owns no status, one of a subresource no spec. Source: the strategies' GetResetFields. */
function resetFields(subresource: string | undefined): FieldSet {
  const set = emptySet();
  insertPath(set, [subresource ? 'f:spec' : 'f:status']);
  return set;
}

function conflictsIn(managers: Managers, self: string, { added, modified }: Comparison): Conflict[] {
  const changed = union(modified, added);
  const others = [...managers].filter(([identity]) => identity !== self).sort(([a], [b]) => (a < b ? -1 : 1));
  return others.flatMap(([, manager]) => pathsOf(intersection(manager.fields, changed)).map((path) => ({ manager, path })));
}

/** Takes from all others what changed or went. */
function dispossess(managers: Managers, self: string, { added, modified, removed }: Comparison): Managers {
  const lost = union(union(added, modified), removed);
  const left = [...managers].map(([identity, manager]): [string, Manager] =>
    identity === self ? [identity, manager] : [identity, { ...manager, fields: difference(manager.fields, lost) }],
  );
  return new Map(left.filter(([, { fields }]) => !isEmpty(fields)));
}

/** What the manager applied before and does not now goes, unless somebody owns it or something that stays lies below it. */
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
  const self = { manager: options.manager, operation: 'Apply' as const, apiVersion: config.apiVersion, subresource: options.subresource ?? '' };
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
  const owned = new Map([...claimed, [identity, { ...self, time: previous?.time ?? '', fields: withoutServerFields(fields) }]]);
  return finish(live, next as KubeObject, dispossess(owned, identity, comparison), identity, options.now);
}

/** An apply that changes nothing keeps the entry's time. */
function finish(live: KubeObject, next: KubeObject, managers: Managers, identity: string, now: string): Applied {
  const self = managers.get(identity);
  if (jsonEqual(live, next)) return { object: live, managers };
  const stamped = self ? new Map([...managers, [identity, { ...self, time: now }]]) : managers;
  return { object: withoutZeroValues(decodeStrict(next).object), managers: stamped };
}

/** An object that nobody owned gets its present fields an owner, so that the first apply conflicts with what others wrote. */
function beforeFirstApply(live: KubeObject, now: string): Managers {
  const shape = shapeOf(kindOf(live));
  const entry = { manager: 'before-first-apply', operation: 'Update' as const, apiVersion: live.apiVersion, subresource: '' };
  const fields = withoutServerFields(compareObjects(bareObject(live), live, shape).added);
  return new Map([[identityOf(entry), { ...entry, time: now, fields }]]);
}

function bareObject({ apiVersion, kind, metadata: { name, namespace } }: KubeObject): KubeObject {
  return { apiVersion, kind, metadata: { name, ...(namespace !== undefined && { namespace }) } };
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

/** Go writes the members of a map in the order of their names. */
function sortMembers(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sortMembers);
  if (!isJsonObject(value)) return value;
  return Object.fromEntries(Object.keys(value).sort().map((name) => [name, sortMembers(value[name])]));
}

/** `kubectl apply --server-side` keeps the annotation of client-side apply true, when there is one. */
function syncLastApplied(object: KubeObject, config: KubeObject, manager: string): KubeObject {
  const { annotations } = object.metadata;
  if (manager !== 'kubectl' || !annotations?.[lastApplied]) return object;
  const { [lastApplied]: _, ...others } = config.metadata.annotations ?? {};
  const metadata = { ...config.metadata, ...(config.metadata.annotations && { annotations: others }) };
  const text = `${JSON.stringify(sortMembers({ ...config, metadata }))}\n`;
  return { ...object, metadata: { ...object.metadata, annotations: { ...annotations, [lastApplied]: text } } };
}

function typedError({ apiVersion, kind, metadata }: KubeObject, cause: string): StatusError {
  const where = `${metadata.namespace ?? ''}/${metadata.name ?? ''}; ${apiVersion.includes('/') ? apiVersion : `/${apiVersion}`}, Kind=${kind}`;
  // Differs: a real server sends this with code 500 and no reason.
  return new StatusError('BadRequest', `failed to create typed patch object (${where}): ${cause}`);
}

/** The applied configuration as an object, checked against the schema: unknown fields are errors in every mode. */
function readConfig(config: unknown, live: KubeObject): KubeObject {
  if (!isJsonObject(config) || !isJsonObject(config.metadata ?? {})) {
    throw new StatusError('BadRequest', 'error decoding YAML: the applied configuration must be an object with metadata');
  }
  if (config.apiVersion !== live.apiVersion || config.kind !== live.kind) {
    const specified = `${String(config.apiVersion)}, Kind=${String(config.kind)}`;
    throw new StatusError('BadRequest', `invalid object type: ${specified}, expected: ${live.apiVersion}, Kind=${live.kind}`);
  }
  const object = { ...config, metadata: config.metadata ?? {} } as KubeObject;
  if (object.metadata.managedFields !== undefined) throw new StatusError('BadRequest', 'metadata.managedFields must be nil');
  const decoded = decodeStrict(object);
  const [unknown] = decoded.unknownFields;
  if (unknown) throw typedError(object, `.${unknown.field}: field not declared in schema`);
  const [misfit] = decoded.typeErrors;
  if (misfit) throw typedError(object, `.${misfit.field}: ${misfit.message}`);
  return decoded.object;
}

/**
 * The object after a server-side apply, managedFields included; not defaulted or validated. `live` is what is stored, or for an object that does
 * not exist yet a bare one with apiVersion, kind, name and namespace. The result is `live` itself (equal) when nothing changed.
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

/** `managedFields: []` or `[{}]` in an update gives up all ownership. */
function isReset(entries: unknown): boolean {
  if (!Array.isArray(entries)) return false;
  return entries.length === 0 || (entries.length === 1 && isJsonObject(entries[0]) && Object.keys(entries[0]).length === 0);
}

/**
 * The object of a plain create, update or patch with ownership kept: the manager gets what it added or changed, others lose it.
 * `live` is undefined for a create. Call it with the defaulted object, as upstream does.
 */
export function trackUpdate(live: KubeObject | undefined, next: KubeObject, options: ApplyOptions): KubeObject {
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
  const self = { manager: options.manager, operation: 'Update' as const, apiVersion: next.apiVersion, subresource: options.subresource ?? '' };
  const identity = identityOf(self);
  const fields = union(rest.get(identity)?.fields ?? emptySet(), gained);
  return writeManagers(object, capManagers(new Map([...rest, [identity, { ...self, time: options.now, fields }]])));
}
