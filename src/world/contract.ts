/**
 * Time, identity and chance, as parameters. Only `world/` makes these; everything else is given them.
 */

export interface Clock {
  /** Milliseconds since the epoch. Shown to users, never used to decide anything that a digest covers. */
  now(): number;
  /** RFC 3339 with seconds, as Kubernetes prints `creationTimestamp`. `at` (milliseconds since the epoch) is now when absent. */
  timestamp(at?: number): string;
  /** RFC 3339 with microseconds, as `metav1.MicroTime` (Event.eventTime, Lease.renewTime). */
  microTimestamp(at?: number): string;
  /** Run once after `ms`; the returned function cancels. Does not keep the process alive. */
  after(ms: number, run: () => void): () => void;
}

/** A seed names a whole run: every derived choice is a hash of the seed and of what the choice is for. */
export interface World {
  readonly seed: number;
  readonly clock: Clock;
}
