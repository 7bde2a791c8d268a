/** The course's cluster, a registry on a clock that stands still, and the least rules a test needs. */
import type { KubeObject } from '../../src/api/object.js';
import type { StatusCause } from '../../src/api/status.js';
import type { ClusterConfig, NodeConfig } from '../../src/model/cluster-config.js';
import { createRegistry, type LabRegistry } from '../../src/registry/registry.js';
import type { ApiRules } from '../../src/registry/rules.js';
import { createManualWorld } from '../../src/world/manual-clock.js';

function node(name: string, address: string, podBlock: string, maxPods = 110): NodeConfig {
  return { name, address, podBlock, controlPlane: name === 'k8s-master', labels: {}, maxPods };
}

export const courseConfig: ClusterConfig = {
  lan: { cidr: '192.168.56.0/24', hostAddress: '192.168.56.1', gateway: '192.168.56.254' },
  podCIDR: '10.96.0.0/12',
  serviceCIDR: '10.96.0.0/12',
  nodePortRange: { first: 30000, last: 32767 },
  clusterDomain: 'cluster.local',
  dnsAddress: '10.96.0.10',
  kubernetesVersion: 'v1.30.4',
  nodes: [
    node('k8s-master', '192.168.56.100', '10.108.82.192/26'),
    node('k8s-node1', '192.168.56.101', '10.111.156.64/26'),
    node('k8s-node2', '192.168.56.102', '10.109.131.0/26'),
    node('k8s-node3', '192.168.56.103', '10.111.218.64/26'),
  ],
};

/** The course's cluster with room for `maxPods` on every node. */
export function roomyConfig(maxPods: number): ClusterConfig {
  return { ...courseConfig, nodes: courseConfig.nodes.map((each) => ({ ...each, maxPods })) };
}

/** Defaults just what allocation and controllers look at; refuses an object without a name and a port 0. */
export const smallRules: ApiRules = {
  applyDefaults: (object) => {
    if (object.kind !== 'Service') return object;
    const spec = object.spec as { type?: string; ports?: { protocol?: string; port: number; targetPort?: unknown }[] };
    const type = spec.type ?? 'ClusterIP';
    const external = type === 'NodePort' || type === 'LoadBalancer' ? { externalTrafficPolicy: 'Cluster' } : {};
    const internal = type === 'ExternalName' ? {} : { internalTrafficPolicy: 'Cluster' };
    const balancer = type === 'LoadBalancer' ? { allocateLoadBalancerNodePorts: true } : {};
    const ports = spec.ports?.map((port) => ({ protocol: 'TCP', targetPort: port.port, ...port }));
    return {
      ...object,
      spec: {
        sessionAffinity: 'None',
        ...external,
        ...internal,
        ...balancer,
        ...spec,
        type,
        ...(ports ? { ports } : {}),
      },
    };
  },
  validate: (object) => {
    const causes: StatusCause[] = [];
    if (!object.metadata.name)
      causes.push({
        reason: 'FieldValueRequired',
        field: 'metadata.name',
        message: 'Required value: name or generateName is required',
      });
    const ports = (object.spec as { ports?: { port?: number }[] } | undefined)?.ports ?? [];
    for (const [index, port] of (object.kind === 'Service' ? ports : []).entries()) {
      if (port.port === 0)
        causes.push({
          reason: 'FieldValueInvalid',
          field: `spec.ports[${index}].port`,
          message: 'Invalid value: 0: must be between 1 and 65535, inclusive',
        });
    }
    return causes;
  },
  validateUpdate: () => [],
};

/** A registry that holds the usual namespaces. */
export function openRegistry(options: { seed?: number; config?: ClusterConfig; logSize?: number } = {}): LabRegistry {
  const { seed = 1, config = courseConfig, logSize } = options;
  const registry = createRegistry({
    config,
    world: createManualWorld(seed),
    rules: smallRules,
    ...(logSize ? { logSize } : {}),
  });
  for (const name of ['default', 'kube-system'])
    registry.create({ apiVersion: 'v1', kind: 'Namespace', metadata: { name } });
  return registry;
}

export function service(name: string, spec: Record<string, unknown> = {}, namespace = 'default'): KubeObject {
  return {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name, namespace },
    spec: { ports: [{ port: 80 }], selector: { app: name }, ...spec },
  };
}

export function pod(
  name: string,
  spec: Record<string, unknown> = {},
  metadata: Record<string, unknown> = {},
): KubeObject {
  const containers = [{ name: 'main', image: 'busybox' }];
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, namespace: 'default', ...metadata },
    spec: { containers, ...spec },
  };
}

export function configMap(name: string, data: Record<string, string> = {}, namespace = 'default'): KubeObject {
  return { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name, namespace }, data };
}

export const keys = {
  service: (name: string, namespace = 'default') => ({ group: '', kind: 'Service', namespace, name }),
  pod: (name: string, namespace = 'default') => ({ group: '', kind: 'Pod', namespace, name }),
  configMap: (name: string, namespace = 'default') => ({ group: '', kind: 'ConfigMap', namespace, name }),
  namespace: (name: string) => ({ group: '', kind: 'Namespace', namespace: '', name }),
};
