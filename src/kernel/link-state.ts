/**
 * Waiting until links carry packets.
 *
 * The end of a cable that is set up first gets its carrier when the other end follows, but the kernel acts on that a
 * moment later, in its link watch, which waits its turn for the lock that all network changes take. Until then a bridge
 * port is closed and the link drops what is sent. Source: linux net/core/link_watch.c, net/bridge/br_if.c.
 */
import { createRtNetlink, type RtNetlinkSocket } from 'netlink/dist/rt/rt.js';
import { pause } from '../world/pause.js';
import { inNamespace, type NetworkNamespace } from './netns.js';

/** IF_OPER_UP, RFC 2863 ifOperStatus as in linux/if.h. */
const IF_OPER_UP = 6;
const LOOK_EVERY_MS = 1;
/** On a machine that is busy with many labs the link watch has been seen to take seconds. */
const PATIENCE_MS = 20_000;

/** Resolves with the interfaces that did not come up in time: none, if all is well. */
export async function awaitLinks(namespace: NetworkNamespace, indexes: readonly number[]): Promise<number[]> {
  const socket = inNamespace(namespace, () => createRtNetlink());
  try {
    let waiting = await stillDown(socket, indexes);
    for (let waited = 0; waiting.length > 0 && waited < PATIENCE_MS; waited += LOOK_EVERY_MS) {
      await pause(LOOK_EVERY_MS);
      waiting = await stillDown(socket, waiting);
    }
    return waiting;
  } finally {
    socket.socket.close();
  }
}

/**
 * The answers to one burst of questions must fit the socket's receive buffer (208 KiB, and some 2.3 KiB of it a link):
 * its overflow is an error that the netlink library aborts the process on.
 */
const ASK_AT_ONCE = 32;

async function stillDown(socket: RtNetlinkSocket, indexes: readonly number[]): Promise<number[]> {
  const down: number[] = [];
  for (let first = 0; first < indexes.length; first += ASK_AT_ONCE) {
    const asked = indexes.slice(first, first + ASK_AT_ONCE);
    const answers = await Promise.all(asked.map((index) => socket.getLink({ index })));
    down.push(...asked.filter((_, position) => answers[position]?.[0]?.attrs.operstate !== IF_OPER_UP));
  }
  return down;
}
