/**
 * A clock that stands still until it is told to move: for tests, and for questions such as `lab compile` whose answer
 * must not depend on the day it is asked.
 */
import type { Clock, World } from './contract.js';
import { rfc3339, rfc3339Micro } from './timestamp.js';

/** 2024-01-01T00:00:00Z: a fixed, recognisable start. */
const defaultStart = 1_704_067_200_000;

export interface ManualClock extends Clock {
  /** Move time forward, running whatever falls due on the way, in order of due time, then of registration. */
  advance(ms: number): void;
  /** How many callbacks wait. */
  readonly pending: number;
}

interface Waiting {
  due: number;
  run: () => void;
}

/** A clock at `start` milliseconds since the epoch. */
export function createManualClock(start: number = defaultStart): ManualClock {
  let current = start;
  const waiting = new Set<Waiting>();
  const nextDue = (limit: number): Waiting | undefined => {
    let first: Waiting | undefined;
    for (const entry of waiting) if (entry.due <= limit && (!first || entry.due < first.due)) first = entry;
    return first;
  };
  return {
    now: () => current,
    timestamp: (at = current) => rfc3339(at),
    microTimestamp: (at = current) => rfc3339Micro(at),
    after: (ms, run) => {
      const entry = { due: current + ms, run };
      waiting.add(entry);
      return () => waiting.delete(entry);
    },
    advance: (ms) => {
      const target = current + ms;
      for (let entry = nextDue(target); entry; entry = nextDue(target)) {
        waiting.delete(entry);
        current = entry.due;
        entry.run();
      }
      current = target;
    },
    get pending() {
      return waiting.size;
    },
  };
}

/** A world whose time is moved by hand. */
export function createManualWorld(seed: number, start?: number): World & { readonly clock: ManualClock } {
  return { seed, clock: createManualClock(start) };
}
