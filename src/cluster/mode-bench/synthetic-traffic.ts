/**
 * Services with endpoints as the API would hold them, as many as wanted. Names are padded, so that the last is last by
 * name too.
 */
import type { Service } from 'kubernetes-types/core/v1.js';
import type { EndpointSlice } from 'kubernetes-types/discovery/v1.js';

/** Of the lab's Service range, below the pods' blocks. */
export function serviceAddress(index: number): string {
  return `10.${100 + (index >> 16)}.${(index >> 8) & 255}.${index & 255}`;
}

/** Nobody's: these endpoints are never asked. */
function endpointAddress(index: number, endpoint: number): string {
  return `10.${120 + endpoint}.${(index >> 8) & 255}.${index & 255}`;
}

export const syntheticName = (index: number) => `svc-${String(index).padStart(5, '0')}`;

function syntheticService(index: number): Service {
  const clusterIP = serviceAddress(index);
  return {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name: syntheticName(index), namespace: 'default' },
    spec: {
      type: 'ClusterIP',
      clusterIP,
      clusterIPs: [clusterIP],
      ipFamilies: ['IPv4'],
      selector: { app: syntheticName(index) },
      ports: [{ port: 80, protocol: 'TCP', targetPort: 8080 }],
    },
  };
}

/** @param addresses the endpoints' own, or how many to make up */
export function syntheticSlice(index: number, addresses: number | readonly string[]): EndpointSlice {
  const ready = { ready: true, serving: true, terminating: false };
  const given =
    typeof addresses === 'number'
      ? Array.from({ length: addresses }, (_, endpoint) => endpointAddress(index, endpoint))
      : addresses;
  return {
    apiVersion: 'discovery.k8s.io/v1',
    kind: 'EndpointSlice',
    metadata: {
      name: `${syntheticName(index)}-slice`,
      namespace: 'default',
      labels: { 'kubernetes.io/service-name': syntheticName(index) },
    },
    addressType: 'IPv4',
    ports: [{ name: '', port: 8080, protocol: 'TCP' }],
    endpoints: given.map((address, endpoint) => ({
      addresses: [address],
      conditions: ready,
      nodeName: `k8s-node${1 + (endpoint % 3)}`,
    })),
  };
}

export interface SyntheticTraffic {
  readonly services: Service[];
  readonly endpointSlices: EndpointSlice[];
}

const upTo = (count: number) => Array.from({ length: count }, (_, index) => index);

export function syntheticTraffic(services: number, endpoints: number): SyntheticTraffic {
  return {
    services: upTo(services).map(syntheticService),
    endpointSlices: upTo(services).map((index) => syntheticSlice(index, endpoints)),
  };
}
