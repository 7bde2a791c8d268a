/**
 * The registry's changes as lines of text, and a registry's content from such lines: what a lab keeps on disk, so that
 * it comes back after a crash with the same objects, names and addresses.
 *
 * Models: etcd's write-ahead log, one JSON object a line. A change is told to watchers before the writer has its answer,
 * so a watcher that appends and flushes each line loses nothing that anybody was told was stored.
 */
import { type KubeObject, keyOf, keyText } from '../api/object.js';
import type { ChangeEvent, WatchEventType } from './contract.js';
import { nameCounter, uidCounter } from './identity.js';
import type { RegistrySnapshot } from './registry.js';

/** A journal that cannot be read, with the line that is wrong. */
export class JournalError extends Error {
  override readonly name = 'JournalError';

  constructor(readonly line: number) {
    super(`line ${line} of the journal is damaged; remove the journal to start with an empty cluster`);
  }
}

type Entry = { type: WatchEventType; object: KubeObject } | { counts: Record<string, number>; resourceVersion: number };

/** Leases only say that a node lived a moment ago: not worth a line every ten seconds. */
function isKept({ kind }: KubeObject): boolean {
  return kind !== 'Lease';
}

/** One change as a line with its newline; '' for a change that is not kept. */
export function journalLine({ type, object }: Pick<ChangeEvent, 'type' | 'object'>): string {
  return isKept(object) ? `${JSON.stringify({ type, object })}\n` : '';
}

/** A whole snapshot as the lines of a fresh journal: the old one, compacted. */
export function journalOf({ objects, counts, resourceVersion }: RegistrySnapshot): string {
  const header = `${JSON.stringify({ counts, resourceVersion })}\n`;
  return header + objects.map((object) => journalLine({ type: 'MODIFIED', object })).join('');
}

/**
 * The content that a journal describes. A last line without newline is a write that was cut off, and counts as not made.
 * @throws JournalError
 */
export function replayJournal(text: string): RegistrySnapshot {
  const objects = new Map<string, KubeObject>();
  const state: RegistrySnapshot = { objects: [], resourceVersion: 0, counts: {} };
  const lines = text.split('\n');
  lines.pop();
  for (const [index, line] of lines.entries()) replayEntry(parseEntry(line, index + 1), objects, state);
  const inOrder = [...objects].sort(([left], [right]) => (left < right ? -1 : 1));
  return { ...state, objects: inOrder.map(([, object]) => object) };
}

function parseEntry(line: string, number: number): Entry {
  try {
    const entry = JSON.parse(line) as Entry;
    if ('counts' in entry || entry.object.metadata.name) return entry;
  } catch {
    // Told below, with the number of the line.
  }
  throw new JournalError(number);
}

function replayEntry(entry: Entry, objects: Map<string, KubeObject>, state: RegistrySnapshot): void {
  if ('counts' in entry) {
    state.counts = { ...entry.counts };
    state.resourceVersion = entry.resourceVersion;
    return;
  }
  const { type, object } = entry;
  const key = keyText(keyOf(object));
  if (type === 'DELETED') objects.delete(key);
  else objects.set(key, object);
  if (type === 'ADDED') countCreation(object, key, state.counts);
  state.resourceVersion = Math.max(state.resourceVersion, Number(object.metadata.resourceVersion));
}

/** What creating the object has taken from the counters, see `Identity`. */
function countCreation(object: KubeObject, key: string, counts: Record<string, number>): void {
  const { group, kind, namespace } = keyOf(object);
  const { generateName } = object.metadata;
  const used = [uidCounter(key), ...(generateName ? [nameCounter(`${group}/${kind}/${namespace}`, generateName)] : [])];
  for (const counter of used) counts[counter] = (counts[counter] ?? 0) + 1;
}
