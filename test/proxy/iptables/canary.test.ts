import test from 'ava';
import { type ChainLook, decideReload } from '../../../src/proxy/iptables/canary.js';

const cases: [others: ChainLook[], waitedMs: number, decision: string, reason: string][] = [
  [['gone', 'gone'], 0, 'reload', 'flushed'],
  [['gone', 'there'], 0, 'wait', 'canaryLeft'],
  [['gone', 'busy'], 4900, 'wait', 'canaryLeft'],
  [['there', 'there'], 5000, 'reload', 'inconsistent'],
  [['gone', 'gone'], 5000, 'reload', 'flushed'],
];

for (const [others, waitedMs, decision, reason] of cases)
  test(`the other canaries are ${others.join(' and ')} after ${waitedMs} ms: ${reason}`, (t) => {
    t.deepEqual(decideReload(others, waitedMs), { decision, reason } as never);
  });
