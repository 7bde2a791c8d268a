/** Chance that repeats itself, for tests that try many things. */

/** xorshift32: the same numbers in every run. */
export function numbersBelow(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) % below;
  };
}
