/**
 * The HTTPS server that kubectl talks to: TLS, limits, who may enter, and one answer for every request.
 *
 * Upstream: kube-apiserver's `pkg/server/secure_serving.go` and filter chain. Differs: HTTP/1.1 only; no audit, no
 * priority and fairness. It listens on loopback; further listeners (in lab namespaces) are handed in.
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Server } from 'node:https';
import type { AddressInfo, Server as NetServer } from 'node:net';
import type { Duplex } from 'node:stream';
import { StatusError } from '../api/status.js';
import type { KindInfo, Registry } from '../registry/contract.js';
import type { Clock } from '../world/contract.js';
import { readBody } from './body.js';
import type { Certificates } from './certificates.js';
import { adopt, type ConnectionLimits, makeHttpsServer, replyTimeout, trackSockets } from './connections.js';
import type { Api, FieldManagement, PodStreams } from './contract.js';
import { defaultHosts, makeGuard } from './guard.js';
import { ListPages } from './list-pages.js';
import { makeOpenApi } from './open-api.js';
import { answerGarbage } from './raw-answer.js';
import {
  asStatusError,
  isStream,
  type Reply,
  type StreamReply,
  startStream,
  statusReply,
  writeReply,
} from './reply.js';
import type { ApiRequest } from './request.js';
import { route } from './router.js';
import { serveUpgrade } from './streams/upgrade.js';
import { parseTarget, rawPath } from './target.js';

export interface ApiServerOptions {
  registry: Registry;
  fields: FieldManagement;
  /** Absent where no pods run. */
  streams?: PodStreams;
  certificates: Certificates;
  /** The bearer token that every request must carry. */
  token: string;
  clock: Clock;
  /** `v1.30.0`: what clients are told; it decides which columns and fields they expect. */
  gitVersion: string;
  clusterDomain: string;
  /** Names and addresses beside the usual ones that a Host header may carry: 10.96.0.1, node addresses. */
  hosts?: readonly string[];
  /** TCP port on 127.0.0.1; 0 takes a free one. */
  port?: number;
  /** A listener that is open already, on loopback; then no other is opened. */
  listener?: NetServer;
  /** Told about faults of the server itself. */
  report?: (fault: unknown) => void;
  /** Where they differ from the usual ones. */
  limits?: Partial<ConnectionLimits>;
}

export interface ApiServer {
  port: number;
  /** `https://127.0.0.1:PORT`. */
  url: string;
  /** Serves connections of another TCP listener too, one opened in a lab namespace for example. The caller closes it. */
  accept(listener: NetServer): void;
  /** Ends every connection and the listener. */
  close(): Promise<void>;
}

function parseVersion(gitVersion: string): Api['version'] {
  const match = /^v(\d+)\.(\d+)\./.exec(gitVersion);
  if (match === null) throw new RangeError(`"${gitVersion}" is no Kubernetes version such as v1.30.0`);
  return { major: Number(match[1]), minor: Number(match[2]), gitVersion };
}

/** Kinds by `group/version/plural`. */
function resourceIndex(kinds: readonly KindInfo[]): Map<string, KindInfo> {
  const entries = kinds.flatMap((kind) =>
    kind.versions.map((version): [string, KindInfo] => [`${kind.group}/${version}/${kind.plural}`, kind]),
  );
  return new Map(entries);
}

function makeApi(options: ApiServerOptions): Api {
  const { registry, fields, streams, clock, gitVersion, report = () => {} } = options;
  const index = resourceIndex(registry.kinds());
  return {
    registry,
    fields,
    streams,
    clock,
    report,
    pages: new ListPages(),
    openApi: makeOpenApi(registry.kinds(), gitVersion),
    version: parseVersion(gitVersion),
    resource: (group, version, plural) => index.get(`${group}/${version}/${plural}`),
  };
}

/** A signal that fires when the connection ends before the answer does. */
function goneSignal(response: ServerResponse): AbortSignal {
  const controller = new AbortController();
  response.once('close', () => controller.abort());
  return controller.signal;
}

type Guard = ReturnType<typeof makeGuard>;

async function answer(
  api: Api,
  guard: Guard,
  request: IncomingMessage,
  signal: AbortSignal,
): Promise<Reply | StreamReply> {
  guard(request.headers);
  const url = parseTarget(request.url);
  if (url === undefined) throw new StatusError('BadRequest', 'the request target is not a path');
  const apiRequest: ApiRequest = {
    method: request.method ?? 'GET',
    query: url.searchParams,
    headers: request.headers,
    body: () => readBody(request),
    signal,
  };
  return route(api, apiRequest, rawPath(request.url ?? '/'));
}

/** A refusal as its reply; only unexpected faults are reported. */
function refusal(api: Api, fault: unknown): Reply {
  const error = asStatusError(fault);
  if (error !== fault) api.report(fault);
  return statusReply(error);
}

async function runStream(api: Api, reply: StreamReply, response: ServerResponse, signal: AbortSignal): Promise<void> {
  startStream(response, reply.contentType);
  try {
    await reply.run(response, signal);
    response.end();
  } catch (fault) {
    if (!signal.aborted) api.report(fault);
    response.destroy();
  }
}

/**
 * Writes the reply within its time. The connection ends with it when a body was not read, since the rest of that may
 * follow, and for strangers, who must not use up the connections.
 */
function finish(api: Api, request: IncomingMessage, response: ServerResponse, reply: Reply): void {
  const cancel = api.clock.after(replyTimeout, () => response.destroy());
  response.once('close', cancel);
  if (!request.complete || reply.code === 401) response.setHeader('Connection', 'close');
  writeReply(response, reply);
}

async function serve(api: Api, guard: Guard, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const signal = goneSignal(response);
  response.on('error', () => response.destroy());
  let reply: Reply | StreamReply;
  try {
    reply = await answer(api, guard, request, signal);
  } catch (fault) {
    reply = refusal(api, fault);
  }
  if (isStream(reply)) await runStream(api, reply, response, signal);
  else finish(api, request, response, reply);
}

function listen(server: Server, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen({ port, host: '127.0.0.1' }, () => {
      server.off('error', reject);
      resolve((server.address() as AddressInfo).port);
    });
  });
}

/**
 * Starts the server on loopback.
 * @throws RangeError for a malformed version; system errors (EADDRINUSE) from listening.
 */
export async function createApiServer(options: ApiServerOptions): Promise<ApiServer> {
  const api = makeApi(options);
  const guard = makeGuard(options.token, [...defaultHosts(options.clusterDomain), ...(options.hosts ?? [])]);
  const server = makeHttpsServer(options.certificates, options.limits);
  const sockets = trackSockets(server);
  server.on('request', (request, response) => void serve(api, guard, request, response));
  server.on('upgrade', (request, socket, head) => serveUpgrade({ api, request, socket, head }, guard));
  server.on('clientError', (fault, socket) => answerGarbage(fault, socket, options.clock));
  const accept = (listener: NetServer) => adopt(server, listener);
  if (options.listener) accept(options.listener);
  const port = options.listener
    ? (options.listener.address() as AddressInfo).port
    : await listen(server, options.port ?? 0);
  return {
    port,
    url: `https://127.0.0.1:${port}`,
    accept,
    close: () => closeServer(server, sockets),
  };
}

function closeServer(server: Server, sockets: ReadonlySet<Duplex>): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    for (const socket of sockets) socket.destroy();
  });
}
