/**
 * How long a suspect has to object. Models: memberlist `suspicion.go`, and `suspectNode` in `state.go`.
 */
import { PROBE_INTERVAL_MS } from './timing.js';

const SUSPICION_MULT = 4;
const SUSPICION_MAX_TIMEOUT_MULT = 6;

/** Begun by whoever suspects first; what others say later shortens it. */
export class Suspicion {
  readonly #by: Set<string>;

  /** @param members how many there were when it began, this one and the suspect included */
  constructor(
    private readonly since: number,
    from: string,
    private readonly members: number,
  ) {
    this.#by = new Set([from]);
  }

  /** Whether that is news: a member confirms once, and more than are wanted are not counted. */
  confirm(from: string): boolean {
    if (this.#by.has(from) || this.#by.size > wanted(this.members)) return false;
    this.#by.add(from);
    return true;
  }

  isOver(now: number): boolean {
    return now - this.since >= suspicionTimeoutMs(this.members, this.#by.size - 1);
  }
}

/** With too few members for the confirmations none are waited for: two are this one and the suspect. */
function wanted(members: number): number {
  return members - 2 < SUSPICION_MULT - 2 ? 0 : SUSPICION_MULT - 2;
}

/**
 * From six times the minimum down to the minimum, logarithmically with the number of members that confirm the suspicion.
 * @param members all live ones, this one and the suspect included
 */
export function suspicionTimeoutMs(members: number, confirmations: number): number {
  const min = SUSPICION_MULT * Math.max(1, Math.log10(Math.max(1, members))) * PROBE_INTERVAL_MS;
  const max = SUSPICION_MAX_TIMEOUT_MULT * min;
  if (wanted(members) < 1) return min;
  const share = Math.log(confirmations + 1) / Math.log(wanted(members) + 1);
  return Math.max(min, Math.floor(max - share * (max - min)));
}
