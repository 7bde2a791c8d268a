/** Services with endpoints as the API would hold them, as many as wanted. */
import type { Service } from 'kubernetes-types/core/v1.js';
import type { EndpointSlice } from 'kubernetes-types/discovery/v1.js';

const serviceAddress = (index: number) => `10.${100 + (index >> 16)}.${(index >> 8) & 255}.${index & 255}`;

const endpointAddress = (index: number, endpoint: number) =>
  `10.${108 + endpoint}.${(index >> 8) & 255}.${index & 255}`;

export function service(index: number): Service {
  return {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name: `svc-${index}`, namespace: 'default' },
    spec: {
      type: 'ClusterIP',
      clusterIP: serviceAddress(index),
      clusterIPs: [serviceAddress(index)],
      ipFamilies: ['IPv4'],
      selector: { app: `svc-${index}` },
      ports: [{ port: 80, protocol: 'TCP', targetPort: 8080 }],
    },
  };
}

export function endpointSlice(index: number, endpoints: number): EndpointSlice {
  const ready = { ready: true, serving: true, terminating: false };
  return {
    apiVersion: 'discovery.k8s.io/v1',
    kind: 'EndpointSlice',
    metadata: {
      name: `svc-${index}-slice`,
      namespace: 'default',
      labels: { 'kubernetes.io/service-name': `svc-${index}` },
    },
    addressType: 'IPv4',
    ports: [{ port: 8080, protocol: 'TCP' }],
    endpoints: Array.from({ length: endpoints }, (_, endpoint) => ({
      addresses: [endpointAddress(index, endpoint)],
      conditions: ready,
      nodeName: `k8s-node${1 + (endpoint % 3)}`,
    })),
  };
}

const upTo = (count: number) => Array.from({ length: count }, (_, index) => index);

export function traffic(services: number, endpoints: number): { services: Service[]; endpointSlices: EndpointSlice[] } {
  return {
    services: upTo(services).map(service),
    endpointSlices: upTo(services).map((index) => endpointSlice(index, endpoints)),
  };
}
