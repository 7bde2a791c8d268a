/**
 * The sockets of the cluster DNS, opened inside a pod's network namespace by the process that hosts it.
 *
 * Models: CoreDNS `core/dnsserver/server.go`; one process serves all pods of the Deployment, each with its own sockets.
 */
import type { Socket } from 'node:net';
import type { NetworkNamespace } from '../kernel/netns.js';
import { type Answerer, pathOf, text } from '../kubelet/images/answers/contract.js';
import type { Connections } from '../kubelet/servers/http-front.js';
import { type Listener, openListener, openTcp, openUdp } from '../kubelet/servers/listeners.js';
import type { OpenListener } from '../kubelet/servers/pod-host.js';
import { hostPort, type Site } from '../kubelet/servers/site.js';
import type { Clock } from '../world/contract.js';
import { createBalance } from './balance.js';
import type { DnsView } from './contract.js';
import { logLine } from './log-line.js';
import type { Metrics } from './metrics.js';
import type { DnsConfiguration } from './protocol.js';
import { describeExchange, type QueryLog } from './query-log.js';
import { respond } from './respond.js';
import type { Transport } from './wire.js';

const dnsPort = 53;
const metricsPort = 9153;

/** A connection without questions is closed. Source: `server.go` IdleTimeout, 10 s. */
const idleMs = 10_000;
/** The length in front of each message over TCP. Source: RFC 1035, section 4.2.2. */
const lengthBytes = 2;

/** What all servers of the process share. */
export interface DnsState {
  view: DnsView;
  configuration: DnsConfiguration;
  log: QueryLog;
  metrics: Metrics;
  clock: Clock;
}

/** Answers a packet from `client`; undefined is silence. */
type Answer = (packet: Buffer, client: string) => Buffer | undefined;

/** Opens the DNS on port 53, the metrics on 9153, and what is plain HTTP as any pod's server. */
export function createOpenListener(state: DnsState): OpenListener {
  return (site, namespace, front) => {
    if (site.plan.port === dnsPort) return openDns(site, namespace, state);
    if (site.plan.port !== metricsPort) return openListener(site, namespace, front);
    return openListener({ ...site, answerer: metricsOf(state) }, namespace, front);
  };
}

function metricsOf({ metrics }: DnsState): Answerer {
  return {
    http: (request) => (pathOf(request) === '/metrics' ? text(metrics.page()) : text('404 page not found\n', 404)),
  };
}

function openDns(site: Site, namespace: NetworkNamespace, state: DnsState): Listener {
  if (site.plan.protocol === 'UDP') return openUdp(site, namespace, answerFor(site, 'udp', state));
  const answer = answerFor(site, 'tcp', state);
  return openTcp(site, namespace, (socket, connections) => serveStream(socket, connections, answer, state.clock));
}

function answerFor(site: Site, transport: Transport, state: DnsState): Answer {
  const localAddress = site.context.addresses().find((address) => !/^(127\.|::1$|fe80:)/.test(address)) ?? '';
  const balance = createBalance();
  const { name: server } = site.context.place;
  return (packet, client) => {
    const { zone, ttl, log, upstream } = state.configuration;
    const { packet: answer, exchange } = respond(
      packet,
      transport,
      state.view,
      { zone, ttl, localAddress, upstream },
      balance,
    );
    if (!exchange) return answer;
    const described = describeExchange(exchange);
    state.log.append({ time: state.clock.now(), server, client, protocol: transport, ...described });
    state.metrics.count(transport, described.type, described.rcode);
    if (log) site.log(logLine(exchange, { client, transport, bytes: answer?.length ?? 0 }));
    return answer;
  };
}

/** Messages with their lengths in front, one after the other, answered in their order. */
function serveStream(socket: Socket, connections: Connections, answer: Answer, clock: Clock): void {
  const client = hostPort(socket.remoteAddress, socket.remotePort);
  let waiting: Buffer = Buffer.alloc(0);
  let cancel = (): void => {};
  const stayFor = (ms: number): void => {
    cancel();
    cancel = clock.after(ms, () => socket.destroy());
  };
  connections.add(socket);
  stayFor(idleMs);
  // A client that breaks off is no error of the server.
  socket.on('error', () => {});
  socket.once('close', () => cancel());
  socket.on('data', (chunk: Buffer) => {
    stayFor(idleMs);
    waiting = Buffer.concat([waiting, chunk]);
    for (let end = messageEnd(waiting); end !== undefined; end = messageEnd(waiting)) {
      const reply = answer(waiting.subarray(lengthBytes, end), client);
      waiting = waiting.subarray(end);
      if (reply) socket.write(framed(reply));
    }
  });
}

/** Where the first whole message ends. */
function messageEnd(bytes: Buffer): number | undefined {
  if (bytes.length < lengthBytes) return undefined;
  const end = lengthBytes + bytes.readUInt16BE(0);
  return end <= bytes.length ? end : undefined;
}

function framed(message: Buffer): Buffer {
  const length = Buffer.alloc(lengthBytes);
  length.writeUInt16BE(message.length, 0);
  return Buffer.concat([length, message]);
}
