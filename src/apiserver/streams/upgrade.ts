/**
 * Requests that ask to turn their connection into something else.
 */
import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { StatusError } from '../../api/status.js';
import type { Api } from '../contract.js';
import { asStatusError, statusReply } from '../reply.js';

/** Answers on the raw socket and closes it. */
function refuse(socket: Duplex, fault: unknown): void {
  const { code, body, contentType } = statusReply(asStatusError(fault));
  const head = `HTTP/1.1 ${code} Refused\r\nContent-Type: ${contentType}\r\nContent-Length: ${Buffer.byteLength(body)}\r\nConnection: close\r\n\r\n`;
  socket.end(head + body.toString(), () => socket.destroy());
}

export async function serveUpgrade(
  _api: Api,
  guard: (headers: IncomingMessage['headers']) => void,
  request: IncomingMessage,
  socket: Duplex,
  _head: Buffer,
): Promise<void> {
  try {
    guard(request.headers);
    throw new StatusError('BadRequest', 'no upgrade is served on this path');
  } catch (fault) {
    refuse(socket, fault);
  }
}
