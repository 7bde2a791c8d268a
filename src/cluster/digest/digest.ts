/**
 * The digests by which two labs are shown to be the same: what was planned, and what the kernel holds.
 *
 * A digest is made of named sections of text, so that a difference has a name. Left out is what cannot repeat: times,
 * resource versions, counters, and Events, which are history. Pure but for the texts it is given.
 */
import { createHash } from 'node:crypto';
import type { KubeObject } from '../../api/object.js';
import { rootCAName } from '../../controllers/namespace.js';
import { canonicalJson } from '../../model/derive.js';
import { dummyDevice } from '../../proxy/ipvs/compile.js';

/** Section name to text, in sorted order. */
export type Sections = ReadonlyMap<string, string>;

export interface Digest {
  digest: string;
  sections: Record<string, string>;
}

/** Kinds that only say when something happened. */
const history = new Set(['Event', 'Lease']);
/** Fields that tell time or order of writing; `resourceVersion` counts writes. */
const volatile =
  /^(resourceVersion|managedFields|generation|observedGeneration|startedAt|finishedAt|.*(Time|Timestamp))$/;

/** The stored objects as text, one section a kind. */
export function objectSections(objects: Iterable<KubeObject>): Sections {
  const lines = new Map<string, string[]>();
  for (const object of objects) {
    if (history.has(object.kind)) continue;
    const line = canonicalJson(withoutVolatile(withoutKeys(object)));
    lines.set(object.kind, [...(lines.get(object.kind) ?? []), line]);
  }
  const kinds = [...lines.keys()].sort();
  return new Map(kinds.map((kind) => [`objects/${kind}`, (lines.get(kind) ?? []).sort().join('\n')]));
}

/** Each lab has a CA of its own: keys are the one thing that must differ. */
function withoutKeys(object: KubeObject): KubeObject {
  return object.kind === 'ConfigMap' && object.metadata.name === rootCAName ? { ...object, data: {} } : object;
}

function withoutVolatile(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutVolatile);
  if (typeof value !== 'object' || value === null) return value;
  const kept = Object.entries(value).filter(([key]) => !volatile.test(key));
  return Object.fromEntries(kept.map(([key, inner]) => [key, withoutVolatile(inner)]));
}

/**
 * `iptables-save` without what changes by itself: comments with the time, counters, the order of tables, which is the
 * order in which the kernel first met them, and tables that were only looked at.
 */
export function canonicalSave(text: string): string {
  const lines = text.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
  const plain = lines.map((line) => line.replace(/^\[\d+:\d+\] /, '').replace(/ \[\d+:\d+\]$/, ''));
  return tablesOf(plain)
    .filter((table) => table.some((line) => !untouched.test(line)))
    .map((table) => table.join('\n'))
    .sort()
    .join('\n');
}

/** What even an empty table prints: its name, its built-in chains with their policy, its end. */
const untouched = /^(\*.*|:[A-Z]+ ACCEPT|COMMIT)$/;

/** Cuts saved lines into tables, each from its `*name` to its `COMMIT`. */
function tablesOf(lines: readonly string[]): string[][] {
  const tables: string[][] = [];
  for (const line of lines) {
    if (line.startsWith('*')) tables.push([]);
    tables.at(-1)?.push(line);
  }
  return tables;
}

/** `ip -j` output without namespace ids, which count in the order of creation. */
export function canonicalLinks(json: string): string {
  const links = JSON.parse(json === '' ? '[]' : json) as Record<string, unknown>[];
  return links
    .map(({ link_netnsid: _id, ...link }) => canonicalJson(link.ifname === dummyDevice ? canonicalDummy(link) : link))
    .join('\n');
}

/** kube-ipvs0 is numbered by when IPVS mode began, and its addresses come in the order in which Services did. */
function canonicalDummy({ ifindex: _index, ...link }: Record<string, unknown>): Record<string, unknown> {
  const addresses = (link.addr_info ?? []) as unknown[];
  return { ...link, addr_info: addresses.map((address) => canonicalJson(address)).sort() };
}

export function digestOfSections(sections: Sections): Digest {
  const names = [...sections.keys()].sort();
  const hashes = names.map((name) => [name, sha256(sections.get(name) ?? '')] as const);
  return { digest: sha256(hashes.map((pair) => pair.join(' ')).join('\n')), sections: Object.fromEntries(hashes) };
}

/** The first section and line in which two labs differ, or undefined when they are the same. */
export function firstDifference(
  one: Sections,
  other: Sections,
): { section: string; one: string; other: string } | undefined {
  for (const section of [...new Set([...one.keys(), ...other.keys()])].sort()) {
    const [left, right] = [one.get(section), other.get(section)];
    if (left === right) continue;
    const [a, b] = [left?.split('\n') ?? [], right?.split('\n') ?? []];
    const line = a.findIndex((text, index) => text !== b[index]);
    const position = line < 0 ? a.length : line;
    return { section, ...aroundDifference(a[position], b[position]) };
  }
  return undefined;
}

/** How much of a long line is shown on either side of where it differs. */
const CONTEXT = 80;

function aroundDifference(one = '(nothing)', other = '(nothing)'): { one: string; other: string } {
  let from = 0;
  while (from < one.length && one[from] === other[from]) from++;
  const start = Math.max(0, from - CONTEXT);
  const clip = (text: string) =>
    `${start > 0 ? '…' : ''}${text.slice(start, from + CONTEXT)}${text.length > from + CONTEXT ? '…' : ''}`;
  return { one: clip(one), other: clip(other) };
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
