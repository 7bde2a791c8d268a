/**
 * What the API server fills into a Service, Endpoints and EndpointSlice when it decodes them.
 *
 * Addresses, families and ports that an allocator picks (clusterIP, nodePort, healthCheckNodePort) are not defaults.
 * Source: `pkg/apis/core/v1/defaults.go` (`SetDefaults_Service`, `SetDefaults_Endpoints`),
 * `pkg/apis/discovery/v1/defaults.go`.
 */
import type { Endpoints, Service, ServiceSpec } from 'kubernetes-types/core/v1.js';
import type { EndpointSlice } from 'kubernetes-types/discovery/v1.js';

/** Three hours: `v1.DefaultClientIPServiceAffinitySeconds`. */
const clientIPTimeoutSeconds = 10800;

/** Types with a way in from inside the cluster. */
const clusterTypes = new Set(['ClusterIP', 'NodePort', 'LoadBalancer']);

/** Changes the draft that it is given. */
export function defaultService(service: Service): void {
  service.spec ??= {};
  const { spec } = service;
  spec.type ||= 'ClusterIP';
  defaultAffinity(spec);
  for (const port of spec.ports ?? []) {
    port.protocol ||= 'TCP';
    port.targetPort ||= port.port;
  }
  if (externallyAccessible(spec)) spec.externalTrafficPolicy ||= 'Cluster';
  if (clusterTypes.has(spec.type)) spec.internalTrafficPolicy ??= 'Cluster';
  if (spec.type === 'LoadBalancer') defaultLoadBalancer(service, spec);
}

function defaultAffinity(spec: ServiceSpec): void {
  spec.sessionAffinity ||= 'None';
  if (spec.sessionAffinity === 'None') delete spec.sessionAffinityConfig;
  if (spec.sessionAffinity !== 'ClientIP' || spec.sessionAffinityConfig?.clientIP?.timeoutSeconds !== undefined) return;
  spec.sessionAffinityConfig = { clientIP: { timeoutSeconds: clientIPTimeoutSeconds } };
}

function defaultLoadBalancer(service: Service, spec: ServiceSpec): void {
  spec.allocateLoadBalancerNodePorts ??= true;
  for (const ingress of service.status?.loadBalancer?.ingress ?? []) {
    if (ingress.ip) ingress.ipMode ??= 'VIP';
  }
}

/** NodePort, LoadBalancer, or a ClusterIP with externalIPs: `service.ExternallyAccessible`. */
export function externallyAccessible({ type, externalIPs = [] }: ServiceSpec): boolean {
  if (type === 'LoadBalancer' || type === 'NodePort') return true;
  return type === 'ClusterIP' && externalIPs.length > 0;
}

/** Changes the draft that it is given. */
export function defaultEndpoints({ subsets = [] }: Endpoints): void {
  for (const port of subsets.flatMap(({ ports = [] }) => ports)) port.protocol ||= 'TCP';
}

/** Changes the draft that it is given. */
export function defaultEndpointSlice(slice: EndpointSlice): void {
  slice.endpoints ??= [];
  slice.ports ??= [];
  for (const port of slice.ports) {
    port.name ??= '';
    port.protocol ??= 'TCP';
  }
}
