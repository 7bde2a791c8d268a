/**
 * An rtnetlink socket that belongs to one namespace and carries whole batches.
 *
 * The kernel works through all messages of one `sendmsg` in order, so a batch costs one system call; only its last
 * message asks for an acknowledgement, and a failed one answers by itself. Source: netlink(7), lib of iproute2's -batch.
 */
import { closeSync } from 'node:fs';
import { formatMessage, type NetlinkMessage, parseMessages } from 'netlink/dist/structs.js';
import { libc, syscallError, systemErrorName } from './libc.js';
import { inNamespace, type NetworkNamespace } from './netns.js';
import type { RouteMessage } from './route-messages.js';

/** linux/netlink.h, bits/socket.h. */
const AF_NETLINK = 16;
const NETLINK_ROUTE = 0;
const SOCK_RAW = 3;
const SOCK_CLOEXEC = 0x80000;
const MSG_DONTWAIT = 0x40;
const NLM_F_REQUEST = 1;
const NLM_F_ACK = 4;
/** NLMSG_ERROR, also the acknowledgement (error 0). */
const NLMSG_ERROR = 2;
/** Stay well below the default send buffer of 208 KiB (net.core.wmem_default). */
const BATCH_BYTES = 64 * 1024;
/** An answer repeats the message that was refused, which is never longer than a batch. */
const received = Buffer.alloc(BATCH_BYTES + 1024);
/**
 * Each refused message is answered; when all of a batch are, the answers must still fit the receive buffer (208 KiB, and
 * some 1.3 KiB of it an answer), or some are lost.
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

/**
 * Sends all messages inside the namespace, in order. Synchronous: the kernel has done everything, and queued what it has to
 * say, when `send` returns. (The package's own socket waits for the event loop, and ends the process when the kernel
 * reports an error on it.)
 * @throws RouteError for the first one refused
 */
export function sendRouteMessages(namespace: NetworkNamespace, messages: readonly RouteMessage[]): void {
  const socket = inNamespace(namespace, () => libc().socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE));
  if (socket < 0) throw syscallError('socket', `rtnetlink in ${namespace.name}`);
  try {
    for (const [first, batch] of batches(messages)) sendBatch(socket, first, batch);
  } finally {
    closeSync(socket);
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
function sendBatch(socket: number, first: number, batch: readonly RouteMessage[]): void {
  const last = first + batch.length;
  const bytes = Buffer.concat(
    batch.flatMap((message, position) =>
      formatMessage({
        type: message.type,
        flags: NLM_F_REQUEST | message.flags | (first + position + 1 === last ? NLM_F_ACK : 0),
        seq: first + position + 1,
        port: 0,
        data: [message.payload, Buffer.alloc(-message.payload.length & 3)],
      }),
    ),
  );
  if (libc().send(socket, bytes, bytes.length, 0) !== bytes.length) throw syscallError('send', 'rtnetlink');
  let acknowledged = false;
  let refused: RouteError | undefined;
  for (const answer of answers(socket)) {
    const refusal = refusalIn(answer);
    if (refusal && batch[refusal.position - first]?.doneAlready !== refusal.code) refused ??= refusal;
    acknowledged ||= answer.seq === last;
  }
  if (refused) throw refused;
  if (!acknowledged) throw new RouteError(last - 1, 'ENOBUFS');
}

/** What the kernel has queued for us, until there is no more. */
function* answers(socket: number): Generator<NetlinkMessage> {
  for (;;) {
    const length = libc().recv(socket, received, received.length, MSG_DONTWAIT);
    if (length <= 0) return;
    yield* parseMessages(Buffer.from(received.subarray(0, length)));
  }
}

function refusalIn(answer: NetlinkMessage): RouteError | undefined {
  if (answer.type !== NLMSG_ERROR) return undefined;
  const errno = -Buffer.from(answer.data).readInt32LE(0);
  return errno === 0 ? undefined : new RouteError(answer.seq - 1, systemErrorName(errno));
}
