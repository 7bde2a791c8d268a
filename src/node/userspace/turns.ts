/**
 * The endpoints that connections through one proxy get, in order: the round, held while the proxy lives.
 *
 * A change of endpoints starts the round anew, and clients keep what they stick to.
 * Source: kube-proxy v1.20 `roundrobin.go` (NextEndpoint, OnEndpointsUpdate, CleanupStaleStickySessions).
 */
import { chooseEndpoint, isStale, type Sticky } from '../../proxy/userspace/round-robin.js';
import type { ServiceProxy } from '../../proxy/userspace/service-proxy.js';
import type { Clock } from '../../world/contract.js';

export class Turns {
  #next = 0;
  /** By address; who connected last is last. */
  readonly #clients = new Map<string, Sticky>();

  constructor(
    private proxy: ServiceProxy,
    private readonly clock: Pick<Clock, 'now'>,
  ) {}

  /** How many clients stick to an endpoint. */
  get sticking(): number {
    return this.#clients.size;
  }

  /** The endpoint of a client's next connection, `ip:port`. With `another` it loses the one that it stuck to. */
  next(client: string, another = false): { host: string; port: number } | undefined {
    const now = this.clock.now() / 1000;
    this.#forgetStale(now);
    const own = another ? undefined : this.#clients.get(client);
    const { endpoint, next } = chooseEndpoint(this.proxy, this.#next, own, now);
    this.#next = next;
    this.#clients.delete(client);
    if (endpoint === undefined) return undefined;
    if (this.proxy.affinitySeconds !== undefined) this.#clients.set(client, { endpoint, usedAt: now });
    const colon = endpoint.lastIndexOf(':');
    return { host: endpoint.slice(0, colon), port: Number(endpoint.slice(colon + 1)) };
  }

  update(proxy: ServiceProxy): void {
    this.proxy = proxy;
    this.#next = 0;
  }

  /** The stale ones are first. */
  #forgetStale(now: number): void {
    for (const [client, sticky] of this.#clients) {
      if (!isStale(this.proxy, sticky, now)) return;
      this.#clients.delete(client);
    }
  }
}
