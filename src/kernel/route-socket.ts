/**
 * An rtnetlink socket that belongs to one namespace and carries whole batches.
 *
 * The kernel works through all messages of one `sendmsg` in order, so a batch costs one system call; only its last
 * message asks for an acknowledgement, and a failed one answers by itself. Source: netlink(7), lib of iproute2's -batch.
 */
import { RawNetlinkSocket } from 'netlink/dist/raw.js';
import { formatMessage, type NetlinkMessage, parseMessages } from 'netlink/dist/structs.js';
import { systemErrorName } from './libc.js';
import { inNamespace, type NetworkNamespace } from './netns.js';
import type { RouteMessage } from './route-messages.js';

/** NETLINK_ROUTE, linux/netlink.h. */
const NETLINK_ROUTE = 0;
const NLM_F_REQUEST = 1;
const NLM_F_ACK = 4;
/** NLMSG_ERROR, also the acknowledgement (error 0). */
const NLMSG_ERROR = 2;
/** Stay well below the default send buffer of 208 KiB (net.core.wmem_default). */
const BATCH_BYTES = 64 * 1024;
/**
 * Each refused message is answered; when all of a batch are, the answers must still fit the receive buffer (208 KiB, and
 * some 1.3 KiB of it an answer): its overflow is an error that the netlink library aborts the process on.
 */
const BATCH_MESSAGES = 128;

/** A message the kernel refused: which of the batch, and its errno. */
export class RouteError extends Error {
  override readonly name = 'RouteError';

  constructor(
    readonly position: number,
    readonly code: string,
  ) {
    super(`rtnetlink: ${code}`);
  }
}

/** Sends all messages inside the namespace, in order. @throws RouteError for the first one refused. */
export async function sendRouteMessages(namespace: NetworkNamespace, messages: readonly RouteMessage[]): Promise<void> {
  const socket = inNamespace(namespace, () => new RawNetlinkSocket(NETLINK_ROUTE));
  try {
    for (const [first, batch] of batches(messages)) await sendBatch(socket, first, batch);
  } finally {
    socket.close();
  }
}

function* batches(messages: readonly RouteMessage[]): Generator<[first: number, batch: RouteMessage[]]> {
  let first = 0;
  let bytes = 0;
  for (const [position, message] of messages.entries()) {
    bytes += message.payload.length + 32;
    const full = bytes >= BATCH_BYTES || position + 1 - first >= BATCH_MESSAGES;
    if (!full && position < messages.length - 1) continue;
    yield [first, messages.slice(first, position + 1)];
    first = position + 1;
    bytes = 0;
  }
}

/** Sequence numbers are positions in the whole list, plus one: an answer names its message. */
function sendBatch(socket: RawNetlinkSocket, first: number, batch: readonly RouteMessage[]): Promise<void> {
  const last = first + batch.length;
  const bytes = batch.flatMap((message, position) =>
    formatMessage({
      type: message.type,
      flags: NLM_F_REQUEST | message.flags | (first + position + 1 === last ? NLM_F_ACK : 0),
      seq: first + position + 1,
      port: 0,
      data: [message.payload, Buffer.alloc(-message.payload.length & 3)],
    }),
  );
  return new Promise((resolve, reject) => {
    let refused: RouteError | undefined;
    const listen = (data: Buffer) => {
      for (const answer of parseMessages(data)) {
        refused ??= refusalIn(answer);
        if (answer.seq !== last) continue;
        socket.off('message', listen);
        if (refused) reject(refused);
        else resolve();
      }
    };
    socket.on('message', listen);
    socket.send(Buffer.concat(bytes), {}, (error) => error && reject(error));
  });
}

function refusalIn(answer: NetlinkMessage): RouteError | undefined {
  if (answer.type !== NLMSG_ERROR) return undefined;
  const errno = -Buffer.from(answer.data).readInt32LE(0);
  return errno === 0 ? undefined : new RouteError(answer.seq - 1, systemErrorName(errno));
}
