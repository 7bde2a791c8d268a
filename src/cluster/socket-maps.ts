/**
 * Keeps the maps of the socket load balancer as they should be: who wants which entries is told piece by piece, and
 * all that changed in one turn of the event loop is written by one bpftool.
 */
import { entriesByKey, planEntries } from '../proxy/socket-lb/change.js';
import type { Entry } from '../proxy/socket-lb/entries.js';

export interface MapWriter {
  /** Runs `bpftool batch`. */
  batch(input: string): Promise<void>;
  /** Where the maps are pinned. */
  readonly maps: string;
}

const nothing: readonly Entry[] = [];

export class SocketMaps {
  readonly #wanted = new Map<string, readonly Entry[]>();
  readonly #held = new Map<string, readonly Entry[]>();
  readonly #changed = new Set<string>();
  /** Pieces of which a write that failed may have left anything. */
  readonly #uncertain = new Map<string, readonly Entry[]>();
  #writing: Promise<void> = Promise.resolve();
  #waiting: Promise<void> | undefined;

  constructor(private readonly writer: MapWriter) {}

  /** What a piece (a machine, a Service on a node) is to be from now on; nothing is written before `written`. */
  want(piece: string, entries: readonly Entry[]): void {
    this.#wanted.set(piece, entries);
    this.#changed.add(piece);
  }

  /** Resolves when the kernel has all that is wanted. @throws ProcessError; the next call tries again */
  written(): Promise<void> {
    this.#waiting ??= this.#writing
      .catch(() => undefined)
      .then(() => new Promise<void>((resolve) => setImmediate(resolve)))
      .then(() => {
        this.#waiting = undefined;
        this.#writing = this.#write();
        return this.#writing;
      });
    return this.#waiting;
  }

  async #write(): Promise<void> {
    const pieces = [...this.#changed];
    const next = new Map(pieces.map((piece) => [piece, this.#wanted.get(piece) ?? nothing]));
    const input = this.#plan(next);
    this.#changed.clear();
    try {
      if (input !== '') await this.writer.batch(input);
    } catch (error) {
      for (const [piece, entries] of next) this.#doubt(piece, entries);
      throw error;
    }
    for (const [piece, entries] of next) this.#keep(piece, entries);
  }

  /** All pieces in one: an address may go from one Service to another. */
  #plan(next: ReadonlyMap<string, readonly Entry[]>): string {
    const pieces = [...next.keys()];
    const before = pieces.flatMap((piece) => this.#uncertain.get(piece) ?? this.#held.get(piece) ?? nothing);
    const certain = !pieces.some((piece) => this.#uncertain.has(piece));
    const wanted = entriesByKey([...next.values()].flat());
    return planEntries({ entries: entriesByKey(before), certain }, wanted, this.writer.maps);
  }

  #doubt(piece: string, entries: readonly Entry[]): void {
    this.#uncertain.set(piece, [...(this.#uncertain.get(piece) ?? this.#held.get(piece) ?? nothing), ...entries]);
    this.#changed.add(piece);
  }

  #keep(piece: string, entries: readonly Entry[]): void {
    this.#uncertain.delete(piece);
    if (entries.length > 0) this.#held.set(piece, entries);
    else this.#held.delete(piece);
    if (this.#wanted.get(piece)?.length === 0) this.#wanted.delete(piece);
  }
}
