/**
 * An interface's membership in IPv6 multicast groups: as long as a socket is in a group, the interface takes what is sent to it,
 * and the kernel reports the membership on the LAN (MLD). Source: ipv6(7), IPV6_ADD_MEMBERSHIP; RFC 3810.
 *
 * MetalLB's ICMPv6 socket joins by itself. A packet socket cannot, so a UDP socket that is told nothing does it here.
 */
import { createSocket, type Socket } from 'node:dgram';

export class MulticastGroups {
  #socket: Socket | undefined;

  constructor(private readonly link: string) {}

  /** An interface that is gone is in no group. */
  join(group: string): void {
    try {
      this.#membership().addMembership(group, this.#zone);
    } catch (error) {
      process.stderr.write(`speaker: joining ${group} on ${this.link}: ${(error as Error).message}\n`);
    }
  }

  leave(group: string): void {
    try {
      this.#membership().dropMembership(group, this.#zone);
    } catch (error) {
      process.stderr.write(`speaker: leaving ${group} on ${this.link}: ${(error as Error).message}\n`);
    }
  }

  get #zone(): string {
    return `::%${this.link}`;
  }

  /** Opened when the first group is joined: in an IPv4 cluster never. */
  #membership(): Socket {
    this.#socket ??= createSocket('udp6');
    return this.#socket;
  }
}
