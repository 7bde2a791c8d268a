/** A Service as MetalLB's parts see it. */
import type { Service } from 'kubernetes-types/core/v1.js';
import type { Stored } from '../api/object.js';

export type LoadBalancerService = Stored<Service>;

/** `namespace/name`. */
export function serviceKey({ metadata }: Pick<LoadBalancerService, 'metadata'>): string {
  return `${metadata.namespace ?? ''}/${metadata.name}`;
}

/** The addresses in a Service's status. */
export function statusAddresses({ status }: LoadBalancerService): string[] {
  return (status?.loadBalancer?.ingress ?? []).flatMap(({ ip }) => (ip ? [ip] : []));
}
