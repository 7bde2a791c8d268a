/**
 * The cluster of kube-proxy's TestOverallIPTablesRules in the course's addresses: one Service of each sort.
 */
import type { Service } from 'kubernetes-types/core/v1.js';
import type { EndpointSlice } from 'kubernetes-types/discovery/v1.js';
import { endpoint, service, slice } from './world.js';

export const overallServices: readonly Service[] = [
  service('cluster-ip', { clusterIP: '10.100.1.1', ports: [{ name: 'p80', port: 80 }] }),
  service(
    'lb-local-without-local-endpoints',
    {
      type: 'LoadBalancer',
      clusterIP: '10.100.1.2',
      externalTrafficPolicy: 'Local',
      healthCheckNodePort: 30000,
      ports: [{ name: 'p80', port: 80, nodePort: 30001 }],
    },
    { ingress: [{ ip: '192.168.56.241' }] },
  ),
  service('node-port', {
    type: 'NodePort',
    clusterIP: '10.100.1.3',
    ports: [{ name: 'p80', port: 80, nodePort: 30002 }],
  }),
  service('external-ip', { clusterIP: '10.100.1.4', externalIPs: ['203.0.113.4'], ports: [{ name: 'p80', port: 80 }] }),
  service(
    'lb-affinity-and-ranges',
    {
      type: 'LoadBalancer',
      clusterIP: '10.100.1.5',
      sessionAffinity: 'ClientIP',
      sessionAffinityConfig: { clientIP: { timeoutSeconds: 10800 } },
      loadBalancerSourceRanges: ['192.168.56.0/25', '203.0.113.0/25'],
      ports: [{ name: 'p80', port: 80, nodePort: 30003 }],
    },
    { ingress: [{ ip: '192.168.56.242' }] },
  ),
  service('no-endpoints', {
    type: 'NodePort',
    clusterIP: '10.100.1.6',
    externalIPs: ['203.0.113.6'],
    ports: [{ name: 'p80', port: 80, nodePort: 30004 }],
  }),
  service('internal-local', {
    clusterIP: '10.100.1.7',
    internalTrafficPolicy: 'Local',
    ports: [{ name: 'dns', port: 53, protocol: 'UDP' }],
  }),
];

const p80 = [{ name: 'p80', port: 8080, protocol: 'TCP' }];

export const overallSlices: readonly EndpointSlice[] = [
  slice('cluster-ip', [endpoint('a'), endpoint('b'), endpoint('d')], p80),
  slice('lb-local-without-local-endpoints', [endpoint('b')], p80),
  slice('node-port', [endpoint('a')], p80),
  slice('external-ip', [endpoint('b')], p80),
  slice('lb-affinity-and-ranges', [endpoint('a'), endpoint('b')], p80),
  slice('internal-local', [endpoint('a'), endpoint('b')], [{ name: 'dns', port: 5353, protocol: 'UDP' }]),
];
