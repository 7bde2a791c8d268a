import test from 'ava';
import type { AddressCounters } from '../../src/metallb/layer2/announcer.js';
import type { DropReason } from '../../src/metallb/layer2/neighbour-protocol.js';
import { runInLab } from './in-lab.js';

interface Outcome extends Record<'joined' | 'found' | 'corrected' | 'left', string> {
  counters: AddressCounters;
  drops: Partial<Record<DropReason, number>>;
}

test('a neighbour finds the speaker of an IPv6 address, and believes what it says unasked', async (t) => {
  const { joined, found, corrected, left, counters, drops } = await runInLab<Outcome>('neighbour-discovery');
  const group = /ff02::1:ff00:128/;
  t.regex(joined, group, 'the group is joined');
  t.regex(found, /lladdr 02:00:00:00:00:01/, 'a solicitation is answered');
  t.regex(corrected, /lladdr 02:00:00:00:00:01/, 'an unsolicited advertisement replaces what is known');
  t.notRegex(left, group, 'the group is left');
  t.is(counters.requestsReceived, 1);
  t.is(counters.responsesSent, 1);
  t.true(counters.gratuitousSent >= 2);
  t.deepEqual(
    Object.keys(drops).filter((reason) => reason !== 'messageType' && reason !== 'announceIP'),
    [],
  );
});
