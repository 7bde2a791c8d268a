/**
 * Which keys of which controller wait, how often each has failed, and how often it was worked on in this settling.
 * Models: client-go `util/workqueue`, with sorted order in place of arrival order.
 */

/** Back-off after failures: doubling from one second to a hundred, as the endpoints controllers' rate limiter. */
const firstDelayMs = 1_000;
const longestDelayMs = 100_000;

export class WorkQueue {
  #waiting = new Set<string>();
  readonly #failures = new Map<string, number>();
  readonly #rounds = new Map<string, number>();

  get size(): number {
    return this.#waiting.size;
  }

  add(key: string): void {
    this.#waiting.add(key);
  }

  /** All waiting keys, sorted; the queue is empty afterwards. */
  takeAll(): string[] {
    const keys = [...this.#waiting].sort();
    this.#waiting = new Set();
    return keys;
  }

  /** Milliseconds to wait before trying a failed key again. */
  delayAfterFailure(key: string): number {
    const failures = this.#failures.get(key) ?? 0;
    this.#failures.set(key, failures + 1);
    return Math.min(firstDelayMs * 2 ** failures, longestDelayMs);
  }

  succeeded(key: string): void {
    this.#failures.delete(key);
  }

  /** How often this key has been worked on since the queue was last at rest, this time included. */
  countRound(key: string): number {
    const rounds = (this.#rounds.get(key) ?? 0) + 1;
    this.#rounds.set(key, rounds);
    return rounds;
  }

  atRest(): void {
    this.#rounds.clear();
  }
}
