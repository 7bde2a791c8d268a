/**
 * metadata.managedFields: who owns which fields, read from and written to an object.
 *
 * Models apimachinery `managedfields/internal`: managedfields.go (identity and order of entries), stripmeta.go,
 * capmanagers.go.
 */
import type { KubeObject } from '../api/object.js';
import {
  difference,
  emptySet,
  type FieldSet,
  fromFieldsV1,
  insertPath,
  isEmpty,
  toFieldsV1,
  union,
} from './field-set.js';
import { isJsonObject } from './json.js';

export interface Manager {
  manager: string;
  operation: 'Apply' | 'Update';
  apiVersion: string;
  subresource: string;
  /** RFC 3339; '' when the entry has none. */
  time: string;
  fields: FieldSet;
}

/** By identity. */
export type Managers = ReadonlyMap<string, Manager>;

/** Entries of one manager, operation and subresource are one; updates also differ by version. */
export function identityOf({ manager, operation, apiVersion, subresource }: Omit<Manager, 'time' | 'fields'>): string {
  return JSON.stringify([manager, operation, operation === 'Apply' ? '' : apiVersion, subresource]);
}

const text = (value: unknown) => (typeof value === 'string' ? value : '');

function readEntry(entry: unknown): Manager[] {
  if (!isJsonObject(entry) || (entry.operation !== 'Apply' && entry.operation !== 'Update')) return [];
  const { operation, manager, apiVersion, subresource, time, fieldsV1 } = entry;
  const fields = fromFieldsV1(fieldsV1);
  return [
    {
      manager: text(manager),
      operation,
      apiVersion: text(apiVersion),
      subresource: text(subresource),
      time: text(time),
      fields,
    },
  ];
}

/** Reads the managers of an object; entries that are no entries are left out. */
export function readManagers(object: KubeObject | undefined): Managers {
  const entries: unknown = object?.metadata.managedFields;
  const managers = (Array.isArray(entries) ? entries : []).flatMap(readEntry);
  return new Map(managers.map((manager) => [identityOf(manager), manager]));
}

const compareText = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0);

/** Appliers first, then by time, name, version and subresource. */
function compareManagers(a: Manager, b: Manager): number {
  return (
    compareText(a.operation, b.operation) ||
    compareText(a.time, b.time) ||
    compareText(a.manager, b.manager) ||
    compareText(a.apiVersion, b.apiVersion) ||
    compareText(a.subresource, b.subresource)
  );
}

function writeEntry({ manager, operation, apiVersion, subresource, time, fields }: Manager) {
  return {
    apiVersion,
    fieldsType: 'FieldsV1',
    fieldsV1: toFieldsV1(fields),
    manager,
    operation,
    ...(subresource !== '' && { subresource }),
    ...(time !== '' && { time }),
  };
}

export function withoutManagers(object: KubeObject): KubeObject {
  const { managedFields: _, ...metadata } = object.metadata;
  return { ...object, metadata };
}

/** The object with these managers; those without fields are left out. */
export function writeManagers(object: KubeObject, managers: Managers): KubeObject {
  const entries = [...managers.values()].filter(({ fields }) => !isEmpty(fields)).sort(compareManagers);
  if (entries.length === 0) return withoutManagers(object);
  return { ...object, metadata: { ...object.metadata, managedFields: entries.map(writeEntry) } };
}

/** Fields that the server itself keeps and nobody owns. Source: managedfields/internal/stripmeta.go. */
const unowned = emptySet();
for (const name of ['apiVersion', 'kind', 'metadata']) insertPath(unowned, [`f:${name}`]);
for (const name of [
  'name',
  'namespace',
  'creationTimestamp',
  'selfLink',
  'uid',
  'clusterName',
  'generation',
  'managedFields',
  'resourceVersion',
]) {
  insertPath(unowned, ['f:metadata', `f:${name}`]);
}

export const withoutServerFields = (fields: FieldSet): FieldSet => difference(fields, unowned);

/** Source: managedfields/internal/fieldmanager.go `DefaultMaxUpdateManagers`. */
const maxUpdateManagers = 10;

/** Merges the oldest updates of one version into `ancient-changes` when there are more than ten. */
export function capManagers(managers: Managers): Managers {
  const updates = [...managers.values()].filter(({ operation }) => operation === 'Update').sort(compareManagers);
  if (updates.length <= maxUpdateManagers) return managers;
  // One more than the excess, because they become one entry.
  const oldest = updates
    .slice(0, updates.length - maxUpdateManagers + 1)
    .filter(({ apiVersion }, _, [first]) => apiVersion === first?.apiVersion);
  const last = oldest.at(-1);
  if (!last || oldest.length < 2) return managers;
  const bucket = {
    ...last,
    manager: 'ancient-changes',
    subresource: '',
    fields: oldest.map(({ fields }) => fields).reduce(union),
  };
  const kept = [...managers].filter(([, manager]) => !oldest.includes(manager));
  return new Map([...kept, [identityOf(bucket), bucket]]);
}
