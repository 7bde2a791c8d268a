/**
 * Requests that turn their connection into a conversation: exec, attach and portforward, over SPDY/3.1 or WebSocket.
 *
 * Source: apiserver `pkg/util/proxy/upgradeaware.go` and kubelet's streaming server in one. kubectl up to 1.29 speaks
 * SPDY; newer ones try WebSocket first.
 */
import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { createWebSocketStream, type WebSocket, WebSocketServer } from 'ws';
import type { KubeObject } from '../../api/object.js';
import { StatusError } from '../../api/status.js';
import type { Api, PodProcess, PodStreams } from '../contract.js';
import { chosenContainer, requireStreams } from '../logs.js';
import { refuseRaw } from '../raw-answer.js';
import { asStatusError } from '../reply.js';
import { requireObjectAt } from '../request.js';
import { parsePath } from '../request-info.js';
import { resourceRequest, unknownPath } from '../router.js';
import { parseTarget, rawPath } from '../target.js';
import { offered, switchToSpdy } from './handshake.js';
import { portForwardProtocol, servePortForward } from './port-forward.js';
import { runRemote } from './remote-command.js';
import { type ChannelRequest, serveSpdyChannels } from './spdy-channels.js';
import { remoteCommandProtocols, webSocketChannels } from './websocket-channels.js';

/** SPDY inside WebSocket messages, as kubectl 1.31 and newer ask for it (KEP-4006). */
const tunnelled = `SPDY/3.1+${portForwardProtocol}`;
/** The only SPDY remote-command protocol served: every kubectl since 1.4 offers it, and exit codes need it. */
const spdyRemoteCommand = 'v4.channel.k8s.io';
const maxMessage = 1024 * 1024;

interface Upgrade {
  api: Api;
  request: IncomingMessage;
  socket: Duplex;
  head: Buffer;
  pod: KubeObject;
  streams: PodStreams;
  query: URLSearchParams;
  subresource: string;
}

type Conversation =
  | { is: 'remote'; start: () => Promise<PodProcess> | PodProcess; channels: ChannelRequest }
  | { is: 'port-forward' };

function channelsOf(query: URLSearchParams): ChannelRequest {
  const flag = (name: string) => query.get(name) === 'true' || query.get(name) === '1';
  const tty = flag('tty');
  // With a terminal there is one output: upstream drops stderr rather than refuse.
  const channels = { stdin: flag('stdin'), stdout: flag('stdout'), stderr: flag('stderr') && !tty, tty };
  if (channels.stdin || channels.stdout || channels.stderr) return channels;
  throw new StatusError('BadRequest', 'you must specify at least 1 of stdin, stdout, stderr');
}

/** What is to be said, checked before the connection is upgraded so that a refusal is an ordinary Status. */
function conversationOf({ pod, streams, query, subresource }: Upgrade): Conversation {
  if (subresource === 'portforward') return { is: 'port-forward' };
  const container = chosenContainer(pod, query.get('container'));
  const channels = channelsOf(query);
  const { tty, stdin } = channels;
  if (subresource === 'attach') {
    return { is: 'remote', channels, start: () => streams.attach(pod, container, { tty, stdin }) };
  }
  const command = query.getAll('command');
  if (command.length === 0)
    throw new StatusError('BadRequest', 'you must specify at least one command for the container');
  return { is: 'remote', channels, start: () => streams.exec(pod, container, { command, tty, stdin }) };
}

function spdyProtocol(request: IncomingMessage, wanted: string): string {
  const versions = offered(request.headers['x-stream-protocol-version']);
  if (versions.includes(wanted)) return wanted;
  const message = `unable to upgrade: unable to negotiate protocol: client supports [${versions.join(' ')}], server accepts [${wanted}]`;
  throw new StatusError('Forbidden', message);
}

function serveSpdy(upgrade: Upgrade, conversation: Conversation): void {
  const { api, request, socket, head, pod, streams } = upgrade;
  if (conversation.is === 'port-forward') {
    switchToSpdy(socket, spdyProtocol(request, portForwardProtocol));
    void servePortForward(socket, head, pod, streams);
    return;
  }
  switchToSpdy(socket, spdyProtocol(request, spdyRemoteCommand));
  serveSpdyChannels(
    socket,
    head,
    conversation.channels,
    api.clock,
    (channels) => void runRemote(conversation.start, channels),
  );
}

