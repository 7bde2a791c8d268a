/**
 * The kinds of liveness by name.
 */
import type { Liveness, Membership } from './contract.js';
import { FastMembership } from './fast.js';

export function createMembership(liveness: Liveness, self: string): Membership {
  if (liveness === 'memberlist') throw new Error('memberlist');
  return new FastMembership(self);
}
