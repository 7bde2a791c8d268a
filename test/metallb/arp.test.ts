import test from 'ava';
import { arp } from '../../src/metallb/layer2/arp.js';
import { type ArpFrame, arpReply, arpRequest, decodeArp, encodeArp } from '../../src/metallb/layer2/arp-frame.js';
import { broadcastMac } from '../../src/metallb/layer2/ethernet.js';
import { numbersBelow } from '../numbers.js';
import { announcing, link } from './announcing.js';

const asker = '02:00:00:00:00:99';
const vip = '192.168.56.128';

function request(change: Partial<ArpFrame> = {}): ArpFrame {
  return {
    destination: broadcastMac,
    source: asker,
    operation: arpRequest,
    senderMac: asker,
    senderAddress: '192.168.56.1',
    targetMac: '00:00:00:00:00:00',
    targetAddress: vip,
    ...change,
  };
}

const announcingHere = (interfaces: 'all' | string[] = 'all') => announcing(arp, vip, decodeArp, interfaces);

test('a frame on the wire is byte for byte what the RFC has', (t) => {
  const expected = [
    'ffffffffffff02e9578456180806', // to all, from us, ARP
    '0001080006040002', // Ethernet, IPv4, 6 and 4 bytes, a reply
    '02e957845618c0a83880', // we are 192.168.56.128
    '020000000099c0a83801', // you are 192.168.56.1
    '00'.repeat(18), // up to 60 bytes
  ].join('');
  const frame = { ...request(), source: link.mac, operation: arpReply, senderMac: link.mac, senderAddress: vip };
  const bytes = encodeArp({ ...frame, targetMac: asker, targetAddress: '192.168.56.1' });
  t.is(bytes.toString('hex'), expected);
});

test('what is written is read back', (t) => {
  t.deepEqual(decodeArp(encodeArp(request())), request());
});

test('a request for an announced address is answered to the asker alone', (t) => {
  const { announcer, sent, hear } = announcingHere();
  hear(encodeArp(request()));
  t.deepEqual(
    sent.map(({ frame }) => frame),
    [
      {
        destination: asker,
        source: link.mac,
        operation: arpReply,
        senderMac: link.mac,
        senderAddress: vip,
        targetMac: asker,
        targetAddress: '192.168.56.1',
      },
    ],
  );
  t.deepEqual(announcer.counters()[vip], { requestsReceived: 1, responsesSent: 1, gratuitousSent: 2 });
});

const frames: [title: string, bytes: Buffer, answered: boolean, drop?: string][] = [
  ['a probe with no sender address', encodeArp(request({ senderAddress: '0.0.0.0' })), true],
  ['an asker of another network', encodeArp(request({ senderAddress: '10.1.2.3' })), true],
  ['a request sent to our MAC', encodeArp(request({ destination: link.mac })), true],
  ['a request sent to another MAC', encodeArp(request({ destination: asker })), false, 'ethernetDestination'],
  ['a reply', encodeArp(request({ operation: arpReply })), false, 'arpReply'],
  ['an unknown operation', encodeArp(request({ operation: 9 })), false, 'arpReply'],
  ['another address', encodeArp(request({ targetAddress: '192.168.56.103' })), false, 'announceIP'],
  ['the node asking for itself', encodeArp(request({ targetAddress: '0.0.0.0' })), false, 'announceIP'],
  ['a frame without padding', encodeArp(request()).subarray(0, 42), true],
  ['a frame cut short', encodeArp(request()).subarray(0, 41), false, 'error'],
  ['an empty frame', Buffer.alloc(0), false, 'error'],
  ['an oversized frame', Buffer.concat([encodeArp(request()), Buffer.alloc(9000, 0xff)]), true],
  ['a frame with a VLAN tag', tagged(encodeArp(request())), true],
  ['lengths that lie', lying(encodeArp(request())), false, 'error'],
  ['another EtherType', typed(encodeArp(request()), 0x0800), false, 'error'],
];

function tagged(bytes: Buffer): Buffer {
  return Buffer.concat([bytes.subarray(0, 12), Buffer.from('81000001', 'hex'), bytes.subarray(12)]);
}

