/**
 * UDP through a userspace proxy: each client has a socket of its own to its endpoint, until it is idle for a moment.
 *
 * Source: kube-proxy v1.20 `pkg/proxy/userspace/proxysocket.go` (udpProxySocket).
 */
import { createSocket, type RemoteInfo } from 'node:dgram';
import { onDatagram } from '../../kernel/datagrams.js';
import { type ServiceProxy, udpIdleTimeout } from '../../proxy/userspace/service-proxy.js';
import type { Clock } from '../../world/contract.js';
import type { OpenProxy } from './open-proxy.js';
import { Turns } from './turns.js';

interface Client {
  send(message: Buffer): void;
}

type Reply = (answer: Buffer, to: RemoteInfo) => void;

/** Resolves when it listens. @throws the socket's own error */
export function openUdp(proxy: ServiceProxy, clock: Clock): Promise<OpenProxy> {
  const turns = new Turns(proxy, clock);
  const server = createSocket('udp4');
  const clients = new Map<string, Client>();
  let closed = false;
  const reply: Reply = (answer, to) => {
    // Clients outlive the proxy by a moment, and `send` on a closed socket throws.
    if (!closed) server.send(answer, to.port, to.address);
  };
  onDatagram(server, (message, from) => {
    const name = `${from.address}:${from.port}`;
    const client = clients.get(name) ?? admit(reply, from, turns, clock, () => clients.delete(name));
    if (!client) return;
    clients.set(name, client);
    client.send(message);
  });
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.bind(proxy.port, proxy.listenIP, () => {
      server.off('error', reject).on('error', () => undefined);
      resolve({
        port: proxy.port,
        update: (changed) => turns.update(changed),
        close() {
          closed = true;
          server.close();
        },
      });
    });
  });
}

/** A client's way to its endpoint and back; undefined when there is no endpoint. */
function admit(reply: Reply, from: RemoteInfo, turns: Turns, clock: Clock, gone: () => void): Client | undefined {
  const address = turns.next(from.address);
  if (!address) return undefined;
  const socket = createSocket('udp4');
  const leave = () => {
    gone();
    socket.close();
  };
  let cancel = clock.after(udpIdleTimeout, leave);
  const stay = () => {
    cancel();
    cancel = clock.after(udpIdleTimeout, leave);
  };
  // An endpoint that refuses says so by ICMP; the client hears nothing, as upstream.
  socket.on('error', () => undefined);
  socket.on('message', (answer, { address: sender, port }) => {
    if (sender !== address.host || port !== address.port) return;
    stay();
    reply(answer, from);
  });
  return {
    send(message) {
      stay();
      socket.send(message, address.port, address.host);
    },
  };
}
