/**
 * The last changes, and who wants to hear of the next: a ring that a watch can replay.
 *
 * Models: apiserver's watch cache (`storage/cacher/watch_cache.go`). Listeners are called after the write, in order of
 * resourceVersion even when a listener writes itself.
 */
import { StatusError } from '../api/status.js';
import type { ChangeEvent } from './contract.js';

type Listener = (event: ChangeEvent) => void;

export class EventLog {
  readonly #ring: (ChangeEvent | undefined)[];
  /** Events ever appended; the ring holds the last of them. */
  #count = 0;
  /** resourceVersion of the newest event that fell out of the ring. */
  #forgotten = 0;
  #newest = 0;
  readonly #listeners = new Set<Listener>();
  #queue: ChangeEvent[] = [];
  #delivering = false;

  /** @param capacity how many events can be replayed */
  constructor(capacity: number) {
    this.#ring = new Array<ChangeEvent | undefined>(capacity);
  }

  /** Log the events and tell every listener. A listener's own writes are told after the current ones. */
  publish(events: readonly ChangeEvent[]): void {
    for (const event of events) this.#append(event);
    this.#queue.push(...events);
    if (this.#delivering) return;
    this.#delivering = true;
    try {
      while (this.#queue.length > 0) this.#deliver();
    } finally {
      this.#delivering = false;
    }
  }

  /**
   * Events with resourceVersion > `from`, first the logged, then live; `undefined` = live only.
   * @throws StatusError Expired when events after `from` are no longer logged.
   */
  watch(from: number | undefined, listener: Listener): () => void {
    if (from !== undefined) {
      if (from < this.#forgotten) throw expired(from, this.#forgotten);
      for (const event of this.#logged()) if (event.resourceVersion > from) listener(event);
    }
    // A watch that starts inside a delivery has just replayed what is still being delivered.
    const seen = this.#newest;
    const own: Listener = (event) => {
      if (event.resourceVersion > seen) listener(event);
    };
    this.#listeners.add(own);
    return () => this.#listeners.delete(own);
  }

  /** Start anew after a restore: nothing before `resourceVersion` can be replayed. */
  forgetBefore(resourceVersion: number): void {
    this.#count = 0;
    this.#ring.fill(undefined);
    this.#forgotten = resourceVersion;
    this.#newest = resourceVersion;
  }

  #append(event: ChangeEvent): void {
    const slot = this.#count % this.#ring.length;
    this.#forgotten = this.#ring[slot]?.resourceVersion ?? this.#forgotten;
    this.#ring[slot] = event;
    this.#count += 1;
    this.#newest = event.resourceVersion;
  }

  #deliver(): void {
    const batch = this.#queue;
    this.#queue = [];
    for (const event of batch) for (const listener of [...this.#listeners]) listener(event);
  }

  *#logged(): Generator<ChangeEvent> {
    const size = Math.min(this.#count, this.#ring.length);
    for (let index = this.#count - size; index < this.#count; index += 1) {
      const event = this.#ring[index % this.#ring.length];
      if (event) yield event;
    }
  }
}

function expired(from: number, oldest: number): StatusError {
  return new StatusError('Expired', `too old resource version: ${from} (${oldest})`);
}
