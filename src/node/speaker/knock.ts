/**
 * Asking a node's kernel whether it is there, without its speaker's help: memberlist's port over TCP, which no speaker of ours
 * listens on, is refused by a kernel that can be reached; a datagram to it is refused where no speaker has the port.
 */
import { createSocket } from 'node:dgram';
import { connect } from 'node:net';
import type { KernelAnswer } from '../../metallb/membership/contract.js';
import type { Clock } from '../../world/contract.js';

/** What has not come in this time is worth nothing any more. */
const PATIENCE_MS = 500;

export interface KnockPlace {
  address: string;
  port: number;
}

/** Calls `hear` once for each answer; never when there is none. */
export function knock(
  { address, port }: KnockPlace,
  clock: Pick<Clock, 'after'>,
  hear: (answer: KernelAnswer) => void,
): void {
  const tcp = connect({ host: address, port });
  tcp.on('connect', () => hear('reachable'));
  tcp.on('error', ({ code }: NodeJS.ErrnoException) => {
    if (code === 'ECONNREFUSED') hear('reachable');
  });
  const udp = createSocket('udp4');
  udp.on('error', ({ code }: NodeJS.ErrnoException) => {
    if (code === 'ECONNREFUSED') hear('noSpeaker');
  });
  // What a speaker reads is no message, and means nothing to it. A callback of `connect` would be called with its error, too.
  udp.once('connect', () => udp.send('', () => {}));
  udp.connect(port, address);
  clock.after(PATIENCE_MS, () => {
    tcp.destroy();
    udp.close();
  });
}
