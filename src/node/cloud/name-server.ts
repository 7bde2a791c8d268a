/**
 * The provider's name server: its load balancers' names for the host, the nodes and, through the cluster DNS, the pods.
 */
import { createSocket } from 'node:dgram';
import { createServer, type Socket } from 'node:net';
import type { Names } from '../../cloud/process-plan.js';
import { refusal } from '../../dns/answer.js';
import { answerUpstream } from '../../dns/upstream.js';
import { receive, send, type Transport } from '../../dns/wire.js';
import { onDatagram } from '../../kernel/datagrams.js';
import type { Clock } from '../../world/contract.js';

const port = 53;
/** The length in front of a message over TCP. Source: RFC 1035, section 4.2.2. */
const LENGTH_BYTES = 2;
/** A connection without a question is closed, as the cluster DNS does. Source: CoreDNS `server.go` IdleTimeout, 10 s. */
const idleMs = 10_000;

export interface NameServer {
  address: string;
  names(): Names;
  clock: Pick<Clock, 'after'>;
  report(error: Error): void;
}

/** Serves until the process ends; what cannot be opened is reported. */
export function serveNames(server: NameServer): void {
  const { address, names, report } = server;
  const udp = createSocket('udp4');
  udp.on('error', report);
  onDatagram(udp, (packet, client) => {
    const answer = respond(packet, 'udp', names());
    if (answer) udp.send(answer, client.port, client.address);
  });
  udp.bind(port, address);
  const tcp = createServer((socket) => serveStream(socket, server));
  tcp.on('error', report).listen({ host: address, port });
}

/** One question a connection, in one piece, as resolvers ask again over TCP. */
export function serveStream(socket: Socket, { names, clock }: Pick<NameServer, 'names' | 'clock'>): void {
  const cancel = clock.after(idleMs, () => socket.destroy());
  socket.on('error', () => socket.destroy());
  socket.once('close', cancel);
  socket.once('data', (bytes: Buffer) => {
    const answer = respond(bytes.subarray(LENGTH_BYTES), 'tcp', names());
    if (!answer) return void socket.destroy();
    const length = Buffer.alloc(LENGTH_BYTES);
    length.writeUInt16BE(answer.length);
    socket.end(Buffer.concat([length, answer]));
  });
}

/** Undefined is silence. Never throws. */
function respond(packet: Buffer, transport: Transport, names: Names): Buffer | undefined {
  const received = receive(packet);
  if (!('query' in received)) return received.refusal;
  const { query } = received;
  const known = query.class === 'IN' ? answerUpstream(query.question, names) : refusal('REFUSED');
  return send(query, known, transport);
}
