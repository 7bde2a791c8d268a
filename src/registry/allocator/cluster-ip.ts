/**
 * ClusterIP allocation: explicit addresses honoured or refused in the allocator's words, automatic ones by hash of the
 * Service's name.
 *
 * Source: `registry/core/service/ipallocator/ipallocator.go`; bands see kube-proxy.md 9.3.
 * Differs: an automatic ClusterIP is a hash of namespace and name (probing on collision) instead of a random draw, the same for every seed.
 * Differs: an automatic ClusterIP never lies in a node's pod address block, because the course's pod and Service ranges overlap.
 */
import { addressNumber, addressText, blockOf, holds } from '../../model/address-block.js';
import { pick } from '../../model/derive.js';
import type { StrategyContext } from '../strategy/contract.js';
import { bandOffset, probe } from './band.js';

/** Whose address it is: a Service never collides with itself. */
export interface Claimant {
  namespace: string;
  name: string;
}

/** Is the address held by another Service? */
function heldByOther(context: StrategyContext, claimant: Claimant, address: string): boolean {
  const holders = context.lister.indexed('clusterIP', address);
  return holders.some(({ metadata }) => metadata.name !== claimant.name || metadata.namespace !== claimant.namespace);
}

/** Why an explicit ClusterIP cannot be had; undefined when it can. */
export function refuseClusterIP(context: StrategyContext, claimant: Claimant, address: string): string | undefined {
  const { serviceCIDR } = context.config;
  const range = blockOf(serviceCIDR);
  const number = addressNumber(address);
  const usable =
    number !== undefined && holds(range, number) && number !== range.first && number !== range.first + range.size - 1;
  if (!usable) {
    return `failed to allocate IP ${address}: the provided IP (${address}) is not in the valid range. The range of valid IPs is ${serviceCIDR}`;
  }
  const taken = heldByOther(context, claimant, address) || context.lister.indexed('podAddress', address).length > 0;
  return taken ? `failed to allocate IP ${address}: provided IP is already allocated` : undefined;
}

/** A free ClusterIP for the claimant; undefined = range is full. */
export function chooseClusterIP(context: StrategyContext, claimant: Claimant): string | undefined {
  const range = blockOf(context.config.serviceCIDR);
  // The network and the broadcast address are never given out.
  const size = Math.max(range.size - 2, 0);
  const offset = bandOffset(size, 16, 16, 256);
  if (size === 0) return undefined;
  const start = pick(0, `cluster-ip/${claimant.namespace}/${claimant.name}`, size - offset);
  const index = probe(size, offset, start, (candidate) => isFree(context, claimant, range.first + 1 + candidate));
  return index === undefined ? undefined : addressText(range.first + 1 + index);
}

function isFree(context: StrategyContext, claimant: Claimant, address: number): boolean {
  if (context.podRanges.some((block) => holds(block, address))) return false;
  const text = addressText(address);
  return !context.reserved.addresses.has(text) && !heldByOther(context, claimant, text);
}
