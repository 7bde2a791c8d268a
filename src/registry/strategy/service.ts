/**
 * The Service strategy: addresses, node ports and health check ports, allocated, kept and released as section 9.3 of
 * the kube-proxy reference has it. Release needs no code: what a stored Service does not name, it does not hold.
 *
 * Source: `pkg/registry/core/service/storage/{alloc,storage}.go`.
 */
import type { Service } from 'kubernetes-types/core/v1.js';
import type { KubeObject, Stored } from '../../api/object.js';
import type { StatusCause } from '../../api/status.js';
import { type Claimant, chooseClusterIP, refuseClusterIP } from '../allocator/cluster-ip.js';
import { openPortOperation, type PortOperation } from '../allocator/node-port.js';
import { cause } from '../refusal.js';
import type { Allocation, Strategy, StrategyContext } from './contract.js';
import { fillFamilies } from './service-families.js';
import {
  allocatesNodePorts,
  isHeadless,
  mayHaveNodePorts,
  needsClusterIP,
  needsHealthCheckPort,
  type Spec,
} from './service-needs.js';
import { carryOver } from './service-type-change.js';

export const serviceStrategy: Strategy = {
  prepareForCreate: (object) => ({ ...withSpec(object, syncClusterIPs(specOf(object))), status: { loadBalancer: {} } }),
  prepareForUpdate: (next, previous) =>
    dropStaleStatus(withSpec(next, syncClusterIPs(carryOver(specOf(next), specOf(previous))))),
  allocate: (next, previous, context) => allocate(next, previous !== undefined, context),
};

/** The spec with a list of ports, whatever the document holds. */
export function specOf(object: KubeObject): Spec {
  const spec = ((object as Stored<Service>).spec ?? {}) as Spec;
  return { ...spec, ports: Array.isArray(spec.ports) ? spec.ports : [] };
}

/** Put a spec back; an empty list of ports that the document did not have stays absent. */
function withSpec(object: KubeObject, spec: Spec): KubeObject {
  const had = (object as Stored<Service>).spec?.ports !== undefined;
  const { ports, ...rest } = spec;
  return { ...object, spec: had || ports.length > 0 ? { ...rest, ports } : rest };
}

/** A Service that is no load balancer any more has no load balancer's status. Source: strategy.go PrepareForUpdate. */
function dropStaleStatus(object: KubeObject): KubeObject {
  return specOf(object).type === 'LoadBalancer' ? object : { ...object, status: { loadBalancer: {} } };
}

/** `clusterIP` given alone fills `clusterIPs`. */
function syncClusterIPs(spec: Spec): Spec {
  return spec.clusterIP && !spec.clusterIPs?.length ? { ...spec, clusterIPs: [spec.clusterIP] } : spec;
}

function allocate(object: KubeObject, isUpdate: boolean, context: StrategyContext): Allocation {
  const spec = specOf(object);
  const causes = needsClusterIP(spec) ? fillFamilies(spec) : [];
  if (causes.length > 0) return { object, causes };
  const claimant = { namespace: object.metadata.namespace ?? '', name: object.metadata.name };
  const ports = openPortOperation(context, claimant);
  if (needsClusterIP(spec)) allocateClusterIP(spec, context, claimant, causes);
  spec.ports = (isUpdate ? updateNodePorts : allocateNodePorts)(spec, ports, causes);
  allocateHealthCheckPort(spec, ports, causes);
  return { object: withSpec(object, spec), causes };
}

function allocateClusterIP(spec: Spec, context: StrategyContext, claimant: Claimant, causes: StatusCause[]): void {
  if (isHeadless(spec)) return;
  if (spec.clusterIP) {
    const refusal = refuseClusterIP(context, claimant, spec.clusterIP);
    if (refusal)
      causes.push(cause('FieldValueInvalid', 'spec.clusterIPs', spec.clusterIPs ?? [spec.clusterIP], refusal));
    return;
  }
  const address = chooseClusterIP(context, claimant);
  if (!address) {
    causes.push(cause('FieldValueInvalid', 'spec.clusterIPs', [], 'failed to allocate a serviceIP: range is full'));
    return;
  }
  spec.clusterIP = address;
  spec.clusterIPs = [address];
}

/** Ports of one Service with the same number (TCP and UDP) share one nodePort. Source: alloc.go initNodePorts. */
function allocateNodePorts(spec: Spec, operation: PortOperation, causes: StatusCause[]): Spec['ports'] {
  const byPort = new Map<number, number>();
  const automatic = allocatesNodePorts(spec);
  return spec.ports.map((port, index) => {
    if (!mayHaveNodePorts(spec) || (!port.nodePort && !automatic)) return port;
    const shared = byPort.get(port.port);
    if (shared !== undefined && (!port.nodePort || port.nodePort === shared)) return { ...port, nodePort: shared };
    const wanted = port.nodePort || (shared === undefined ? requestedFor(port.port, spec.ports) : undefined);
    const field = `spec.ports[${index}].nodePort`;
    const refusal = wanted ? operation.claim(wanted) : undefined;
    if (refusal) causes.push(cause('FieldValueInvalid', field, wanted, refusal));
    const nodePort = wanted ?? operation.choose(String(port.port));
    if (nodePort === undefined) causes.push(rangeIsFull(field));
    else byPort.set(port.port, nodePort);
    return nodePort === undefined ? port : { ...port, nodePort };
  });
}

/**
 * An update gives every port that has no number one of its own, of the same `port` in another protocol too.
 * Source: alloc.go updateNodePorts, which knows no sharing.
 */
function updateNodePorts(spec: Spec, operation: PortOperation, causes: StatusCause[]): Spec['ports'] {
  const claimed = new Set<number>();
  if (!mayHaveNodePorts(spec)) return spec.ports;
  for (const [index, { nodePort }] of spec.ports.entries()) {
    if (!nodePort || claimed.has(nodePort)) continue;
    claimed.add(nodePort);
    const refusal = operation.claim(nodePort);
    if (refusal) causes.push(cause('FieldValueInvalid', `spec.ports[${index}].nodePort`, nodePort, refusal));
  }
  return spec.ports.map((port, index) => {
    if (port.nodePort || !allocatesNodePorts(spec)) return port;
    const { protocol = 'TCP' } = port;
    const nodePort = operation.choose(protocol === 'TCP' ? String(port.port) : `${port.port}/${protocol}`);
    if (nodePort !== undefined) return { ...port, nodePort };
    causes.push(rangeIsFull(`spec.ports[${index}].nodePort`));
    return port;
  });
}

function rangeIsFull(field: string): StatusCause {
  return cause('InternalError', field, undefined, 'failed to allocate a nodePort: range is full');
}

/** The nodePort that another protocol of the same port asks for. */
function requestedFor(port: number, ports: Spec['ports']): number | undefined {
  return ports.find((other) => other.port === port && other.nodePort)?.nodePort;
}

function allocateHealthCheckPort(spec: Spec, operation: PortOperation, causes: StatusCause[]): void {
  if (!needsHealthCheckPort(spec)) return;
  const wanted = spec.healthCheckNodePort;
  const refusal = wanted ? operation.claim(wanted) : undefined;
  if (refusal) causes.push(cause('FieldValueInvalid', 'spec.healthCheckNodePort', wanted, refusal));
  const port = wanted || operation.choose('health-check');
  if (port) spec.healthCheckNodePort = port;
  else
    causes.push(
      cause(
        'InternalError',
        'spec.healthCheckNodePort',
        undefined,
        'failed to allocate a HealthCheck node port: range is full',
      ),
    );
}
