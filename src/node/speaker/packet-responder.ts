/**
 * A speaker's end of one packet socket: frames in, frames out, and the multicast groups that bring some of them.
 *
 * A blocking read in libuv's thread pool is what waits for frames.
 */
import { read, writeSync } from 'node:fs';
import type {
  GroupMembership,
  LinkAddresses,
  NeighbourProtocol,
  Responder,
} from '../../metallb/layer2/neighbour-protocol.js';
import { neighbourProtocols } from '../../metallb/layer2/neighbour-protocols.js';
import type { SpeakerSocket } from '../../metallb/speaker/contract.js';
import type { Clock } from '../../world/contract.js';
import { MulticastGroups } from './multicast-groups.js';

/** Longest frame that is read; of what is longer the rest is dropped, as mdlayher/arp does with 128 bytes. */
const FRAME_BYTES = 2048;
/** An interface that is down makes every read fail at once: time to look again. */
const RETRY_MS = 100;

export class PacketResponder implements Responder {
  readonly protocol: NeighbourProtocol;
  readonly link: LinkAddresses;
  readonly groups: GroupMembership;
  readonly #fd: number;

  constructor({ protocol, link, fd }: SpeakerSocket) {
    this.protocol = neighbourProtocols[protocol];
    this.link = link;
    this.groups = new MulticastGroups(link.name);
    this.#fd = fd;
  }

  send(frame: Buffer): void {
    try {
      writeSync(this.#fd, frame);
    } catch {
      // The interface is down or gone: what is lost there would have been lost on the wire.
    }
  }

  /** From now on, for every frame; what it is given is good only until it returns. */
  listen(clock: Pick<Clock, 'after'>, hear: (frame: Uint8Array) => void): void {
    const buffer = Buffer.alloc(FRAME_BYTES);
    const next = (): void =>
      read(this.#fd, buffer, 0, buffer.length, null, (error, count) => {
        if (error) return void clock.after(RETRY_MS, next);
        hear(buffer.subarray(0, count));
        next();
      });
    next();
  }
}
