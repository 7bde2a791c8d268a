/**
 * Runs on `host` in a lab (test/lab/metallb-wire.test.ts): talks ARP on the LAN by hand, and prints what came back.
 *
 * Arguments: `ask` (requests and broken frames), `listen MILLISECONDS`, or `who ADDRESS`.
 */
import { read, writeSync } from 'node:fs';
import { listLinks } from '../../src/kernel/links.js';
import { openNamespace } from '../../src/kernel/netns.js';
import { ETH_P_ARP, openPacketSocket } from '../../src/kernel/packet-socket.js';
import { type ArpFrame, arpRequest, broadcastMac, decodeArp, encodeArp } from '../../src/metallb/layer2/arp.js';
import { pause } from '../../src/world/pause.js';

const [mode, argument] = process.argv.slice(2);
const here = openNamespace('here', '/proc/thread-self/ns/net');
const link = (await listLinks(here)).find(({ name }) => name === 'vboxnet0')!;
const fd = openPacketSocket(here, link.index, ETH_P_ARP);

export interface Heard {
  at: number;
  frame: ArpFrame;
  length: number;
}

let heard: Heard[] = [];
const buffer = Buffer.alloc(2048);
const next = (): void =>
  read(fd, buffer, 0, buffer.length, null, (error, length) => {
    const frame = error ? undefined : decodeArp(buffer.subarray(0, length));
    if (frame) heard.push({ at: Date.now(), frame, length });
    next();
  });
next();

function request(targetAddress: string, change: Partial<ArpFrame> = {}): Buffer {
  return encodeArp({
    destination: broadcastMac,
    source: link.mac,
    operation: arpRequest,
    senderMac: link.mac,
    senderAddress: '192.168.56.1',
    targetMac: '00:00:00:00:00:00',
    targetAddress,
    ...change,
  });
}

/** The replies about an address that come to a frame within a while. */
async function replies(frame: Buffer, address: string, wait = 700): Promise<Heard[]> {
  heard = [];
  writeSync(fd, frame);
  await pause(wait);
  return heard.filter((one) => one.frame.senderAddress === address && one.frame.destination === link.mac);
}

/** Good requests with bytes flipped, ends cut off, tails grown; xorshift32, so always the same. */
function* brokenFrames(count: number): Generator<Buffer> {
  let state = 7;
  const random = (below: number): number => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) % below;
  };
  for (let made = 0; made < count; made += 1) {
    const grown = Buffer.concat([request('192.168.56.128'), Buffer.alloc(random(8) === 0 ? random(1400) : 0, 0xff)]);
    const cut = grown.subarray(0, random(4) === 0 ? 14 + random(46) : grown.length);
    for (let flips = random(6); flips > 0; flips -= 1) cut[12 + random(cut.length - 12)] = random(256);
    yield cut;
  }
}

async function ask(): Promise<unknown> {
  const vip = '192.168.56.128';
  const answered = await replies(request(vip), vip);
  const probe = await replies(request(vip, { senderAddress: '0.0.0.0' }), vip);
  const other = await replies(request('192.168.56.129'), '192.168.56.129');
  const reply = await replies(request(vip, { operation: 2 }), vip);
  for (const frame of brokenFrames(20_000)) writeSync(fd, frame);
  await pause(1500);
  const after = await replies(request(vip), vip, 1500);
  return { mac: link.mac, answered, probe, other, reply, after };
}

async function listen(milliseconds: number): Promise<unknown> {
  process.stderr.write('listening\n');
  await pause(milliseconds);
  return heard.filter(({ frame }) => frame.destination === broadcastMac);
}

/** The MACs of all that answer for an address. */
async function who(address: string): Promise<string[]> {
  const answers = await replies(request(address), address);
  return [...new Set(answers.map(({ frame }) => frame.senderMac))].sort();
}

const modes: Record<string, () => Promise<unknown>> = {
  ask,
  listen: () => listen(Number(argument)),
  who: () => who(argument ?? ''),
};
const result = await modes[mode ?? '']?.();

process.stdout.write(JSON.stringify(result), () => process.kill(process.pid, 'SIGTERM'));
