/**
 * Runs in the switch of a lab (test/lab/metallb-wire.test.ts): hears every ARP frame that a machine puts on the LAN, and prints those
 * about an address.
 *
 * Each port has a read that waits in a thread: wants UV_THREADPOOL_SIZE above the number of machines.
 * Arguments: the address, and after the claims of how many machines it ends: when the last of them is silent.
 */
import { read } from 'node:fs';
import { defaultClusterConfig } from '../../src/api/cluster-config.js';
import { hostLink, hostNamespace, nodeLink, switchNamespace } from '../../src/fabric/machines.js';
import { macOf } from '../../src/fabric/naming.js';
import { listLinks } from '../../src/kernel/links.js';
import { openNamespace } from '../../src/kernel/netns.js';
import { openPacketSocket } from '../../src/kernel/packet-socket.js';
import { type ArpFrame, decodeArp } from '../../src/metallb/layer2/arp-frame.js';
import { broadcastMac } from '../../src/metallb/layer2/ethernet.js';
import { pause } from '../../src/world/pause.js';

export interface Captured {
  at: number;
  frame: ArpFrame;
  length: number;
}

const [address = '', claimants = ''] = process.argv.slice(2);
/** A port hands ARP to the bridge before a socket for ARP only would see it. linux/if_ether.h. */
const ETH_P_ALL = 0x0003;
/** More than MetalLB's 1.1 s between rounds. */
const SILENCE_MS = 2500;
const LIMIT_MS = 60_000;

const captured: Captured[] = [];
const started = Date.now();
let last = started;

/** At each port only what its machine sends: what comes in at one port goes out at others. */
function listen(index: number, mac: string): void {
  const fd = openPacketSocket({ namespace: here, index, etherType: ETH_P_ALL });
  const buffer = Buffer.alloc(2048);
  const next = (): void =>
    read(fd, buffer, 0, buffer.length, null, (error, length) => {
      const frame = error ? undefined : decodeArp(buffer.subarray(0, length));
      if (frame?.source === mac && isAbout(frame)) keep(frame, length);
      next();
    });
  next();
}

const isAbout = ({ senderAddress, targetAddress }: ArpFrame) => [senderAddress, targetAddress].includes(address);

function keep(frame: ArpFrame, length: number): void {
  last = Date.now();
  captured.push({ at: last, frame, length });
}

const here = openNamespace(switchNamespace, '/proc/thread-self/ns/net');
const ports = await listLinks(here);
const machines = [
  `${hostNamespace}/${hostLink}`,
  ...defaultClusterConfig().nodes.map(({ name }) => `${name}/${nodeLink}`),
];
for (const [position, machine] of machines.entries()) {
  listen(ports.find(({ name }) => name === `port-${position}`)!.index, macOf(machine));
}
process.stderr.write('listening\n');

const claiming = () =>
  captured.filter(({ frame }) => frame.targetMac === broadcastMac).map(({ frame }) => frame.source);
const isOver = () => new Set(claiming()).size >= Number(claimants) && Date.now() - last > SILENCE_MS;
while (!isOver() && Date.now() - started < LIMIT_MS) await pause(100);
process.stdout.write(JSON.stringify(captured), () => process.kill(process.pid, 'SIGTERM'));
