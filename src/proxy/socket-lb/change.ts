/**
 * The change between two states of the maps, as input of `bpftool batch`.
 *
 * There is no transaction. Endpoints come before the Service that counts them, and go after it, so that whatever the
 * program reads in between is an endpoint of that Service, or an empty slot, which it leaves to the rules.
 */
import type { Entry, MapName } from './entries.js';

/** By map and key. */
export type Entries = ReadonlyMap<string, Entry>;

export function entriesByKey(entries: readonly Entry[]): Entries {
  return new Map(entries.map((entry) => [`${entry.map} ${entry.key}`, entry]));
}

/** The order in which entries come; they go in the opposite one. */
const order: readonly MapName[] = ['machines', 'endpoints', 'members', 'turns', 'services'];

function inOrder(entries: readonly Entry[]): Entry[] {
  return order.flatMap((map) => entries.filter((entry) => entry.map === map));
}

function bytes(hex: string): string {
  return (hex.match(/../g) ?? []).join(' ');
}

function update({ map, key, value }: Entry, folder: string): string {
  return `map update pinned ${folder}/${map} key hex ${bytes(key)} value hex ${bytes(value)}\n`;
}

function remove({ map, key }: Entry, folder: string): string {
  return `map delete pinned ${folder}/${map} key hex ${bytes(key)}\n`;
}

/** What the kernel holds as far as it is known. */
export interface Held {
  readonly entries: Entries;
  /** Not after a failure: then each of the entries may be there or not. */
  readonly certain: boolean;
}

function differs(entry: Entry, { entries, certain }: Held): boolean {
  return !certain || entries.get(`${entry.map} ${entry.key}`)?.value !== entry.value;
}

/** `bpftool batch` input, '' for none. `folder` is where the maps are pinned. */
export function planEntries(held: Held, next: Entries, folder: string): string {
  const fresh = inOrder([...next.values()].filter((entry) => differs(entry, held)));
  const gone = inOrder([...held.entries].flatMap(([key, entry]) => (next.has(key) ? [] : [entry]))).reverse();
  // Deleting what is not there is an error, so what may be missing is made first.
  const sure = held.certain ? [] : gone.map((entry) => update(entry, folder));
  return [...fresh.map((entry) => update(entry, folder)), ...sure, ...gone.map((entry) => remove(entry, folder))].join(
    '',
  );
}
