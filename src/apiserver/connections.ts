/**
 * Connections: TLS, and the limits that keep slow, stuck or greedy clients from stalling the lab.
 */
import { createServer, type Server } from 'node:https';
import type { Server as NetServer } from 'node:net';
import type { Duplex } from 'node:stream';
import type { TLSSocket } from 'node:tls';
import type { Certificates } from './certificates.js';

/** What keeps slow, stuck or greedy clients harmless: milliseconds, counts and bytes. */
export interface ConnectionLimits {
  handshake: number;
  headers: number;
  /** A whole request with its body of at most 3 MiB. */
  request: number;
  keepAlive: number;
  /** How often connections are looked at. */
  check: number;
  headerBytes: number;
  headerCount: number;
  connections: number;
}

const usualLimits: ConnectionLimits = {
  handshake: 10_000,
  headers: 10_000,
  request: 60_000,
  // Longer than client-go's 90 s idle timeout would be wasteful, shorter would race with it.
  keepAlive: 95_000,
  check: 2_000,
  headerBytes: 64 * 1024,
  headerCount: 200,
  connections: 1_000,
};

/** An answer that is no stream must be taken within this time, in milliseconds. */
export const replyTimeout = 60_000;

/** An HTTPS server that keeps the limits, whether it listens itself or is handed connections. */
export function makeHttpsServer({ cert, key }: Certificates, changed: Partial<ConnectionLimits> = {}): Server {
  const limits = { ...usualLimits, ...changed };
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
  // Node looks after the timeouts of connections only from this event on, which a server that is merely handed
  // connections would never see.
  server.emit('listening');
  return server;
}

/** Serves what another listener accepts, on the terms of the server's own connections. */
export function adopt(server: Server, listener: NetServer): void {
  listener.maxConnections = server.maxConnections;
  listener.on('connection', (socket) => {
    socket.setNoDelay(true);
    socket.setKeepAlive(true);
    server.emit('connection', socket);
  });
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
