/**
 * What an update of a Service drops and what it keeps: fields that the new type has no use for are wiped when the user
 * left them alone, and allocated values that the user did not repeat are taken over.
 *
 * Source: `pkg/registry/core/service/strategy.go` dropTypeDependentFields, `storage/alloc.go` patchAllocatedValues,
 * normalizeClusterIPs; kube-proxy.md 9.3.
 */
import { deepEqual } from '../plain-data.js';
import {
  isExternallyAccessible,
  mayHaveNodePorts,
  needsClusterIP,
  needsHealthCheckPort,
  nodePortsOf,
  type Spec,
} from './service-needs.js';

/** The next spec after wiping and refilling. */
export function carryOver(next: Spec, previous: Spec): Spec {
  return patchAllocatedValues(dropTypeDependentFields(normalizeClusterIPs(next, previous), previous), previous);
}

/** Who changes only the single field means both. Source: `storage/storage.go` normalizeClusterIPs. */
function normalizeClusterIPs(next: Spec, previous: Spec): Spec {
  if (next.clusterIP === previous.clusterIP || !deepEqual(next.clusterIPs, previous.clusterIPs)) return next;
  const { clusterIPs: _both, ...spec } = next;
  return next.clusterIP ? { ...spec, clusterIPs: [next.clusterIP] } : spec;
}

function dropTypeDependentFields(next: Spec, previous: Spec): Spec {
  const spec = { ...next };
  const lost = (needs: (spec: Spec) => boolean): boolean => needs(previous) && !needs(next);
  const same = (field: keyof Spec): boolean => deepEqual(next[field], previous[field]);
  if (lost(needsClusterIP)) {
    if (same('clusterIP') && same('clusterIPs')) wipe(spec, 'clusterIP', 'clusterIPs');
    for (const field of ['ipFamilies', 'ipFamilyPolicy', 'internalTrafficPolicy'] as const)
      if (same(field)) wipe(spec, field);
  }
  if (lost(mayHaveNodePorts) && introducesNoNodePort(next, previous)) {
    spec.ports = spec.ports.map(({ nodePort: _dropped, ...port }) => port);
  }
  if (lost(needsHealthCheckPort) && same('healthCheckNodePort')) wipe(spec, 'healthCheckNodePort');
  if (lost((each) => each.type === 'LoadBalancer')) {
    for (const field of ['allocateLoadBalancerNodePorts', 'loadBalancerClass'] as const)
      if (same(field)) wipe(spec, field);
  }
  if (lost(isExternallyAccessible) && same('externalTrafficPolicy')) wipe(spec, 'externalTrafficPolicy');
  return spec;
}

function wipe(spec: Spec, ...fields: (keyof Spec)[]): void {
  for (const field of fields) delete spec[field];
}

function introducesNoNodePort(next: Spec, previous: Spec): boolean {
  const known = nodePortsOf(previous);
  return [...nodePortsOf(next)].every((port) => known.has(port));
}

function patchAllocatedValues(next: Spec, previous: Spec): Spec {
  const spec = { ...next };
  if (needsClusterIP(previous) && needsClusterIP(next)) {
    if (!spec.clusterIP) {
      spec.clusterIP = previous.clusterIP;
      spec.clusterIPs = previous.clusterIPs;
    } else if (!spec.clusterIPs?.length && spec.clusterIP === previous.clusterIP) {
      spec.clusterIPs = previous.clusterIPs;
    }
  }
  if (mayHaveNodePorts(previous) && mayHaveNodePorts(next)) spec.ports = patchNodePorts(next, previous);
  if (needsHealthCheckPort(previous) && needsHealthCheckPort(next))
    spec.healthCheckNodePort ||= previous.healthCheckNodePort;
  return spec;
}

/** A port given without nodePort keeps the one that the port of its name had, unless another port took it. */
function patchNodePorts(next: Spec, previous: Spec): Spec['ports'] {
  const used = nodePortsOf(next);
  const old = new Map(previous.ports.map(({ name = '', nodePort }) => [name, nodePort]));
  return next.ports.map((port) => {
    const known = old.get(port.name ?? '');
    return port.nodePort || !known || used.has(known) ? port : { ...port, nodePort: known };
  });
}
