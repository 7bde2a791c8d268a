/**
 * TCP through a userspace proxy: accept, choose, connect, copy both ways.
 *
 * Source: kube-proxy v1.20 `pkg/proxy/userspace/proxysocket.go` (tcpProxySocket, TryConnectEndpoints, ProxyTCP).
 */
import { connect, createServer, type Socket } from 'node:net';
import { dialTimeouts, type ServiceProxy } from '../../proxy/userspace/service-proxy.js';
import type { Clock } from '../../world/contract.js';
import type { OpenProxy } from './open-proxy.js';
import { Turns } from './turns.js';

/** SOMAXCONN since Linux 5.4; the kernel lowers it to net.core.somaxconn. */
const BACKLOG = 4096;

/** Resolves when it listens. @throws the socket's own error, EADDRINUSE for example */
export function openTcp(proxy: ServiceProxy, clock: Clock): Promise<OpenProxy> {
  const turns = new Turns(proxy, clock);
  const server = createServer({ allowHalfOpen: true }, (client) => void carry(client, turns, clock));
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen({ host: proxy.listenIP, port: proxy.port, backlog: BACKLOG }, () =>
      resolve({
        port: proxy.port,
        update: (changed) => turns.update(changed),
        close: () => void server.close(),
      }),
    );
  });
}

async function carry(client: Socket, turns: Turns, clock: Clock): Promise<void> {
  client.on('error', () => client.destroy());
  const endpoint = await connectInTurn(client, turns, clock);
  if (!endpoint || client.destroyed) {
    endpoint?.destroy();
    client.destroy();
    return;
  }
  client.pipe(endpoint).pipe(client);
  endpoint.on('error', () => client.destroy());
  endpoint.on('close', () => client.destroy());
  client.on('close', () => endpoint.destroy());
}

/** One endpoint after the other, each with more patience; undefined when none answered or there is none. */
async function connectInTurn(client: Socket, turns: Turns, clock: Clock): Promise<Socket | undefined> {
  for (const [attempt, patience] of dialTimeouts.entries()) {
    const address = turns.next(client.remoteAddress ?? '', attempt > 0);
    if (!address) return undefined;
    const endpoint = await dial(address, patience, clock);
    if (endpoint) return endpoint;
  }
  return undefined;
}

function dial(address: { host: string; port: number }, patience: number, clock: Clock): Promise<Socket | undefined> {
  const socket = connect({ ...address, allowHalfOpen: true });
  return new Promise((resolve) => {
    const cancel = clock.after(patience, () => socket.destroy());
    const failed = () => {
      cancel();
      resolve(undefined);
    };
    socket.once('error', failed).once('close', failed);
    socket.once('connect', () => {
      cancel();
      socket.off('error', failed).off('close', failed);
      resolve(socket);
    });
  });
}