function lying(bytes: Buffer): Buffer {
  bytes.writeUInt8(255, 18);
  return bytes;
}

function typed(bytes: Buffer, type: number): Buffer {
  bytes.writeUInt16BE(type, 12);
  return bytes;
}

for (const [title, bytes, answered, drop] of frames) {
  test(`${title} is ${answered ? '' : 'not '}answered`, (t) => {
    const { announcer, sent, hear } = announcingHere();
    hear(bytes);
    t.is(sent.length, answered ? 1 : 0);
    t.deepEqual(announcer.drops(), drop ? { [drop]: 1 } : {});
  });
}

test('an address is not answered for on other interfaces than its own', (t) => {
  const { announcer, sent, hear } = announcingHere(['eth2']);
  hear(encodeArp(request()));
  t.is(sent.length, 0);
  t.deepEqual(announcer.drops(), { notMatchInterface: 1 });
});

test('an address given up is not answered for, and nothing is said about it', (t) => {
  const { announcer, sent, hear, clock } = announcingHere();
  announcer.deleteBalancer('default/web');
  hear(encodeArp(request()));
  clock.advance(20_000);
  t.is(sent.length, 0);
});

test('gratuitous ARP is a request and a reply at once and every 1.1 s for 5 s', (t) => {
  const { announcer, sent, clock } = announcingHere();
  announcer.deleteBalancer('default/web');
  clock.advance(20_000);
  announcer.setBalancer('default/web', [vip], 'all');
  clock.advance(20_000);
  const base = sent[0]?.at ?? 0;
  t.deepEqual(
    sent.map(({ at, frame }) => [at - base, frame?.operation]),
    [0, 1100, 2200, 3300, 4400].flatMap((at) => [
      [at, arpRequest],
      [at, arpReply],
    ]),
  );
  for (const { frame } of sent) {
    const { operation: _operation, ...rest } = frame!;
    t.deepEqual(rest, {
      destination: broadcastMac,
      source: link.mac,
      senderMac: link.mac,
      senderAddress: vip,
      targetMac: broadcastMac,
      targetAddress: vip,
    });
  }
});

test('announcing again prolongs the five seconds without another round at once', (t) => {
  const { announcer, sent, clock } = announcingHere();
  clock.advance(3000);
  announcer.setBalancer('default/web', [vip], 'all');
  t.is(sent.length, 4);
  clock.advance(20_000);
  t.is(sent.length, 2 * 7, 'rounds at 1.1, 2.2 … 7.7 s');
});

const regained: [claimsAtOnce: boolean, after: number, how: string][] = [
  [false, 2, 'as MetalLB does'],
  [true, 4, 'and claimed at once where that is asked for'],
];

for (const [claimsAtOnce, after, how] of regained) {
  test(`an address that comes back within five seconds is announced on, ${how}`, (t) => {
    const { announcer, sent, clock } = announcing(arp, vip, decodeArp, 'all', claimsAtOnce);
    clock.advance(1200);
    announcer.deleteBalancer('default/web');
    announcer.setBalancer('default/web', [vip], 'all');
    t.is(sent.length, after);
    clock.advance(20_000);
    t.is(sent.length, after + 2 * 4, 'rounds at 2.2 … 5.5 s');
  });
}

test('100,000 broken and hostile frames are survived, and answered only where a good one would be', (t) => {
  const { sent, hear } = announcingHere();
  const next = numbersBelow(20240501);
  const good = encodeArp(request());
  let expected = 0;
  for (let count = 0; count < 100_000; count += 1) {
    const bytes = Buffer.from(good.subarray(0, next(4) === 0 ? next(61) : 60));
    for (let flips = next(4); flips > 0 && bytes.length > 0; flips -= 1) bytes[next(bytes.length)] = next(256);
    const frame = decodeArp(bytes);
    const answerable =
      frame?.operation === arpRequest &&
      frame.targetAddress === vip &&
      [broadcastMac, link.mac].includes(frame.destination);
    expected += answerable ? 1 : 0;
    hear(bytes);
  }
  t.is(sent.length, expected);
  t.true(expected > 10_000 && expected < 90_000);
  sent.length = 0;
  hear(good);
  t.is(sent.length, 1);
});
