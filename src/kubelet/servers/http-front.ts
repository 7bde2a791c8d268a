/**
 * One HTTP parser for all pods: connections come from thousands of listeners and are answered for the one they came by.
 *
 * A single `http.Server` instead of one a listener saves its timers and handlers a thousand times over.
 */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { HttpRequest } from '../images/answers/contract.js';
import { hostPort, type Site } from './site.js';

/** Bodies beyond this are cut before they are echoed; the built-in servers only ever show them. */
const maxBodyBytes = 1024 * 1024;

/** The connections of one listener, and how it ends them. */
export class Connections {
  readonly #open = new Map<Socket, { busy: boolean }>();
  #drain: Promise<void> | undefined;
  #drained: (() => void) | undefined;

  get draining(): boolean {
    return this.#drain !== undefined;
  }

  add(socket: Socket): void {
    this.#open.set(socket, { busy: false });
    socket.once('close', () => {
      this.#open.delete(socket);
      if (this.#open.size === 0) this.#drained?.();
    });
  }

  busy(socket: Socket, busy: boolean): void {
    const state = this.#open.get(socket);
    if (state) state.busy = busy;
    if (!busy && this.draining) socket.end();
  }

  /** Closes idle connections now and busy ones after their answer; resolves when none is left. */
  drain(): Promise<void> {
    this.#drain ??= new Promise((resolve) => {
      this.#drained = resolve;
      if (this.#open.size === 0) resolve();
    });
    for (const [socket, { busy }] of this.#open) if (!busy) socket.destroy();
    return this.#drain;
  }

  /** SIGKILL: cuts everything. */
  cut(): void {
    for (const socket of this.#open.keys()) socket.destroy();
  }
}

interface Arrival {
  site: Site;
  connections: Connections;
}

export class HttpFront {
  readonly #arrivals = new WeakMap<Socket, Arrival>();
  readonly #server = createServer((request, response) => this.#serve(request, response));

  constructor() {
    // Go servers keep idle connections open; so do these, until the listener drains.
    this.#server.keepAliveTimeout = 0;
  }

  /** Answers a connection for the listener it arrived by. */
  accept(socket: Socket, site: Site, connections: Connections): void {
    this.#arrivals.set(socket, { site, connections });
    connections.add(socket);
    this.#server.emit('connection', socket);
  }

  #serve(request: IncomingMessage, response: ServerResponse): void {
    const arrival = this.#arrivals.get(request.socket);
    if (!arrival) return void response.destroy();
    arrival.connections.busy(request.socket, true);
    response.once('close', () => arrival.connections.busy(request.socket, false));
    const hasBody =
      request.headers['content-length'] !== undefined || request.headers['transfer-encoding'] !== undefined;
    if (!hasBody) return answer(arrival, request, response, '');
    readBody(request, (body) => answer(arrival, request, response, body));
  }
}

function answer(
  { site, connections }: Arrival,
  message: IncomingMessage,
  response: ServerResponse,
  body: string,
): void {
  const request = requestOf(message, body);
  const reply = site.answerer.http(request, site.context);
  const line = site.answerer.logLine?.(request, reply, site.context);
  if (line !== undefined) site.log(line);
  // As Go does: no word about a connection that stays open, `close` for one that does not.
  if (connections.draining) response.setHeader('Connection', 'close');
  else response.removeHeader('Connection');
  response.writeHead(reply.status, { ...reply.headers, 'Content-Length': Buffer.byteLength(reply.body) });
  response.end(reply.body);
  const { exitCode } = reply;
  if (exitCode !== undefined) response.once('finish', () => site.exit(exitCode));
}

function requestOf(message: IncomingMessage, body: string): HttpRequest {
  const headers = Object.entries(message.headers).map(([name, value]) => [
    name,
    Array.isArray(value) ? value.join(', ') : (value ?? ''),
  ]);
  return {
    method: message.method ?? 'GET',
    target: message.url ?? '/',
    headers: Object.fromEntries(headers) as Record<string, string>,
    remoteAddress: hostPort(message.socket.remoteAddress, message.socket.remotePort),
    body,
  };
}

function readBody(message: IncomingMessage, done: (body: string) => void): void {
  const parts: Buffer[] = [];
  let size = 0;
  message.on('data', (part: Buffer) => {
    if (size < maxBodyBytes) parts.push(part);
    size += part.length;
  });
  message.once('end', () => done(Buffer.concat(parts).subarray(0, maxBodyBytes).toString()));
}
