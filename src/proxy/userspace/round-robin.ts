/**
 * Which endpoint a new connection through a userspace proxy gets: the next in turn, or the client's own.
 *
 * Source: kube-proxy v1.20 `pkg/proxy/userspace/roundrobin.go` (LoadBalancerRR.NextEndpoint).
 */
import type { ServiceProxy } from './service-proxy.js';

/** What a client sticks to, and when it last connected, in seconds. */
export interface Sticky {
  readonly endpoint: string;
  readonly usedAt: number;
}

export type Choice =
  | { readonly reason: 'turn' | 'affinity'; readonly endpoint: string; readonly next: number }
  | { readonly reason: 'noEndpoints'; readonly endpoint: undefined; readonly next: number };

type Balanced = Pick<ServiceProxy, 'endpoints' | 'affinitySeconds'>;

/** Whether a client was away too long, at `now` in seconds, for its endpoint to be kept for it. */
export function isStale({ affinitySeconds = 0 }: Balanced, { usedAt }: Sticky, now: number): boolean {
  return now - usedAt >= affinitySeconds;
}

/** The endpoint for a new connection of the client with that `own`, at `now` in seconds. One that is gone binds nobody. */
export function chooseEndpoint(proxy: Balanced, next: number, own: Sticky | undefined, now: number): Choice {
  const { endpoints } = proxy;
  const kept = own !== undefined && !isStale(proxy, own, now) && endpoints.includes(own.endpoint);
  if (kept) return { reason: 'affinity', endpoint: own.endpoint, next };
  const endpoint = endpoints[next % Math.max(endpoints.length, 1)];
  if (endpoint === undefined) return { reason: 'noEndpoints', endpoint, next };
  return { reason: 'turn', endpoint, next: (next + 1) % endpoints.length };
}
