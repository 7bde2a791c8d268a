/**
 * The endpoints that connections through one proxy get, in order: the round, held while the proxy lives.
 *
 * A change of endpoints starts the round anew, and clients keep what they stick to.
 * Source: kube-proxy v1.20 `roundrobin.go` (NextEndpoint, OnEndpointsUpdate).
 */
import { chooseEndpoint, firstTurn, type Turn } from '../../proxy/userspace/round-robin.js';
import type { ServiceProxy } from '../../proxy/userspace/service-proxy.js';
import type { Clock } from '../../world/contract.js';

export class Turns {
  #turn: Turn = firstTurn;

  constructor(
    private proxy: ServiceProxy,
    private readonly clock: Clock,
  ) {}

  /** The endpoint of a client's next connection, `ip:port`. With `another` it loses the one that it stuck to. */
  next(client: string, another = false): { host: string; port: number } | undefined {
    if (another) this.#turn = { ...this.#turn, clients: without(this.#turn.clients, client) };
    const { endpoint, turn } = chooseEndpoint(this.proxy, this.#turn, client, this.clock.now() / 1000);
    this.#turn = turn;
    if (endpoint === undefined) return undefined;
    const colon = endpoint.lastIndexOf(':');
    return { host: endpoint.slice(0, colon), port: Number(endpoint.slice(colon + 1)) };
  }

  update(proxy: ServiceProxy): void {
    this.proxy = proxy;
    this.#turn = { ...this.#turn, next: 0 };
  }
}

function without<T>(map: ReadonlyMap<string, T>, key: string): ReadonlyMap<string, T> {
  return new Map([...map].filter(([each]) => each !== key));
}
