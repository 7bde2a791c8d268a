/**
 * Order statistics of a few hundred measurements.
 */
import type { Spread } from './contract.js';

/** The smallest value that is not below `share` (0 to 1) of all values. @throws RangeError without values */
export function quantile(values: readonly number[], share: number): number {
  if (values.length === 0) throw new RangeError('no values to take a quantile of');
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] as number;
}

export function spread(values: readonly number[]): Spread {
  return { p10: quantile(values, 0.1), p50: quantile(values, 0.5), p99: quantile(values, 0.99) };
}
