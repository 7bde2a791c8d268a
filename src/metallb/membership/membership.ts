/**
 * The kinds of liveness by name.
 */
import type { Liveness, Membership } from './contract.js';
import { FastMembership } from './fast.js';
import { SwimMembership } from './swim.js';

/** @param seed another one makes other orders of probing */
export function createMembership(liveness: Liveness, self: string, seed = 0): Membership {
  return liveness === 'memberlist' ? new SwimMembership(self, seed) : new FastMembership(self);
}
