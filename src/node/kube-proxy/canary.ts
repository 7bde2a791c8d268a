/**
 * Looking for kube-proxy's canary, and waiting until whoever flushes the tables has done with all of them.
 * Source: kubernetes v1.30.5 pkg/util/iptables/iptables.go, Monitor.
 */
import { type ChainLook, canaryChain, canaryTables, decideReload, flushPollMs } from '../../proxy/iptables/canary.js';
import type { XtablesTable } from '../../proxy/xtables/rule.js';
import type { Clock } from '../../world/contract.js';
import type { ProxyLog } from './proxy-log.js';

export interface CanaryParts {
  look(table: XtablesTable): Promise<ChainLook>;
  clock: Clock;
  log: ProxyLog;
}

const [watched, ...others] = canaryTables;

/** Whether the rules have to be written again; once they have, when that is so for all tables. */
export async function isFlushed({ look, clock, log }: CanaryParts): Promise<boolean> {
  if ((await look(watched)) !== 'gone') return false;
  const file = 'iptables.go';
  log.say({
    verbosity: 2,
    file,
    line: 592,
    message: 'IPTables canary deleted',
    values: { table: watched, chain: canaryChain },
  });
  for (let waited = 0; ; waited += flushPollMs) {
    const { decision, reason } = decideReload(await Promise.all(others.map(look)), waited);
    if (reason === 'inconsistent') log.say({ file, line: 604, message: 'Inconsistent iptables state detected' });
    if (decision === 'reload') break;
    await new Promise<void>((resolve) => clock.after(flushPollMs, resolve));
  }
  log.say({ verbosity: 2, file, line: 616, message: 'Reloading after iptables flush' });
  return true;
}
