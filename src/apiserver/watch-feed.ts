/**
 * The bounded queue between the registry, which never waits, and one watching client, which may.
 *
 * Source: apiserver `pkg/storage/cacher/cache_watcher.go`: a watcher that does not keep up is terminated, and its client
 * starts again with a list. Nothing is ever buffered without bound for it.
 */
import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import type { Clock } from '../world/contract.js';

/** Pending events after which a watcher counts as stuck: a burst of that size fits in the queue, not much more. */
export const maxPending = 16_384;

/** How long a client may leave its socket full, in milliseconds, before it is cut off. */
const stuckAfter = 30_000;

/** Lines written before the event loop gets another turn. */
const batch = 64;

export class WatchFeed {
  readonly #pending: (() => string)[] = [];
  #ended = false;
  #overflowed = false;
  #wake: () => void = () => undefined;

  /** Queues a line; it is rendered only when its turn comes. */
  push(line: () => string): void {
    if (this.#ended) return;
    if (this.#pending.length >= maxPending) this.#overflowed = true;
    else this.#pending.push(line);
    this.#wake();
  }

  /** No more lines; what is queued is still written. */
  end(): void {
    this.#ended = true;
    this.#wake();
  }

  /** Writes lines until `end`, overflow or `signal`. */
  async pump(response: ServerResponse, clock: Clock, signal: AbortSignal): Promise<void> {
    signal.addEventListener('abort', () => this.end(), { once: true });
    while (!signal.aborted && !this.#overflowed) {
      const lines = this.#pending.splice(0, batch);
      if (lines.length === 0) {
        if (this.#ended) break;
        await new Promise<void>((wake) => {
          this.#wake = wake;
        });
        continue;
      }
      if (!response.write(lines.map((line) => line()).join(''))) await drained(response, clock, signal);
    }
    if (this.#overflowed || signal.aborted) response.destroy();
  }
}

/** Waits until the client has read on; destroys the response when it does not. */
async function drained(response: ServerResponse, clock: Clock, signal: AbortSignal): Promise<void> {
  const cancel = clock.after(stuckAfter, () => response.destroy());
  try {
    await once(response, 'drain', { signal });
  } catch {
    // The client has gone; the pump sees the aborted signal.
  } finally {
    cancel();
  }
}
