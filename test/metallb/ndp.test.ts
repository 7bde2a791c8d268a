import test from 'ava';
import { decodeIcmpv6, encodeIcmpv6, type Icmpv6Frame } from '../../src/metallb/layer2/icmpv6-frame.js';
import { multicastMac, ndp, solicitedNodeMulticast } from '../../src/metallb/layer2/ndp.js';
import {
  formatNeighborMessage,
  type NeighborMessage,
  neighborAdvertisement,
  neighborSolicitation,
  parseNeighborMessage,
} from '../../src/metallb/layer2/ndp-message.js';
import { numbersBelow } from '../numbers.js';
import { announcing, link } from './announcing.js';

const asker = { mac: '02:00:00:00:00:99', address: '2001:db8:56::1' };
const vip = '2001:db8:56::128';
const group = 'ff02::1:ff00:128';
const { mac: ourMac, linkLocal } = link;

const solicitation: NeighborMessage = { type: neighborSolicitation, target: vip, sourceMac: asker.mac };
const advertised: NeighborMessage = {
  type: neighborAdvertisement,
  router: false,
  solicited: true,
  override: false,
  target: vip,
  targetMac: ourMac,
};

interface Change extends Partial<Omit<Icmpv6Frame, 'message'>> {
  message?: NeighborMessage;
  /** Changes the message's bytes; the checksum is made right afterwards. */
  edit?: (message: Buffer) => Buffer;
}

function request({ message = solicitation, edit = (bytes) => bytes, ...change }: Change = {}): Buffer {
  return encodeIcmpv6({
    destination: multicastMac(group),
    source: asker.mac,
    sourceAddress: asker.address,
    destinationAddress: group,
    ...change,
    message: edit(formatNeighborMessage(message)),
  });
}

function decode(bytes: Buffer) {
  const frame = decodeIcmpv6(bytes);
  return frame && { ...frame, message: parseNeighborMessage(frame.message) };
}

const announcingHere = (interfaces: 'all' | string[] = 'all') => announcing(ndp, vip, decode, interfaces);

test('an answer on the wire is byte for byte what the RFCs have', (t) => {
  const expected = [
    '02000000009902e95784561886dd', // to the asker, from us, IPv6
    '6000000000203aff', // 32 bytes of ICMPv6, hop limit 255
    'fe8000000000000000e957fffe845618', // from our link-local address
    '20010db8005600000000000000000001', // to the asker's
    '88007bd040000000', // an advertisement, its checksum, solicited and no more
    '20010db8005600000000000000000128', // of the address
    '020102e957845618', // which is at our MAC
  ].join('');
  const answer = ndp.answer(request(), link, () => undefined);
  t.is('reply' in answer && answer.reply.toString('hex'), expected);
});

test('an announcement on the wire is byte for byte what the RFCs have', (t) => {
  const expected = [
    '33330000000102e95784561886dd', // to all nodes, from us, IPv6
    '6000000000203aff',
    'fe8000000000000000e957fffe845618',
    'ff020000000000000000000000000001',
    '8800cadc20000000', // an advertisement, its checksum, override and no more
    '20010db8005600000000000000000128',
    '020102e957845618',
  ].join('');
  t.deepEqual(
    ndp.gratuitous(vip, link).map((frame) => frame.toString('hex')),
    [expected],
  );
});

for (const message of [
  solicitation,
  { ...solicitation, target: '::1' },
  advertised,
  { ...advertised, targetMac: undefined, router: true },
]) {
  test(`what is written is read back: ${JSON.stringify(message)}`, (t) => {
    t.deepEqual(parseNeighborMessage(formatNeighborMessage(message)), message);
  });
}

test('the group and its MAC have the last bytes of the address', (t) => {
  t.is(solicitedNodeMulticast('2001:db8::a1b2:c3d4'), 'ff02::1:ffb2:c3d4');
  t.is(multicastMac('ff02::1:ffb2:c3d4'), '33:33:ff:b2:c3:d4');
});

