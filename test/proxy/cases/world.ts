/**
 * The world of the behaviour suite: the course's cluster, small enough to know by heart.
 *
 * k8s-node1 is the node under observation. Pods are named after their node and get their addresses from its block; any
 * of them can be an endpoint or a client.
 */
import type { Node, Service, ServicePort, ServiceSpec } from 'kubernetes-types/core/v1.js';
import type { Endpoint, EndpointPort, EndpointSlice } from 'kubernetes-types/discovery/v1.js';

export const podCIDR = '10.96.0.0/12';
export const hostAddress = '192.168.56.1';
/** A second machine on the LAN that source ranges may leave out. */
export const strangerAddress = '192.168.56.200';

export const nodes = {
  'k8s-node1': { address: '192.168.56.101', zone: 'zone-a', pods: '10.111.156.' },
  'k8s-node2': { address: '192.168.56.102', zone: 'zone-b', pods: '10.109.131.' },
  'k8s-node3': { address: '192.168.56.103', zone: 'zone-c', pods: '10.111.218.' },
} as const;
export type NodeName = keyof typeof nodes;

/** `a` and `c` on k8s-node1, `b` on k8s-node2, `d` on k8s-node3; `client` is on k8s-node1 and never an endpoint. */
export const pods = {
  a: { node: 'k8s-node1', ip: '10.111.156.70' },
  c: { node: 'k8s-node1', ip: '10.111.156.71' },
  client: { node: 'k8s-node1', ip: '10.111.156.79' },
  b: { node: 'k8s-node2', ip: '10.109.131.10' },
  d: { node: 'k8s-node3', ip: '10.111.218.82' },
} as const satisfies Record<string, { node: NodeName; ip: string }>;
export type PodName = keyof typeof pods;

/** A Node object as the registry holds it. */
export function node(name: NodeName = 'k8s-node1'): Node {
  const { address, zone } = nodes[name];
  return {
    apiVersion: 'v1',
    kind: 'Node',
    metadata: { name, labels: { 'topology.kubernetes.io/zone': zone, 'kubernetes.io/hostname': name } },
    status: { addresses: [{ type: 'InternalIP', address }] },
  };
}

export type Ports = (Partial<ServicePort> & { port: number })[];

/** A defaulted Service. `status` carries load balancer addresses. */
export function service(
  name: string,
  spec: Omit<Partial<ServiceSpec>, 'ports'> & { ports: Ports },
  extra: { labels?: Record<string, string>; ingress?: { ip?: string; hostname?: string; ipMode?: string }[] } = {},
): Service {
  return {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name, namespace: 'default', labels: extra.labels },
    spec: {
      type: 'ClusterIP',
      internalTrafficPolicy: 'Cluster',
      sessionAffinity: 'None',
      ...spec,
      ports: spec.ports.map((port) => ({ protocol: 'TCP', targetPort: port.port, ...port })),
    },
    status: extra.ingress === undefined ? {} : { loadBalancer: { ingress: extra.ingress } },
  };
}

/** An endpoint on a pod of the world; ready unless said otherwise. */
export function endpoint(
  pod: PodName,
  conditions: Endpoint['conditions'] = {},
  more: Partial<Endpoint> = {},
): Endpoint {
  const { ip, node: nodeName } = pods[pod];
  return { addresses: [ip], conditions: { ready: true, ...conditions }, nodeName, ...more };
}

/** The one slice of a Service. */
export function slice(
  name: string,
  endpoints: Endpoint[],
  ports: EndpointPort[] = [{ name: '', port: 8080, protocol: 'TCP' }],
  suffix = 'abcde',
): EndpointSlice {
  return {
    apiVersion: 'discovery.k8s.io/v1',
    kind: 'EndpointSlice',
    metadata: { name: `${name}-${suffix}`, namespace: 'default', labels: { 'kubernetes.io/service-name': name } },
    addressType: 'IPv4',
    endpoints,
    ports,
  };
}
