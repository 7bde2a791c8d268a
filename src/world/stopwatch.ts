/**
 * How long things take, for measurements: a clock that only goes forward, and decides nothing.
 */

/** Milliseconds since some moment, with fractions. */
export function stopwatch(): number {
  return performance.now();
}
