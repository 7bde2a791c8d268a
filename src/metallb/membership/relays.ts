/**
 * Probes that are carried out for others. Models: memberlist `net.go` handleIndirectPing.
 */
import { PROBE_TIMEOUT_MS } from './timing.js';

/** Who waits for the answer, and under which number of his. */
export interface Asked {
  to: string;
  seq: number;
}

export class Relays {
  readonly #waiting = new Map<number, Asked & { since: number }>();

  /** @param own the number of the probe that is sent for him */
  add(own: number, asked: Asked, now: number): void {
    this.#waiting.set(own, { ...asked, since: now });
  }

  /** An answer has come: who waits for it, if anybody does. */
  take(own: number): Asked | undefined {
    const asked = this.#waiting.get(own);
    this.#waiting.delete(own);
    return asked;
  }

  /** Those whose probe was in vain. */
  takeOverdue(now: number): Asked[] {
    const overdue = [...this.#waiting].filter(([, { since }]) => now - since >= PROBE_TIMEOUT_MS);
    return overdue.flatMap(([own]) => this.take(own) ?? []);
  }
}
