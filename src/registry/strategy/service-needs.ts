/**
 * Which fields a Service's type calls for.
 * Source: `pkg/registry/core/service/strategy.go` and `storage/alloc.go` (needsClusterIP, needsNodePort, …).
 */
import type { ServiceSpec } from 'kubernetes-types/core/v1.js';

/** The spec as upstream's loops expect it: ports are a list even when the document has none. */
export type Spec = ServiceSpec & { ports: NonNullable<ServiceSpec['ports']> };

export function needsClusterIP(spec: Spec): boolean {
  return spec.type !== 'ExternalName';
}

/** May ports carry nodePorts at all? */
export function mayHaveNodePorts(spec: Spec): boolean {
  return spec.type === 'NodePort' || spec.type === 'LoadBalancer';
}

/** Are missing nodePorts allocated? */
export function allocatesNodePorts(spec: Spec): boolean {
  if (spec.type === 'LoadBalancer') return spec.allocateLoadBalancerNodePorts !== false;
  return spec.type === 'NodePort';
}

export function needsHealthCheckPort(spec: Spec): boolean {
  return spec.type === 'LoadBalancer' && spec.externalTrafficPolicy === 'Local';
}

/** NodePort, LoadBalancer, or a ClusterIP with externalIPs. */
export function isExternallyAccessible(spec: Spec): boolean {
  return mayHaveNodePorts(spec) || (spec.type === 'ClusterIP' && (spec.externalIPs ?? []).length > 0);
}

export function isHeadless(spec: Spec): boolean {
  return spec.clusterIP === 'None';
}

export function hasSelector(spec: Spec): boolean {
  return Object.keys(spec.selector ?? {}).length > 0;
}

/** All nodePort numbers of the ports. */
export function nodePortsOf(spec: Spec): Set<number> {
  return new Set(spec.ports.flatMap((port) => (port.nodePort ? [port.nodePort] : [])));
}
