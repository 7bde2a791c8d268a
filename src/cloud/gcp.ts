/**
 * GCP: the passthrough network load balancer of a Service.
 *
 * Source: cloud-provider-gcp `providers/gce/gce_loadbalancer.go`, `gce_loadbalancer_external.go`, `gce_annotations.go`;
 * health checks: `gce.go` gceHcCheckIntervalSeconds and its neighbours.
 */
import { balancerName, placeOf } from './addresses.js';
import type { BalancerSettings, CloudService, HealthCheck, Refusal } from './contract.js';

/** Where kube-proxy answers for its node as a whole. Source: gce_healthchecks.go, lbNodesHealthCheckPort. */
const nodesCheck: HealthCheck = {
  protocol: 'HTTP',
  port: 10256,
  path: '/healthz',
  interval: 8,
  timeout: 1,
  healthyThreshold: 1,
  unhealthyThreshold: 3,
};

export function gcpSettings(service: CloudService, eligibleNodes: number): BalancerSettings | Refusal {
  const { ports = [], loadBalancerIP, externalTrafficPolicy, healthCheckNodePort } = service.spec ?? {};
  if (new Set(ports.map(({ protocol = 'TCP' }) => protocol)).size > 1) {
    return { error: 'mixed protocol is not supported for LoadBalancer' };
  }
  if (eligibleNodes === 0) return { error: 'cannot EnsureLoadBalancer() with no hosts' };
  if (loadBalancerIP && placeOf(loadBalancerIP) === undefined) {
    return { error: `requested ip "${loadBalancerIP}" is neither static nor assigned to the LB` };
  }
  const local = externalTrafficPolicy === 'Local' && healthCheckNodePort;
  return {
    name: balancerName(service),
    kind: 'passthrough',
    scheme: isInternal(service) ? 'internal' : 'internet-facing',
    targetType: 'instance',
    preservesClient: true,
    proxyProtocol: false,
    check: local ? { ...nodesCheck, port: healthCheckNodePort } : nodesCheck,
    nodeLabels: {},
  };
}

/** Source: GetLoadBalancerAnnotationType; the second annotation is the older one. */
function isInternal({ metadata }: CloudService): boolean {
  const { annotations = {} } = metadata;
  const type =
    annotations['networking.gke.io/load-balancer-type'] ?? annotations['cloud.google.com/load-balancer-type'];
  return type === 'Internal' || type === 'internal';
}
