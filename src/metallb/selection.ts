/**
 * What advertisements of both protocols select: pools, and whatever has labels.
 * Source: MetalLB `internal/config/config.go` setL2AdvertisementsToPools, setBGPAdvertisementsToPools, selectedNodes.
 */
import type { LabelSelector } from 'kubernetes-types/meta/v1.js';
import { type Labels, matchesSelector } from '../api/selector.js';

export interface PoolSelection {
  ipAddressPools?: string[];
  ipAddressPoolSelectors?: LabelSelector[];
}

/** An advertisement that names no pool in any way is for all. */
export function selectsPool(
  { ipAddressPools = [], ipAddressPoolSelectors = [] }: PoolSelection,
  pool: string,
  labels: Labels | undefined,
): boolean {
  if (ipAddressPools.length + ipAddressPoolSelectors.length === 0) return true;
  return ipAddressPools.includes(pool) || ipAddressPoolSelectors.some((one) => matchesSelector(one, labels));
}

/** No selector at all matches everything. */
export function matchesAny(selectors: readonly LabelSelector[] = [], labels: Labels | undefined): boolean {
  return selectors.length === 0 || selectors.some((selector) => matchesSelector(selector, labels));
}
