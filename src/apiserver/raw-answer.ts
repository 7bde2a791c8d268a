/**
 * Answers on sockets that the HTTP library does not (or no longer) serve: garbage, and refused upgrades.
 */
import { STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';
import { StatusError } from '../api/status.js';
import type { Clock } from '../world/contract.js';
import { type Reply, statusReply } from './reply.js';

/** How long a peer may go on talking after its answer, in milliseconds: closing at once could destroy the answer. */
const lingering = 1_000;

/** Status line and headers of an HTTP/1.1 answer. */
export function rawHead(code: number, headers: Readonly<Record<string, string>>): string {
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
  return `HTTP/1.1 ${code} ${STATUS_CODES[code] ?? ''}\r\n${lines.join('')}\r\n`;
}

/** Answers, then closes the connection. */
function answerRaw(socket: Duplex, { code, contentType, body }: Reply, clock: Clock): void {
  const length = `${Buffer.byteLength(body)}`;
  const head = rawHead(code, { 'Content-Type': contentType, 'Content-Length': length, Connection: 'close' });
  socket.on('error', () => socket.destroy());
  socket.once(
    'close',
    clock.after(lingering, () => socket.destroy()),
  );
  socket.end(head + body.toString());
  socket.resume();
}

/** What Node's HTTP parser gives up on, with the code and words for it. */
const giveUps: Readonly<Record<string, [code: number, message: string]>> = {
  HPE_HEADER_OVERFLOW: [431, 'the request headers are too large'],
  ERR_HTTP_REQUEST_TIMEOUT: [408, 'the request did not arrive in time'],
};

/** Bytes that are no HTTP get a Status too, as far as the connection still lets it through. */
export function answerGarbage(fault: NodeJS.ErrnoException, socket: Duplex, clock: Clock): void {
  // The parser stumbles again over what follows; the answer is already on its way.
  if (socket.writableEnded) return;
  if (!socket.writable || fault.code === 'ECONNRESET') {
    socket.destroy();
    return;
  }
  const [code, message] = giveUps[fault.code ?? ''] ?? [400, 'the bytes received are no HTTP/1.1 request'];
  const status = { ...new StatusError('BadRequest', message).toStatus(), code };
  answerRaw(socket, { code, contentType: 'application/json', body: JSON.stringify(status) }, clock);
}

/** Answers a refused upgrade. */
export function refuseRaw(socket: Duplex, error: StatusError, clock: Clock): void {
  answerRaw(socket, statusReply(error), clock);
}