test('a solicitation for an announced address is answered to the asker alone', (t) => {
  const { announcer, sent, hear } = announcingHere();
  hear(request());
  const { mac: destination, address: destinationAddress } = asker;
  t.deepEqual(
    sent.map(({ frame }) => frame),
    [{ destination, source: ourMac, sourceAddress: linkLocal, destinationAddress, message: advertised }],
  );
  t.deepEqual(announcer.counters(), { [vip]: { requestsReceived: 1, responsesSent: 1, gratuitousSent: 1 } });
});

const withOption = (hex: string) => (message: Buffer) => Buffer.concat([message, Buffer.from(hex, 'hex')]);
const unspecified = { sourceAddress: '::' };
const nameless: NeighborMessage = { ...solicitation, sourceMac: undefined };

const frames: [title: string, bytes: Buffer, drop?: string][] = [
  ['a solicitation to all nodes', request({ destination: '33:33:00:00:00:01', destinationAddress: 'ff02::1' })],
  ['a solicitation to our link-local address', request({ destination: ourMac, destinationAddress: linkLocal })],
  ['a solicitation to the address itself', request({ destination: ourMac, destinationAddress: vip }), 'notDelivered'],
  ['a solicitation in our own name', request({ sourceAddress: linkLocal }), 'notDelivered'],
  ['a solicitation sent to another MAC', request({ destination: asker.mac }), 'ethernetDestination'],
  ['an asker of another network', request({ sourceAddress: '2001:db8:ffff::1' })],
  ['a solicitation that came through a router', hopLimited(request(), 64)],
  ['a solicitation with a code', request({ edit: (message) => message.fill(7, 1, 2) })],
  ['whoever looks whether the address is free', request({ ...unspecified, message: nameless }), 'noSourceLL'],
  ['whoever looks so with a MAC, against the RFC', request(unspecified), 'error'],
  ['a solicitation without a MAC', request({ message: nameless }), 'noSourceLL'],
  ['one with the MAC as a target', request({ message: nameless, edit: withOption('0201020000000099') }), 'noSourceLL'],
  [
    'one with an unknown option first',
    request({ message: nameless, edit: withOption('0e010000000000000101020000000099') }),
  ],
  ['one with an option of no length', request({ edit: withOption('0e00') }), 'error'],
  ['one with an option cut short', request({ edit: withOption('0e02000000000000') }), 'error'],
  ['one with half an option', request({ edit: withOption('0e') }), 'error'],
  [
    'one with a MAC of another length',
    request({ message: nameless, edit: withOption(`0102${'00'.repeat(14)}`) }),
    'error',
  ],
  ['an advertisement', request({ message: advertised }), 'messageType'],
  ['a ping', request({ edit: (message) => message.fill(128, 0, 1) }), 'messageType'],
  ['another address', request({ message: { ...solicitation, target: '2001:db8:56::129' } }), 'announceIP'],
  ['an IPv4 address in IPv6 clothes', request({ edit: mapped }), 'error'],
  ['a message cut short', request({ edit: (message) => message.subarray(0, 23) }), 'error'],
  ['a frame cut short', request().subarray(0, 85), 'error'],
  ['a frame with a tail', Buffer.concat([request(), Buffer.alloc(9000, 0xff)])],
  ['an empty frame', Buffer.alloc(0), 'error'],
  ['a wrong checksum', wrong(request()), 'error'],
  ['another EtherType', typed(request(), 0x0806), 'error'],
  ['IPv4 in an IPv6 frame', versioned(request()), 'error'],
];

function hopLimited(bytes: Buffer, limit: number): Buffer {
  bytes.writeUInt8(limit, 21);
  return bytes;
}

function mapped(message: Buffer): Buffer {
  message.set(Buffer.from('00000000000000000000ffffc0a83880', 'hex'), 8);
  return message;
}

function wrong(bytes: Buffer): Buffer {
  bytes.writeUInt16BE(bytes.readUInt16BE(56) ^ 1, 56);
  return bytes;
}

function typed(bytes: Buffer, type: number): Buffer {
  bytes.writeUInt16BE(type, 12);
  return bytes;
}

