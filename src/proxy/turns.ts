/**
 * Where replayable balancing starts: a seeded place in the round for each service port on each node.
 */

/** FNV-1a, then the finaliser of MurmurHash3, as the low bits decide and FNV's are weak. */
function hash32(text: string): number {
  let state = 0x811c9dc5;
  for (let index = 0; index < text.length; index++) state = Math.imul(state ^ text.charCodeAt(index), 0x01000193);
  state = Math.imul(state ^ (state >>> 16), 0x85ebca6b);
  state = Math.imul(state ^ (state >>> 13), 0xc2b2ae35);
  return (state ^ (state >>> 16)) >>> 0;
}

/** A place in a round of `length`: seeds s and s+1 always give another one, for every length >= 2. */
export function startingTurn(key: string, length: number, seed: number): number {
  return (((hash32(key) + seed) % length) + length) % length;
}
