/**
 * The sockets of the pod servers, opened inside a pod's network namespace.
 *
 * `listen` and `bind` do their system calls before they return, so they may run inside `inNamespace`; only the news of
 * success or failure comes later.
 */
import { createSocket, type Socket as UdpSocket } from 'node:dgram';
import { existsSync } from 'node:fs';
import { createServer, type Socket } from 'node:net';
import { onDatagram } from '../../kernel/datagrams.js';
import { inNamespace, type NetworkNamespace } from '../../kernel/netns.js';
import { Connections, type HttpFront } from './http-front.js';
import { hostPort, type Site } from './site.js';

/** One socket for both families where the kernel has IPv6 at all. */
const kernelHasIpv6 = existsSync('/proc/net/if_inet6');

export interface Listener {
  readonly container: string;
  /** Resolves once it is open. @throws Error with Node's `code` when the port cannot be had. */
  readonly opened: Promise<void>;
  /** Stops accepting at once; resolves when the last answer is out. */
  drain(): Promise<void>;
  /** Cuts what is left. */
  cut(): void;
}

export function openListener(site: Site, namespace: NetworkNamespace, front: HttpFront): Listener {
  return site.plan.protocol === 'TCP'
    ? openTcp(site, namespace, (socket, connections) => front.accept(socket, site, connections))
    : openUdp(site, namespace, (message, client) => site.answerer.udp?.(message.toString(), client, site.context));
}

/** A TCP listener; `accept` takes over each connection and puts it into `connections`. */
export function openTcp(
  site: Site,
  namespace: NetworkNamespace,
  accept: (socket: Socket, connections: Connections) => void,
): Listener {
  const connections = new Connections();
  const server = createServer({ noDelay: true }, (socket) => accept(socket, connections));
  const opened = new Promise<void>((resolve, reject) => {
    server.once('listening', resolve);
    server.on('error', reject);
  });
  inNamespace(namespace, () => server.listen(site.plan.port));
  return {
    container: site.plan.container,
    opened,
    drain() {
      if (server.listening) server.close();
      return connections.drain();
    },
    cut: () => connections.cut(),
  };
}

/** The datagram to send back to `client` (`address:port`); nothing is sent for nothing. */
export type AnswerDatagram = (message: Buffer, client: string) => Buffer | string | undefined;

/** A UDP socket that answers each datagram at once, or not at all. */
export function openUdp(site: Site, namespace: NetworkNamespace, answer: AnswerDatagram): Listener {
  const socket = udpSocket(answer);
  // With a lookup that answers at once, `bind` tells of its success before it returns: listen for it first.
  const opened = new Promise<void>((resolve, reject) => {
    socket.once('listening', resolve);
    socket.on('error', reject);
  });
  inNamespace(namespace, () => socket.bind(site.plan.port));
  const close = (): void => {
    socket.removeAllListeners('message');
    try {
      socket.close();
    } catch {
      // Already closed by its own error.
    }
  };
  return { container: site.plan.container, opened, drain: async () => close(), cut: close };
}

function udpSocket(answer: AnswerDatagram): UdpSocket {
  const [type, family] = kernelHasIpv6 ? (['udp6', 6] as const) : (['udp4', 4] as const);
  const socket = createSocket({ type, lookup: (host, _options, done) => done(null, host, family) });
  onDatagram(socket, (message, from) => {
    const reply = answer(message, hostPort(from.address, from.port));
    // A client that is gone is no error of the server: ICMP refusals surface here.
    if (reply) socket.send(reply, from.port, from.address, () => {});
  });
  return socket;
}
