/**
 * The kinds of liveness by name.
 */
import type { Liveness, Membership } from './contract.js';
import { FastMembership } from './fast.js';
import { SwimMembership } from './swim.js';

export function createMembership(liveness: Liveness, self: string): Membership {
  return liveness === 'memberlist' ? new SwimMembership(self) : new FastMembership(self);
}
