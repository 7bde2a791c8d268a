/**
 * A classic load balancer's listener: accepts, takes the next target in its turn, copies both ways.
 *
 * Source: Elastic Load Balancing, "Classic Load Balancers" (round robin for TCP listeners) and "Configure proxy protocol
 * support" (version 1: one line of text before the data).
 * Differs: idle connections are kept; a classic load balancer closes them after 60 s.
 */
import { connect, createServer, type Server, type Socket } from 'node:net';
import type { Proxy } from '../../cloud/process-plan.js';

export class OpenProxy {
  #proxy: Proxy;
  #next = 0;
  readonly #server: Server;

  constructor(proxy: Proxy, report: (error: Error) => void) {
    this.#proxy = proxy;
    this.#server = createServer({ allowHalfOpen: true }, (client) => this.#carry(client));
    this.#server.on('error', report).listen({ host: proxy.address, port: proxy.port });
  }

  update(proxy: Proxy): void {
    this.#proxy = proxy;
  }

  close(): void {
    this.#server.close();
  }

  #carry(client: Socket): void {
    client.on('error', () => client.destroy());
    const { targets, source, proxyProtocol } = this.#proxy;
    const target = targets[this.#next % Math.max(targets.length, 1)];
    this.#next += 1;
    if (!target) return void client.destroy();
    const server = connect({ host: target.address, port: target.port, localAddress: source, allowHalfOpen: true });
    if (proxyProtocol) server.write(proxyLine(client));
    server.on('error', () => client.destroy()).on('close', () => client.destroy());
    client.on('close', () => server.destroy());
    client.pipe(server).pipe(client);
  }
}

/** Source: haproxy doc/proxy-protocol.txt, version 1. */
function proxyLine({ remoteAddress, localAddress, remotePort, localPort }: Socket): string {
  return `PROXY TCP4 ${remoteAddress} ${localAddress} ${remotePort} ${localPort}\r\n`;
}
