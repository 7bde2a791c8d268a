/**
 * How a speaker talks to the others: memberlist's port over UDP, and the timer of its membership.
 */
import { createSocket, type Socket } from 'node:dgram';
import type { Member, Membership, Packet } from '../../metallb/membership/contract.js';
import { everyone } from '../../metallb/membership/everyone.js';
import { parseMessage } from '../../metallb/membership/message.js';
import type { Clock } from '../../world/contract.js';
import { knock } from './knock.js';

/** memberlist's port, TCP and UDP. Source: MetalLB `METALLB_ML_BIND_PORT`. */
const MEMBER_PORT = 7946;

export interface MemberSocketParts {
  membership: Membership;
  clock: Pick<Clock, 'now' | 'after'>;
  /** Where all of the LAN can be talked to. */
  broadcast: string;
  /** Told after everything that may have changed who lives. */
  hear(alive: ReadonlySet<string>): void;
}

export class MemberSocket {
  readonly #socket: Socket = createSocket('udp4');

  constructor(private readonly parts: MemberSocketParts) {
    const { membership, clock } = parts;
    this.#socket.on('message', (bytes) => {
      const message = parseMessage(bytes.toString('utf8'));
      if (message) this.#post(membership.hear(message, clock.now()));
    });
    this.#socket.on('error', (error) => process.stderr.write(`speaker: ${error.message}\n`));
    // A socket bound to the node's address alone would hear no broadcasts.
    this.#socket.bind(MEMBER_PORT, () => this.#socket.setBroadcast(true));
    clock.after(membership.tickMs, () => this.#tick());
  }

  setMembers(members: readonly Member[]): void {
    const { membership, clock } = this.parts;
    this.#post(membership.setMembers(members, clock.now()));
  }

  leave(): void {
    this.#post(this.parts.membership.leave());
  }

  #tick(): void {
    const { membership, clock } = this.parts;
    this.#post(membership.tick(clock.now()));
    for (const silent of membership.knocks?.(clock.now()) ?? []) this.#knock(silent);
    clock.after(membership.tickMs, () => this.#tick());
  }

  #knock({ node, address }: Member): void {
    const { membership, clock, hear } = this.parts;
    knock({ address, port: MEMBER_PORT }, clock, (answer) => {
      membership.answered?.(node, answer);
      hear(membership.alive());
    });
  }

  #post(packets: readonly Packet[]): void {
    const { membership, broadcast, hear } = this.parts;
    for (const { to, message } of packets) {
      const text = JSON.stringify(message);
      this.#socket.send(text, MEMBER_PORT, to === everyone ? broadcast : to, () => {});
    }
    hear(membership.alive());
  }
}
