/**
 * NodePort allocation for one Service: the ports held by others, and those this very write has claimed so far.
 *
 * Source: `registry/core/service/portallocator` (allocator.go, operation.go). The allocator ignores protocols: two
 * Services cannot share a number.
 * Differs: an automatic nodePort is a hash of namespace, name and port (probing on collision) instead of a random draw, the same for every seed.
 */
import { pick } from '../../model/derive.js';
import type { StrategyContext } from '../strategy/contract.js';
import { bandOffset, probe } from './band.js';
import type { Claimant } from './cluster-ip.js';

export interface PortOperation {
  /** Claim this number; the refusal in the allocator's words when it cannot be had. */
  claim(port: number): string | undefined;
  /** A free number, claimed; undefined = range is full. `purpose` names what it is for, such as `80`. */
  choose(purpose: string): number | undefined;
}

/** Start a write's port claims for one Service. */
export function openPortOperation(context: StrategyContext, claimant: Claimant): PortOperation {
  const { first, last } = context.config.nodePortRange;
  const size = last - first + 1;
  const claimed = new Set<number>();
  const held = (port: number): boolean =>
    context.lister
      .indexed('nodePort', String(port))
      .some(({ metadata }) => metadata.name !== claimant.name || metadata.namespace !== claimant.namespace);
  return {
    claim: (port) => {
      if (!Number.isInteger(port) || port < first || port > last) {
        return `provided port is not in the valid range. The range of valid ports is ${first}-${last}`;
      }
      if (claimed.has(port) || held(port)) return 'provided port is already allocated';
      claimed.add(port);
      return undefined;
    },
    choose: (purpose) => {
      const offset = bandOffset(size, 32, 16, 128);
      const start = pick(0, `node-port/${claimant.namespace}/${claimant.name}/${purpose}`, size - offset);
      const free = (index: number): boolean => {
        const port = first + index;
        return !claimed.has(port) && !context.reserved.ports.has(port) && !held(port);
      };
      const index = probe(size, offset, start, free);
      if (index === undefined) return undefined;
      claimed.add(first + index);
      return first + index;
    },
  };
}
