/**
 * MetalLB's annotations on Services, under their present prefix and the one before it.
 * Source: `controller/service.go`.
 */
import type { Labels } from '../api/selector.js';

const prefix = 'metallb.io';
const deprecatedPrefix = 'metallb.universe.tf';

/** Written by the controller. */
export const allocatedFromPool = `${prefix}/ip-allocated-from-pool`;

export type Request = 'address-pool' | 'loadBalancerIPs' | 'allow-shared-ip';

/** The name to show in messages. */
export function annotationName(request: Request): string {
  return `${prefix}/${request}`;
}

/** What a Service asks for; the present prefix wins. Undefined: nothing. */
export function requested(annotations: Labels | undefined, request: Request): string | undefined {
  return annotations?.[`${prefix}/${request}`] ?? annotations?.[`${deprecatedPrefix}/${request}`];
}

/** Annotations of the old prefix, which an event warns of. */
export function deprecatedAnnotations(annotations: Labels | undefined): string[] {
  return Object.keys(annotations ?? {})
    .filter((key) => key.startsWith(deprecatedPrefix))
    .sort();
}
