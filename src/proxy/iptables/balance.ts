/**
 * How a service chain spreads new flows over its endpoints.
 *
 * `faithful` is kube-proxy's: rule i of n takes a flow with probability 1/(n-i). `replayable` keeps the chain and the
 * number of rules, but rule i takes every (n-i)-th flow that reaches it, which gives each endpoint the same share in a
 * fixed sequence.
 * Differs: with `--balance replayable` (the default) endpoints take turns from a seeded start; a real cluster draws lots.
 */
import type { BalanceOptions } from '../contract.js';
import type { Match } from '../xtables/rule.js';

/** FNV-1a, then the finaliser of MurmurHash3, as the low bits decide and FNV's are weak. */
function hash32(text: string): number {
  let state = 0x811c9dc5;
  for (let index = 0; index < text.length; index++) state = Math.imul(state ^ text.charCodeAt(index), 0x01000193);
  state = Math.imul(state ^ (state >>> 16), 0x85ebca6b);
  state = Math.imul(state ^ (state >>> 13), 0xc2b2ae35);
  return (state ^ (state >>> 16)) >>> 0;
}

/** The packet at which a counter of length `every` starts: seed s and s+1 always differ, for every >= 2. */
export function startPacket(key: string, every: number, seed: number): number {
  return (((hash32(key) + seed) % every) + every) % every;
}

/** The matches that pick endpoint `index` of `count`: none for the last, which takes what is left. */
export function statistic(options: BalanceOptions, key: string, index: number, count: number): readonly Match[] {
  const left = count - index;
  if (left <= 1) return [];
  if (options.balance === 'faithful') return [{ match: 'random', oneIn: left }];
  return [{ match: 'nth', every: left, packet: startPacket(`${key}/${index}`, left, options.seed) }];
}
