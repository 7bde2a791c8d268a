/**
 * When an address is claimed unasked: at once, and every 1.1 s until five seconds after it was last asked for.
 *
 * Models: MetalLB `internal/layer2/announcer.go` spamLoop.
 */
import type { Clock } from '../../world/contract.js';

/** More than Linux' locktime of 1 s, in which a second answer is not believed (MetalLB issue 172). */
const SPAM_INTERVAL_MS = 1100;
const SPAM_DURATION_MS = 5000;

export class SpamLoop<Claim extends { address: string }> {
  readonly #claims = new Map<string, { claim: Claim; until: number }>();

  /** @param say sends one round */
  constructor(
    private readonly clock: Pick<Clock, 'now' | 'after'>,
    private readonly say: (claim: Claim) => void,
  ) {}

  /** @param again says it at once, although it may have been said a moment ago */
  start(claim: Claim, again: boolean): void {
    const idle = this.#claims.size === 0;
    const known = this.#claims.has(claim.address);
    this.#claims.set(claim.address, { claim, until: this.clock.now() + SPAM_DURATION_MS });
    if (idle) this.clock.after(SPAM_INTERVAL_MS, () => this.#tick());
    if (!known || again) this.say(claim);
  }

  #tick(): void {
    const now = this.clock.now();
    for (const [address, { claim, until }] of [...this.#claims]) {
      if (now > until) this.#claims.delete(address);
      else this.say(claim);
    }
    if (this.#claims.size > 0) this.clock.after(SPAM_INTERVAL_MS, () => this.#tick());
  }
}