function versioned(bytes: Buffer): Buffer {
  bytes.writeUInt8(0x45, 14);
  return bytes;
}

for (const [title, bytes, drop] of frames) {
  test(`NDP: ${title}: ${drop ?? 'answered'}`, (t) => {
    const { announcer, sent, hear } = announcingHere();
    hear(bytes);
    t.is(sent.length, drop ? 0 : 1);
    t.deepEqual(announcer.drops(), drop ? { [drop]: 1 } : {});
  });
}

test('an IPv6 address is not answered for on other interfaces than its own', (t) => {
  const { announcer, sent, hear } = announcingHere(['eth2']);
  hear(request());
  t.is(sent.length, 0);
  t.deepEqual(announcer.drops(), { notMatchInterface: 1 });
});

test('an IPv6 address is announced once at once and every 1.1 s for 5 s, to all nodes', (t) => {
  const { announcer, sent, clock } = announcingHere();
  announcer.deleteBalancer('default/web');
  clock.advance(20_000);
  announcer.setBalancer('default/web', [vip], 'all');
  clock.advance(20_000);
  const base = sent[0]?.at ?? 0;
  t.deepEqual(
    sent.map(({ at }) => at - base),
    [0, 1100, 2200, 3300, 4400],
  );
  for (const { frame } of sent) {
    t.is(frame?.destinationAddress, 'ff02::1');
    t.deepEqual(frame?.message, { ...advertised, solicited: false, override: true });
  }
});

test('the group of an address is joined while some Service has one of its addresses', (t) => {
  const { announcer, groups } = announcingHere();
  t.deepEqual(groups, [group]);
  // Of other addresses with the same last three bytes too.
  announcer.setBalancer('default/other', ['2001:db8:77::128', '192.168.56.128'], 'all');
  announcer.deleteBalancer('default/web');
  t.deepEqual(groups, [group]);
  announcer.setBalancer('default/other', ['2001:db8:77::129'], 'all');
  t.deepEqual(groups, ['ff02::1:ff00:129']);
  announcer.deleteBalancer('default/other');
  t.deepEqual(groups, []);
});

test('an address is the same however it is written', (t) => {
  const { announcer, sent, hear } = announcingHere();
  announcer.deleteBalancer('default/web');
  announcer.setBalancer('default/web', ['2001:DB8:56:0::128'], 'all');
  sent.length = 0;
  hear(request());
  t.is(sent.length, 1);
});

/** A solicitation for the address by somebody who can be answered, in a frame that the interface takes. */
function isAnswerable(bytes: Buffer): boolean {
  const { destination = '', destinationAddress = '', message } = decode(bytes) ?? {};
  const asks = typeof message === 'object' && message.type === neighborSolicitation && message.target === vip;
  return (
    asks && message.sourceMac !== undefined && /^.[13579bdf]/.test(destination) && destinationAddress.startsWith('ff')
  );
}

test('100,000 broken and hostile IPv6 frames are survived, and answered only where a good one would be', (t) => {
  const { sent, hear } = announcingHere();
  const next = numbersBelow(20240501);
  const good = request();
  const { message: _message, ...header } = decodeIcmpv6(good)!;
  for (let count = 0; count < 100_000; count += 1) {
    let bytes: Buffer = Buffer.from(good.subarray(0, next(4) === 0 ? next(good.length) : good.length));
    for (let flips = next(4); flips > 0 && bytes.length > 0; flips -= 1) bytes[next(bytes.length)] = next(256);
    // Every third liar knows how to make a checksum.
    if (bytes.length === good.length && next(3) === 0) bytes = encodeIcmpv6({ ...header, message: bytes.subarray(54) });
    const answers = sent.length;
    hear(bytes);
    const answered = sent.length > answers;
    if (answered ? !isAnswerable(bytes) : bytes.equals(good)) t.fail(bytes.toString('hex'));
  }
  t.true(sent.length > 10_000 && sent.length < 90_000, String(sent.length));
  sent.length = 0;
  hear(good);
  t.is(sent.length, 1);
});
