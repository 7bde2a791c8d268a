/**
 * A wait that can be cut short, one at a time: whoever tries again later may be told to try now.
 */
import type { Clock } from '../world/contract.js';

export class Sleep {
  #end: () => void = () => {};

  constructor(private readonly clock: Clock) {}

  /** Resolves when the time is over, or at `wake`. */
  for(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const cancel = this.clock.after(ms, resolve);
      this.#end = () => {
        cancel();
        resolve();
      };
    });
  }

  /** Nothing happens when nobody waits. */
  wake(): void {
    this.#end();
  }
}
