/**
 * Names and uids of new objects, derived from the seed and from how often the same was asked for before.
 *
 * Models: `registry/rest/create.go` (generateName) and `types.UID`. The counts are the registry's only state besides the
 * objects; a restored lab hands them back in, so that names go on where they stopped.
 */
import { suffixOf, uidOf } from '../model/derive.js';
import type { Undo } from './transaction.js';

/** Kubernetes cuts the prefix so that the name stays within 63 characters. Source: `apiserver/pkg/storage/names/generate.go`. */
const maxPrefixLength = 58;
const suffixLength = 5;

/** What counts the incarnations of a key. */
export function uidCounter(key: string): string {
  return `uid ${key}`;
}

/** What counts the names made from a prefix; `scope` is group, kind and namespace. */
export function nameCounter(scope: string, prefix: string): string {
  return `name ${scope}/${prefix.slice(0, maxPrefixLength)}`;
}

export class Identity {
  readonly #counts = new Map<string, number>();

  constructor(readonly seed: number) {}

  /** A name `prefix` + 5 characters that `taken` does not know. `scope` is kind and namespace. */
  nameFor(scope: string, prefix: string, taken: (name: string) => boolean, undo: Undo): string {
    const base = prefix.slice(0, maxPrefixLength);
    for (;;) {
      const count = this.#next(nameCounter(scope, prefix), undo);
      const name = base + suffixOf(suffixLength, this.seed, 'name', scope, base, count);
      if (!taken(name)) return name;
    }
  }

  /** The uid of the next incarnation of a key: an object deleted and made again has another. */
  uidFor(key: string, undo: Undo): string {
    return uidOf(this.seed, key, this.#next(uidCounter(key), undo));
  }

  /** What has been handed out, as plain data. */
  save(): Record<string, number> {
    return Object.fromEntries(this.#counts);
  }

  restore(saved: Readonly<Record<string, number>>): void {
    this.#counts.clear();
    for (const [what, count] of Object.entries(saved)) this.#counts.set(what, count);
  }

  #next(what: string, undo: Undo): number {
    const count = this.#counts.get(what) ?? 0;
    this.#counts.set(what, count + 1);
    undo(() => (count === 0 ? this.#counts.delete(what) : this.#counts.set(what, count)));
    return count;
  }
}
