/**
 * All or nothing: a write, a dry run and a whole batch go the same way, and what fails or was only asked for is undone.
 */
import type { ChangeEvent } from './contract.js';

/** Remember how to take a step back. */
export type Undo = (step: () => void) => void;

export class Transaction {
  readonly events: ChangeEvent[] = [];
  readonly #steps: (() => void)[] = [];

  readonly undo: Undo = (step) => {
    this.#steps.push(step);
  };

  /** Take every step back that was made since `mark`, newest first. */
  rollback(mark = 0): void {
    while (this.#steps.length > mark) this.#steps.pop()?.();
  }

  /** How many steps there are: a place to go back to. */
  get mark(): number {
    return this.#steps.length;
  }
}
