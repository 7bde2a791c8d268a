/**
 * What a Service wants to use an address for, and what it has already.
 * Source: MetalLB `internal/allocator/k8salloc`.
 */
import { requested } from '../annotations.js';
import { type LoadBalancerService, serviceKey, statusAddresses } from '../load-balancer-service.js';
import type { Claim, Demand } from '../pools/allocator.js';

export function demandOf(service: LoadBalancerService): Demand {
  const { metadata, spec = {} } = service;
  return {
    service: serviceKey(service),
    namespace: metadata.namespace ?? '',
    labels: metadata.labels,
    ports: (spec.ports ?? []).map(({ protocol = 'TCP', port }) => `${protocol}/${port}`),
    sharing: requested(metadata.annotations, 'allow-shared-ip') ?? '',
    backend: spec.externalTrafficPolicy === 'Local' ? selectorText(spec.selector ?? {}) : '',
  };
}

function selectorText(selector: Record<string, string>): string {
  const pairs = Object.entries(selector).map(([key, value]) => `${key}=${value}`);
  return pairs.sort().join(',');
}

/** The claim that a Service's status makes; undefined when it has no address. */
export function claimOf(service: LoadBalancerService): Claim | undefined {
  const addresses = statusAddresses(service);
  const written = Number(service.metadata.resourceVersion ?? 0);
  return addresses.length === 0 ? undefined : { ...demandOf(service), addresses, written };
}
