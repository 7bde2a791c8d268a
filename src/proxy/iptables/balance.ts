/**
 * How a service chain spreads new flows over its endpoints.
 *
 * `faithful` is kube-proxy's: rule i of n takes a flow with probability 1/(n-i). `replayable` keeps the chain and the
 * number of rules, but rule i takes every (n-i)-th flow that reaches it, which gives each endpoint the same share in a
 * fixed sequence.
 * Differs: with `--balance replayable` (the default) endpoints take turns from a seeded start; a real cluster draws lots.
 */
import type { BalanceOptions } from '../contract.js';
import { startingTurn } from '../turns.js';
import type { Match } from '../xtables/rule.js';

/** The match that picks endpoint `index` of `count`: none for the last, which takes what is left. */
export function statistic(options: BalanceOptions, key: string, index: number, count: number): Match | undefined {
  const left = count - index;
  if (left <= 1) return undefined;
  if (options.balance === 'faithful') return { match: 'random', oneIn: left };
  return { match: 'nth', every: left, packet: startingTurn(`${key}/${index}`, left, options.seed) };
}