/** The subprotocol to speak. @throws StatusError BadRequest, on which kubectl falls back to SPDY. */
function webSocketProtocol({ request }: Upgrade, conversation: Conversation): string {
  const names = offered(request.headers['sec-websocket-protocol']);
  const served: readonly string[] = conversation.is === 'remote' ? remoteCommandProtocols : [tunnelled];
  const found = served.find((one) => names.includes(one));
  if (found !== undefined) return found;
  const message = `unable to upgrade: no WebSocket subprotocol of [${names.join(' ')}] is served here; offer one of [${served.join(' ')}]`;
  throw new StatusError('BadRequest', message);
}

/**
 * Accepts a WebSocket. The library refuses subprotocol names with a slash (no RFC 6455 token), such as kubectl's tunnel,
 * before anybody is asked: so it never sees the request header, and the chosen name is added to its answer.
 */
function acceptWebSocket({ request, socket, head }: Upgrade, protocol: string, then: (one: WebSocket) => void): void {
  const server = new WebSocketServer({ noServer: true, maxPayload: maxMessage, perMessageDeflate: false });
  server.on('headers', (headers) => headers.push(`Sec-WebSocket-Protocol: ${protocol}`));
  delete request.headers['sec-websocket-protocol'];
  server.handleUpgrade(request, socket, head, then);
}

function serveWebSocket(upgrade: Upgrade, conversation: Conversation): void {
  const protocol = webSocketProtocol(upgrade, conversation);
  acceptWebSocket(upgrade, protocol, (webSocket) => {
    if (conversation.is === 'remote') {
      void runRemote(conversation.start, webSocketChannels(webSocket, conversation.channels));
      return;
    }
    const tunnel = createWebSocketStream(webSocket);
    void servePortForward(tunnel, Buffer.alloc(0), upgrade.pod, upgrade.streams);
  });
}

type Connection = Pick<Upgrade, 'api' | 'request' | 'socket' | 'head'>;

/** @throws StatusError for anything but a streaming subresource of an existing pod. */
function upgradeOf(connection: Connection): Upgrade {
  const { api, request } = connection;
  const url = parseTarget(request.url);
  const path = url && parsePath(rawPath(request.url ?? ''));
  if (url === undefined || path?.is !== 'resource') throw unknownPath();
  const { subresource } = path.path;
  if (!['exec', 'attach', 'portforward'].includes(subresource)) {
    throw new StatusError('BadRequest', 'this path cannot be upgraded; only exec, attach and portforward of pods can');
  }
  const body = () => Promise.resolve(Buffer.alloc(0));
  const { signal } = new AbortController();
  const plain = { method: request.method ?? '', query: url.searchParams, headers: request.headers, body, signal };
  const pod = requireObjectAt(api, resourceRequest(api, plain, path.path));
  return { ...connection, pod, streams: requireStreams(api), query: url.searchParams, subresource };
}

function serve(upgrade: Upgrade): void {
  const conversation = conversationOf(upgrade);
  const protocol = `${upgrade.request.headers.upgrade ?? ''}`.toLowerCase();
  if (protocol === 'websocket') serveWebSocket(upgrade, conversation);
  else if (protocol === 'spdy/3.1') serveSpdy(upgrade, conversation);
  else
    throw new StatusError(
      'BadRequest',
      `unable to upgrade: "${protocol}" is not spoken here; use SPDY/3.1 or websocket`,
    );
}

/** Serves or refuses; the socket is no longer the HTTP server's. Never throws. */
export function serveUpgrade(connection: Connection, guard: (headers: IncomingMessage['headers']) => void): void {
  try {
    guard(connection.request.headers);
    serve(upgradeOf(connection));
  } catch (fault) {
    if (!(fault instanceof StatusError)) connection.api.report(fault);
    refuseRaw(connection.socket, asStatusError(fault), connection.api.clock);
  }
}
