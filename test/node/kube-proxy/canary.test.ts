/** What kube-proxy sees of each way to flush a node's tables, and what it says of it. */
import test from 'ava';
import { isFlushed } from '../../../src/node/kube-proxy/canary.js';
import { klogLine } from '../../../src/node/kube-proxy/klog.js';
import { type ChainLook, canaryTables } from '../../../src/proxy/iptables/canary.js';
import type { XtablesTable } from '../../../src/proxy/xtables/rule.js';
import { createManualClock } from '../../../src/world/manual-clock.js';

/** A node whose canaries can be killed; time passes when kube-proxy waits. */
function createNode() {
  const canaries = new Map<XtablesTable, ChainLook>(canaryTables.map((table) => [table, 'there']));
  const clock = createManualClock();
  const said: string[] = [];
  const looks: XtablesTable[] = [];
  const log = { say: (entry: Parameters<typeof klogLine>[0]) => void said.push(klogLine(entry, clock, clock.now())) };
  const look = async (table: XtablesTable) => {
    looks.push(table);
    return canaries.get(table) ?? 'gone';
  };
  return { canaries, clock, said, looks, isFlushed: () => isFlushed({ look, clock, log }) };
}

/** Lets what waits for promises go on, and a tenth of a second pass, that often. */
async function pass(node: ReturnType<typeof createNode>, times: number): Promise<void> {
  for (let time = 0; time < times; time++) {
    await new Promise(setImmediate);
    node.clock.advance(100);
  }
}

const deleted =
  /^I0101 00:00:00\.000000 {7}1 iptables\.go:592\] "IPTables canary deleted" table="mangle" chain="KUBE-PROXY-CANARY"$/;

test('where nothing was flushed one chain is looked for, and nothing is said', async (t) => {
  const node = createNode();
  t.false(await node.isFlushed());
  t.deepEqual([node.looks, node.said], [['mangle'], []]);
});

test('iptables -t nat -F; iptables -t nat -X goes unnoticed, as on a real node: only mangle is watched', async (t) => {
  const node = createNode();
  node.canaries.delete('nat');
  node.canaries.delete('filter');
  t.false(await node.isFlushed());
  t.deepEqual(node.looks, ['mangle']);
});

test('a look that cannot be made, for want of the lock, is no flush', async (t) => {
  const node = createNode();
  node.canaries.set('mangle', 'busy');
  t.false(await node.isFlushed());
});

test('all tables flushed: the rules are written at once', async (t) => {
  const node = createNode();
  node.canaries.clear();
  t.true(await node.isFlushed());
  t.is(node.said.length, 2);
  t.regex(node.said[0] ?? '', deleted);
  t.regex(node.said[1] ?? '', /iptables\.go:616\] "Reloading after iptables flush"$/);
});

test('a flush under way is waited for, five seconds at the most', async (t) => {
  const slow = createNode();
  slow.canaries.delete('mangle');
  const noticed = slow.isFlushed();
  await pass(slow, 10);
  slow.canaries.clear();
  await pass(slow, 1);
  t.true(await noticed);
  t.is(slow.said.length, 2);

  const halfDone = createNode();
  halfDone.canaries.delete('mangle');
  const given = halfDone.isFlushed();
  await pass(halfDone, 51);
  t.true(await given);
  t.regex(halfDone.said[1] ?? '', /^I0101 00:00:05\.\d+ +1 iptables\.go:604\] "Inconsistent iptables state detected"$/);
});
