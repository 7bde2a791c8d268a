/**
 * Which endpoint a new connection through a userspace proxy gets: the next in turn, or the client's own.
 *
 * Source: kube-proxy v1.20 `pkg/proxy/userspace/roundrobin.go` (LoadBalancerRR.NextEndpoint).
 */
import type { ServiceProxy } from './service-proxy.js';

/** Where a proxy stands in its round, and which client sticks to what. */
export interface Turn {
  readonly next: number;
  readonly clients: ReadonlyMap<string, { readonly endpoint: string; readonly usedAt: number }>;
}

export const firstTurn: Turn = { next: 0, clients: new Map() };

export type Choice =
  | { readonly reason: 'turn' | 'affinity'; readonly endpoint: string; readonly turn: Turn }
  | { readonly reason: 'noEndpoints'; readonly endpoint: undefined; readonly turn: Turn };

/** The endpoint for a client's new connection at `now`, in seconds. An endpoint that is gone binds nobody. */
export function chooseEndpoint(
  { endpoints, affinitySeconds }: ServiceProxy,
  turn: Turn,
  client: string,
  now: number,
): Choice {
  const own = affinitySeconds === undefined ? undefined : turn.clients.get(client);
  const fresh = own !== undefined && now - own.usedAt < (affinitySeconds ?? 0) && endpoints.includes(own.endpoint);
  const endpoint = fresh ? own.endpoint : endpoints[turn.next % Math.max(endpoints.length, 1)];
  if (endpoint === undefined) return { reason: 'noEndpoints', endpoint, turn };
  const next = fresh ? turn.next : (turn.next + 1) % endpoints.length;
  if (affinitySeconds === undefined) return { reason: 'turn', endpoint, turn: { ...turn, next } };
  const clients = new Map(turn.clients).set(client, { endpoint, usedAt: now });
  return { reason: fresh ? 'affinity' : 'turn', endpoint, turn: { next, clients } };
}
