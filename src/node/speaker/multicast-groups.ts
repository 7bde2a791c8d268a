/**
 * An interface's membership in IPv6 multicast groups: as long as a socket is in a group, the interface takes what is sent to it,
 * and the kernel reports the membership on the LAN (MLD). Source: ipv6(7), IPV6_ADD_MEMBERSHIP; RFC 3810.
 *
 * MetalLB's ICMPv6 socket joins by itself. A packet socket cannot, so a UDP socket that is told nothing does it here.
 */
import { createSocket, type Socket } from 'node:dgram';
import type { GroupMembership } from '../../metallb/layer2/neighbour-protocol.js';

export class MulticastGroups implements GroupMembership {
  #socket: Socket | undefined;

  constructor(private readonly link: string) {}

  join(group: string): void {
    this.#change('addMembership', group);
  }

  leave(group: string): void {
    this.#change('dropMembership', group);
  }

  /** The socket is opened when the first group is joined: in an IPv4 cluster never. */
  #change(what: 'addMembership' | 'dropMembership', group: string): void {
    this.#socket ??= createSocket('udp6');
    try {
      this.#socket[what](group, `::%${this.link}`);
    } catch (error) {
      // An interface that is gone is in no group.
      process.stderr.write(`speaker: ${what} ${group} on ${this.link}: ${(error as Error).message}\n`);
    }
  }
}
