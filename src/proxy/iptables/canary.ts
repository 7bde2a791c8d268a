/**
 * The canary: a chain without rules in each table. Whoever flushes the tables, a firewall that starts anew for example,
 * deletes it too, and kube-proxy then writes all its rules again.
 *
 * It is looked for in the mangle table only, and only a chain can be missed: rules that are deleted, by `iptables -F`
 * too, leave the canary where it is and are not noticed. Source: kubernetes v1.30.5 pkg/util/iptables, Monitor.
 */
import type { XtablesTable } from '../xtables/rule.js';

export const canaryChain = 'KUBE-PROXY-CANARY';

/** The first is looked at once a sync period, the others while a flush is under way. */
export const canaryTables = ['mangle', 'nat', 'filter'] as const satisfies readonly XtablesTable[];

/** What a look for a chain tells; `busy` is that nothing could be learned, for want of the lock. */
export type ChainLook = 'there' | 'gone' | 'busy';

/** How often and how long kube-proxy waits for the other canaries to go, so as not to write into a flush. */
export const flushPollMs = 100;
const flushTimeoutMs = 5000;

export type FlushVerdict =
  | { decision: 'reload'; reason: 'flushed' | 'inconsistent' }
  | { decision: 'wait'; reason: 'canaryLeft' };

/** The first canary is gone: whether to write the rules now. @param waitedMs since that was seen */
export function decideReload(others: readonly ChainLook[], waitedMs: number): FlushVerdict {
  if (others.every((look) => look === 'gone')) return { decision: 'reload', reason: 'flushed' };
  if (waitedMs >= flushTimeoutMs) return { decision: 'reload', reason: 'inconsistent' };
  return { decision: 'wait', reason: 'canaryLeft' };
}
