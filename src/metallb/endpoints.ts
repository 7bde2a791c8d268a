/**
 * Endpoints that make a Service worth announcing, by either protocol.
 * Source: MetalLB `internal/k8s/epslices` EndpointCanServe.
 */
import type { Endpoint } from 'kubernetes-types/discovery/v1.js';

/** Ready, or on its way out and still serving. */
export function canServe({ conditions }: Endpoint): boolean {
  return (conditions?.ready ?? true) || conditions?.serving === true;
}
