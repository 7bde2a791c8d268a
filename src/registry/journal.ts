/**
 * A registry as lines of text: a snapshot, then one line a change. What a lab writes down so that its objects, with their
 * names and addresses, outlive the process.
 *
 * Models etcd's place in a cluster. What the lab finds out anew after a start is left out: Events, Leases, and the
 * status of pods and nodes.
 */
import { type KubeObject, keyOf, keyText } from '../api/object.js';
import type { ChangeEvent } from './contract.js';
import { nameCounter, uidCounter } from './identity.js';
import { deepEqual } from './plain-data.js';
import type { RegistrySnapshot } from './registry.js';

type JournalEntry =
  | { snapshot: RegistrySnapshot }
  | { put: KubeObject; added?: true }
  | { gone: string; resourceVersion: number };

/** Kinds that only tell what happens at the moment. */
const passing: ReadonlySet<string> = new Set(['Event', 'Lease']);
/** Kinds whose status is reported again by whoever runs them. */
const reported: ReadonlySet<string> = new Set(['Pod', 'Node']);

/** The line that begins a journal. */
export function snapshotLine({ objects, ...rest }: RegistrySnapshot): string {
  const kept = objects.filter(({ kind }) => !passing.has(kind));
  return line({ snapshot: { ...rest, objects: kept } });
}

/** The line of one change, or undefined for one that need not be remembered. */
export function changeLine({ type, key, object, previous, resourceVersion }: ChangeEvent): string | undefined {
  if (passing.has(key.kind)) return undefined;
  if (type === 'DELETED') return line({ gone: keyText(key), resourceVersion });
  if (type === 'ADDED') return line({ put: object, added: true });
  return previous && reported.has(key.kind) && onlyReported(object, previous) ? undefined : line({ put: object });
}

function line(entry: JournalEntry): string {
  return `${JSON.stringify(entry)}\n`;
}

/** A pod that ended stays ended: that is not found out anew. */
function onlyReported(object: KubeObject, previous: KubeObject): boolean {
  if (hasEnded(object)) return false;
  const without = ({ status: _status, metadata, ...rest }: KubeObject) => ({
    ...rest,
    metadata: { ...metadata, resourceVersion: undefined, managedFields: undefined },
  });
  return deepEqual(without(object), without(previous));
}

function hasEnded({ kind, status }: KubeObject): boolean {
  const phase = (status as { phase?: string } | undefined)?.phase;
  return kind === 'Pod' && (phase === 'Succeeded' || phase === 'Failed');
}

/**
 * What a registry is to go on from. A last line that was cut off by a crash is left out.
 * @throws Error when the journal does not begin with a snapshot
 */
export function replay(lines: readonly string[]): RegistrySnapshot {
  const [first, ...changes] = lines.flatMap((text) => entryOf(text) ?? []);
  if (!first || !('snapshot' in first)) throw new Error('the journal does not begin with a snapshot');
  const objects = new Map(first.snapshot.objects.map((object) => [keyText(keyOf(object)), object]));
  const counts = { ...first.snapshot.counts };
  let { resourceVersion } = first.snapshot;
  for (const change of changes) {
    if ('snapshot' in change) continue;
    if ('gone' in change) objects.delete(change.gone);
    else objects.set(keyText(keyOf(change.put)), change.put);
    if ('put' in change && change.added) countNames(counts, change.put);
    const version = 'gone' in change ? change.resourceVersion : Number(change.put.metadata.resourceVersion);
    resourceVersion = Math.max(resourceVersion, version);
  }
  return { objects: [...objects.values()].filter(isKept).map(asBeforeItRan), resourceVersion, counts };
}

function entryOf(text: string): JournalEntry | undefined {
  try {
    return JSON.parse(text) as JournalEntry;
  } catch {
    return undefined;
  }
}

/** Names and uids go on where they stopped. */
function countNames(counts: Record<string, number>, { metadata, ...object }: KubeObject): void {
  const key = keyOf({ ...object, metadata } as KubeObject);
  const counters = [uidCounter(keyText(key))];
  const scope = `${key.group}/${key.kind}/${key.namespace}`;
  if (metadata.generateName) counters.push(nameCounter(scope, metadata.generateName));
  for (const counter of counters) counts[counter] = (counts[counter] ?? 0) + 1;
}

/** A pod that was being stopped has nobody left to stop it. */
function isKept({ kind, metadata }: KubeObject): boolean {
  return kind !== 'Pod' || metadata.deletionTimestamp === undefined;
}

/** Pods are bound and have their addresses; that they run is for the kubelets to say. */
function asBeforeItRan(object: KubeObject): KubeObject {
  if (object.kind !== 'Pod' || hasEnded(object)) return object;
  const { qosClass } = (object.status ?? {}) as { qosClass?: string };
  return { ...object, status: { phase: 'Pending', ...(qosClass && { qosClass }) } };
}
