/**
 * Connections: TLS, and the limits that keep slow, stuck or greedy clients from stalling the lab.
 */
import { createServer, type Server } from 'node:https';
import type { Duplex } from 'node:stream';
import type { TLSSocket } from 'node:tls';
import { StatusError } from '../api/status.js';
import type { Certificates } from './certificates.js';

/** Milliseconds, counts and bytes that keep slow, stuck or greedy clients harmless. */
const limits = {
  handshake: 10_000,
  headers: 10_000,
  /** A whole request with its body of at most 3 MiB. */
  request: 60_000,
  /** Longer than client-go's 90 s idle timeout would be wasteful, shorter would race with it. */
  keepAlive: 95_000,
  check: 2_000,
  headerBytes: 64 * 1024,
  headerCount: 200,
  connections: 1_000,
} as const;

/** An answer that is no stream must be taken within this time, in milliseconds. */
export const replyTimeout = 60_000;

/** Bytes that are no HTTP get a Status too, as far as the connection still lets it through. */
export function answerGarbage(fault: NodeJS.ErrnoException, socket: Duplex): void {
  if (!socket.writable || fault.code === 'ECONNRESET') {
    socket.destroy();
    return;
  }
  const tooBig = fault.code === 'HPE_HEADER_OVERFLOW';
  const late = fault.code === 'ERR_HTTP_REQUEST_TIMEOUT';
  const code = tooBig ? 431 : late ? 408 : 400;
  const error = new StatusError(
    'BadRequest',
    tooBig
      ? 'the request headers are too large'
      : late
        ? 'the request did not arrive in time'
        : 'the bytes received are no HTTP/1.1 request',
  );
  const body = JSON.stringify({ ...error.toStatus(), code });
  const head = `HTTP/1.1 ${code} Bad Request\r\nContent-Type: application/json\r\nContent-Length: ${Buffer.byteLength(body)}\r\nConnection: close\r\n\r\n`;
  socket.end(head + body, () => socket.destroy());
}

export function makeHttpsServer({ cert, key }: Certificates): Server {
  const server = createServer({
    cert,
    key,
    minVersion: 'TLSv1.2',
    ALPNProtocols: ['http/1.1'],
    handshakeTimeout: limits.handshake,
    maxHeaderSize: limits.headerBytes,
    connectionsCheckingInterval: limits.check,
    keepAlive: true,
    noDelay: true,
  });
  server.headersTimeout = limits.headers;
  server.requestTimeout = limits.request;
  server.keepAliveTimeout = limits.keepAlive;
  server.maxHeadersCount = limits.headerCount;
  server.maxConnections = limits.connections;
  return server;
}

/** Connections that are open; upgraded ones leave the HTTP server's own list. */
export function trackSockets(server: Server): Set<Duplex> {
  const sockets = new Set<Duplex>();
  const track = (socket: Duplex) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
    socket.on('error', () => socket.destroy());
  };
  server.on('connection', track);
  server.on('secureConnection', (socket: TLSSocket) => track(socket));
  return sockets;
}
