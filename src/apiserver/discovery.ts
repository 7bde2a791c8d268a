/**
 * Discovery documents, built from the kind table: the legacy ones that every client understands and the aggregated
 * ones (KEP-3352) that save newer clients a request a group.
 *
 * Source: apiserver `pkg/endpoints/discovery`, apimachinery `metav1.APIResourceList`, `apidiscovery.k8s.io/v2`.
 */
import type { KindInfo } from '../registry/contract.js';
import {
  servedSubresources,
  storedVerbs,
  subresourceOf,
  type Verb,
  type VirtualResource,
  virtualResources,
} from './resources.js';

interface ResourceEntry {
  name: string;
  singularName: string;
  namespaced: boolean;
  group?: string;
  version?: string;
  kind: string;
  verbs: readonly Verb[];
  shortNames?: string[];
  categories?: string[];
}

/** One served group: its versions, preferred first. */
export interface Group {
  name: string;
  versions: string[];
}

const groupVersion = (group: string, version: string): string => (group === '' ? version : `${group}/${version}`);

/** Kubernetes' version order: v2 before v1 before v1beta2 before v1alpha1 (apimachinery `version.CompareKubeAwareVersionStrings`). */
function versionRank(version: string): [number, number, number] {
  const match = /^v(\d+)(?:(alpha|beta)(\d+))?$/.exec(version);
  if (match === null) return [-1, 0, 0];
  const stability = match[2] === undefined ? 2 : match[2] === 'beta' ? 1 : 0;
  return [stability, Number(match[1]), Number(match[3] ?? 0)];
}

function compareVersions(a: string, b: string): number {
  const [left, right] = [versionRank(a), versionRank(b)];
  return right[0] - left[0] || right[1] - left[1] || right[2] - left[2];
}

/** All groups but the core one, in the order in which kinds name them. */
export function groupsOf(kinds: readonly KindInfo[]): Group[] {
  const versions = new Map<string, Set<string>>();
  const add = (group: string, version: string) => versions.set(group, (versions.get(group) ?? new Set()).add(version));
  for (const kind of kinds) for (const version of kind.versions) add(kind.group, version);
  for (const { group, version } of virtualResources) add(group, version);
  versions.delete('');
  return [...versions].map(([name, set]) => ({ name, versions: [...set].sort(compareVersions) }));
}

function groupDocument({ name, versions }: Group): Record<string, unknown> {
  const all = versions.map((version) => ({ groupVersion: groupVersion(name, version), version }));
  return { name, versions: all, preferredVersion: all[0] };
}

/** `/api`. */
export function legacyVersions(): Record<string, unknown> {
  return { kind: 'APIVersions', versions: ['v1'], serverAddressByClientCIDRs: [] };
}

/** `/apis`. */
export function groupList(kinds: readonly KindInfo[]): Record<string, unknown> {
  return { kind: 'APIGroupList', apiVersion: 'v1', groups: groupsOf(kinds).map(groupDocument) };
}

/** `/apis/GROUP`; undefined when nothing is served under that name. */
export function groupOnly(kinds: readonly KindInfo[], name: string): Record<string, unknown> | undefined {
  const group = groupsOf(kinds).find((one) => one.name === name);
  return group && { kind: 'APIGroup', apiVersion: 'v1', ...groupDocument(group) };
}

function storedEntry(kind: KindInfo): ResourceEntry {
  const { plural, singular, namespaced, shortNames, categories } = kind;
  return {
    name: plural,
    singularName: singular,
    namespaced,
    kind: kind.kind,
    verbs: storedVerbs,
    ...(shortNames.length > 0 ? { shortNames } : {}),
    ...(categories.length > 0 ? { categories } : {}),
  };
}

function subresourceEntries(kind: KindInfo): ResourceEntry[] {
  return servedSubresources(kind).map((name) => {
    const info = subresourceOf(kind, name);
    const foreign = info?.group === undefined ? {} : { group: info.group, version: info.version };
    const shape = { name: `${kind.plural}/${name}`, singularName: '', namespaced: kind.namespaced };
    return { ...shape, ...foreign, kind: info?.kind ?? kind.kind, verbs: info?.verbs ?? [] };
  });
}

function virtualEntry({ plural, kind, namespaced }: VirtualResource): ResourceEntry {
  return { name: plural, singularName: kind.toLowerCase(), namespaced, kind, verbs: ['create'] };
}

const byName = (a: { name: string }, b: { name: string }): number => (a.name < b.name ? -1 : 1);

/** `/api/v1`, `/apis/GROUP/VERSION`; undefined when nothing is served there. */
export function resourceList(
  kinds: readonly KindInfo[],
  group: string,
  version: string,
): Record<string, unknown> | undefined {
  const stored = kinds.filter((kind) => kind.group === group && kind.versions.includes(version));
  const virtual = virtualResources.filter((one) => one.group === group && one.version === version);
  if (stored.length + virtual.length === 0) return undefined;
  const resources = [
    ...stored.flatMap((kind) => [storedEntry(kind), ...subresourceEntries(kind)]),
    ...virtual.map(virtualEntry),
  ].sort(byName);
  return { kind: 'APIResourceList', apiVersion: 'v1', groupVersion: groupVersion(group, version), resources };
}

function aggregatedSubresources(kind: KindInfo, version: string): Record<string, unknown>[] {
  return subresourceEntries(kind).map((entry) => ({
    subresource: entry.name.slice(kind.plural.length + 1),
    responseKind: { group: entry.group ?? kind.group, version: entry.version ?? version, kind: entry.kind },
    verbs: entry.verbs,
  }));
}

function aggregatedResource(kind: KindInfo, version: string): Record<string, unknown> {
  const { group, plural, singular, namespaced, shortNames, categories } = kind;
  const subresources = aggregatedSubresources(kind, version);
  return {
    resource: plural,
    responseKind: { group, version, kind: kind.kind },
    scope: namespaced ? 'Namespaced' : 'Cluster',
    singularResource: singular,
    verbs: storedVerbs,
    ...(shortNames.length > 0 ? { shortNames } : {}),
    ...(categories.length > 0 ? { categories } : {}),
    ...(subresources.length > 0 ? { subresources } : {}),
  };
}

function aggregatedVirtual({ group, version, plural, kind, namespaced }: VirtualResource): Record<string, unknown> {
  return {
    resource: plural,
    responseKind: { group, version, kind },
    scope: namespaced ? 'Namespaced' : 'Cluster',
    singularResource: kind.toLowerCase(),
    verbs: ['create'],
  };
}

function aggregatedVersion(kinds: readonly KindInfo[], group: string, version: string): Record<string, unknown> {
  const stored = kinds.filter((kind) => kind.group === group && kind.versions.includes(version));
  const virtual = virtualResources.filter((one) => one.group === group && one.version === version);
  const resources = [...stored.map((kind) => aggregatedResource(kind, version)), ...virtual.map(aggregatedVirtual)];
  return { version, freshness: 'Current', resources };
}

/** `/api` (`legacy`) or `/apis` in the aggregated form; `form` as the client asked. */
export function aggregated(
  kinds: readonly KindInfo[],
  legacy: boolean,
  form: 'v2' | 'v2beta1',
): Record<string, unknown> {
  const groups: Group[] = legacy ? [{ name: '', versions: ['v1'] }] : groupsOf(kinds);
  const items = groups.map(({ name, versions }) => ({
    metadata: name === '' ? {} : { name },
    versions: versions.map((version) => aggregatedVersion(kinds, name, version)),
  }));
  return { kind: 'APIGroupDiscoveryList', apiVersion: `apidiscovery.k8s.io/${form}`, metadata: {}, items };
}
