/**
 * Runs on `host` in a lab (test/lab/metallb-wire.test.ts): talks ARP on the LAN by hand, and prints what came back.
 *
 * Arguments: `ask HOSTILE_FRAMES` (requests, and what nobody should send), or `who ADDRESS`.
 */
import { createSocket } from 'node:dgram';
import { read, writeSync } from 'node:fs';
import { listLinks } from '../../src/kernel/links.js';
import { openNamespace } from '../../src/kernel/netns.js';
import { openPacketSocket } from '../../src/kernel/packet-socket.js';
import { type ArpFrame, arpRequest, decodeArp, encodeArp } from '../../src/metallb/layer2/arp-frame.js';
import { broadcastMac, etherTypes } from '../../src/metallb/layer2/ethernet.js';
import { pause } from '../../src/world/pause.js';
import { hostileDatagrams, hostileFrames } from './hostile.js';

const [mode, argument] = process.argv.slice(2);
const here = openNamespace('here', '/proc/thread-self/ns/net');
const link = (await listLinks(here)).find(({ name }) => name === 'vboxnet0')!;
const fd = openPacketSocket({ namespace: here, index: link.index, etherType: etherTypes.arp });

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

async function ask(): Promise<unknown> {
  const vip = '192.168.56.128';
  const answered = await replies(request(vip), vip);
  const probe = await replies(request(vip, { senderAddress: '0.0.0.0' }), vip);
  const other = await replies(request('192.168.56.129'), '192.168.56.129');
  const reply = await replies(request(vip, { operation: 2 }), vip);
  for (const frame of hostileFrames(Number(argument), link.mac)) writeSync(fd, frame);
  for (const datagram of hostileDatagrams) await say(datagram);
  await pause(1500);
  const after = await replies(request(vip), vip, 1500);
  return { mac: link.mac, answered, probe, other, reply, after };
}

/** To the port at which the speakers of all nodes talk. */
async function say(datagram: Buffer): Promise<void> {
  const socket = createSocket('udp4');
  await new Promise<void>((resolve) => socket.bind(0, resolve));
  socket.setBroadcast(true);
  await new Promise((resolve) => socket.send(datagram, 7946, '192.168.56.255', resolve));
  socket.close();
}

/** The MACs of all that answer for an address. */
async function who(address: string): Promise<string[]> {
  const answers = await replies(request(address), address);
  return [...new Set(answers.map(({ frame }) => frame.senderMac))].sort();
}

const modes: Record<string, () => Promise<unknown>> = {
  ask,
  who: () => who(argument ?? ''),
};
const result = await modes[mode ?? '']?.();

process.stdout.write(JSON.stringify(result), () => process.kill(process.pid, 'SIGTERM'));
