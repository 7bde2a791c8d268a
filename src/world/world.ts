/**
 * The real world: the machine's clock and timers, and the seed the user gave. Together with the manual clock this is
 * the only place that may ask what time it is.
 */
import type { Clock, World } from './contract.js';
import { rfc3339, rfc3339Micro } from './timestamp.js';

export interface WorldOptions {
  /** Names the run: same seed and manifests, same names, addresses and placements. */
  seed: number;
  /** Milliseconds since the epoch; the machine's clock when absent. Timers always run in real time. */
  now?: () => number;
}

/** A world with the machine's clock. Timers never keep the process alive. */
export function createWorld(options: WorldOptions): World {
  return { seed: options.seed, clock: systemClock(options.now ?? Date.now) };
}

function systemClock(now: () => number): Clock {
  return {
    now,
    timestamp: (at = now()) => rfc3339(at),
    microTimestamp: (at = now()) => rfc3339Micro(at),
    after: (ms, run) => {
      const timer = setTimeout(run, ms);
      timer.unref();
      return () => clearTimeout(timer);
    },
  };
}
