/** Waiting for what a test expects, by the clock: so the patience is the same on a fast machine and on a busy one. */
import { pause } from '../../src/world/pause.js';

const PATIENCE_MS = 30_000;
const LONGEST_PAUSE_MS = 200;

/** Looks again, a little later each time, until what is seen is as wanted or patience is over; returns what was seen last. */
export async function until<T>(look: () => Promise<T>, wanted: (seen: T) => boolean): Promise<T> {
  const end = Date.now() + PATIENCE_MS;
  for (let wait = 10; ; wait = Math.min(LONGEST_PAUSE_MS, wait * 2)) {
    const seen = await look();
    if (wanted(seen) || Date.now() > end) return seen;
    await pause(wait);
  }
}
