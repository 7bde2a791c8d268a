/**
 * HTTP/1.1 answers written by hand on a socket that has left the HTTP server: 101 and refusals.
 */
import { STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';
import { asStatusError, statusReply } from '../reply.js';

function head(code: number, headers: Readonly<Record<string, string>>): string {
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
  return `HTTP/1.1 ${code} ${STATUS_CODES[code] ?? ''}\r\n${lines.join('')}\r\n`;
}

/** Answers with the fault's Status and closes the connection. */
export function refuse(socket: Duplex, fault: unknown, headers: Readonly<Record<string, string>> = {}): void {
  const { code, body, contentType } = statusReply(asStatusError(fault));
  const length = `${Buffer.byteLength(body)}`;
  const all = { 'Content-Type': contentType, 'Content-Length': length, Connection: 'close', ...headers };
  socket.end(head(code, all) + body.toString(), () => socket.destroy());
}

/** 101: from here on the socket speaks SPDY. */
export function switchToSpdy(socket: Duplex, protocol: string): void {
  socket.write(head(101, { Connection: 'Upgrade', Upgrade: 'SPDY/3.1', 'X-Stream-Protocol-Version': protocol }));
}

/** Values of a header that may come as one list or several lines (Node joins the latter). */
export function offered(header: string | string[] | undefined): string[] {
  return `${header ?? ''}`
    .split(',')
    .map((one) => one.trim())
    .filter((one) => one !== '');
}
