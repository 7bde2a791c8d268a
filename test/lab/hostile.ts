/** Frames and datagrams that nobody should send, always the same ones. */
import { type ArpFrame, arpReply, arpRequest, encodeArp } from '../../src/metallb/layer2/arp-frame.js';
import { broadcastMac } from '../../src/metallb/layer2/ethernet.js';
import { numbersBelow } from '../numbers.js';

const vip = '192.168.56.128';
const winner = '02:e9:57:84:56:18';
/** What an interface with an MTU of 1500 takes. */
const LONGEST = 1514;

type Random = (below: number) => number;
type Maker = (random: Random, good: (change?: Partial<ArpFrame>) => Buffer) => Buffer;

const randomMac = (random: Random): string =>
  ['02', ...Array.from({ length: 5 }, () => random(256).toString(16).padStart(2, '0'))].join(':');

/** Behind the addresses, so that a frame still goes where it should. */
function flipped(frame: Buffer, random: Random): Buffer {
  for (let flips = 1 + random(6); flips > 0; flips -= 1) frame[12 + random(frame.length - 12)] = random(256);
  return frame;
}

function tagged(frame: Buffer, random: Random): Buffer {
  const tag = Buffer.from([random(2) ? 0x81 : 0x88, random(2) ? 0x00 : 0xa8, random(256), random(256)]);
  return Buffer.concat([frame.subarray(0, 12), tag, frame.subarray(12)]);
}

const makers: readonly Maker[] = [
  // Bytes flipped, cut short, grown, and nothing but noise.
  (random, good) => flipped(good(), random),
  (random, good) => flipped(good(), random).subarray(0, 14 + random(46)),
  (random, good) => Buffer.concat([good(), Buffer.alloc(1 + random(LONGEST - 60), random(256))]),
  (random, good) => Buffer.concat([good().subarray(0, 14), Buffer.from(Array.from({ length: 46 }, () => random(256)))]),
  (random, good) => tagged(good(), random),
  // In the winner's name: its own address and hardware address, as question and as answer.
  (random, good) =>
    good({ source: winner, senderMac: winner, senderAddress: vip, operation: random(2) ? arpReply : arpRequest }),
  // The address claimed by a stranger.
  (random, good) =>
    good({ operation: arpReply, senderMac: randomMac(random), senderAddress: vip, targetMac: broadcastMac }),
  // Asked in the name of everybody, and for somebody else's ears.
  (_random, good) => good({ senderMac: broadcastMac }),
  (random, good) => good({ destination: randomMac(random) }),
  // A flood of honest questions of strangers, each of which gets an answer.
  (random, good) => good({ senderMac: randomMac(random), senderAddress: `192.168.57.${random(256)}` }),
];

export function* hostileFrames(count: number, mac: string): Generator<Buffer> {
  const random = numbersBelow(7);
  const good = (change: Partial<ArpFrame> = {}): Buffer =>
    encodeArp({
      destination: broadcastMac,
      source: mac,
      operation: arpRequest,
      senderMac: mac,
      senderAddress: '192.168.56.1',
      targetMac: '00:00:00:00:00:00',
      targetAddress: vip,
      ...change,
    });
  for (let made = 0; made < count; made += 1) yield makers[made % makers.length]!(random, good);
}

/** For the speakers' own talk: noise, what is nearly a message, and messages in the name of speakers. */
export const hostileDatagrams: readonly Buffer[] = [
  Buffer.alloc(0),
  Buffer.from([0xff, 0xfe, 0x00]),
  Buffer.alloc(60_000, '['),
  ...[
    null,
    [],
    {},
    { kind: 'ping', from: 'k8s-node3' },
    { kind: 'ping', from: 'k8s-node3', seq: 'x', news: [null] },
    { kind: 'ack', from: 'k8s-node3', seq: 1, news: 7 },
    { kind: 'ping-req', from: 'k8s-node3', seq: 1, news: [] },
    { kind: 'gossip', from: 'k8s-node3', news: [{ state: 'dead', node: 'k8s-node3', incarnation: 1e300, by: 1 }] },
    { kind: '__proto__', from: '__proto__' },
    { kind: 'leave', from: 'k8s-node3' },
    { kind: 'beat', from: 'k8s-node3', first: true },
    { kind: 'beat', from: 'k8s-node3', hears: [7] },
    { kind: 'beat', from: 'k8s-node3', hears: [], first: true },
  ].map((message) => Buffer.from(JSON.stringify(message))),
];
