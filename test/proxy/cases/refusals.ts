/**
 * Services without usable endpoints, and Services that no proxy touches.
 */
import type { ServiceSpec } from 'kubernetes-types/core/v1.js';
import type { Flow, ProxyCase } from './suite.js';
import { endpoint, service, slice } from './world.js';

function web(spec: Partial<ServiceSpec> = {}, labels?: Record<string, string>) {
  return service(
    'web',
    {
      type: 'LoadBalancer',
      clusterIP: '10.100.0.20',
      externalIPs: ['203.0.113.50'],
      ...spec,
      ports: [{ port: 80, targetPort: 8080, nodePort: 30080 }],
    },
    { ingress: [{ ip: '192.168.56.240' }], labels },
  );
}

const external = ['nodePort', 'loadBalancer', 'externalIP'] as const;
const everywhere = ['clusterIP', ...external] as const;

function refused(): Flow[] {
  return (['client', 'host'] as const).flatMap((from) =>
    everywhere.map((to): Flow => ({ from, to, expect: 'refused' })),
  );
}

export const refusalCases: readonly ProxyCase[] = [
  {
    name: 'no endpoints: refused on every address',
    mirrors: 'truth table row 9; TestNoEndpointsReject; e2e be rejected when no endpoints exist',
    services: [web()],
    slices: [],
    flows: [
      ...refused(),
      { from: 'node', to: 'clusterIP', expect: 'refused' },
      { from: 'node', to: 'nodePort', expect: 'refused' },
      { from: 'localhost', to: 'localhostNodePort', expect: 'refused' },
    ],
  },
  {
    name: 'no endpoints: OUTPUT has no external portals, so the node itself is not refused at external addresses',
    mirrors: 'iptables.go iptablesJumpChains: KUBE-EXTERNAL-SERVICES is only jumped to from INPUT and FORWARD',
    services: [web()],
    slices: [],
    flows: [
      { from: 'node', to: 'loadBalancer', expect: 'passed' },
      { from: 'node', to: 'externalIP', expect: 'passed' },
    ],
  },
  {
    name: 'no endpoints under Local policies: refused, not dropped',
    mirrors: 'truth table row 9',
    services: [web({ internalTrafficPolicy: 'Local', externalTrafficPolicy: 'Local', healthCheckNodePort: 31080 })],
    slices: [slice('web', [])],
    flows: refused(),
  },
  {
    name: 'endpoints that are neither ready nor terminating do not count',
    mirrors: 'TestTerminatingEndpointsTrafficPolicyCluster, unusable endpoints',
    services: [web()],
    slices: [slice('web', [endpoint('a', { ready: false, serving: false })])],
    flows: refused(),
  },
  {
    name: 'an endpoint port of another name does not serve the Service',
    mirrors: 'endpointslicecache: endpoints are grouped by service port name',
    services: [web()],
    slices: [slice('web', [endpoint('a')], [{ name: 'other', port: 8080, protocol: 'TCP' }])],
    flows: refused(),
  },
  {
    name: 'an endpoint port of another protocol does not serve the Service',
    mirrors: 'endpointslicecache: ServicePortName includes the protocol',
    services: [web()],
    slices: [slice('web', [endpoint('a')], [{ name: '', port: 8080, protocol: 'UDP' }])],
    flows: refused(),
  },
  {
    name: 'a Service labelled for another proxy is left alone',
    mirrors: 'e2e implement service.kubernetes.io/service-proxy-name',
    services: [web({}, { 'service.kubernetes.io/service-proxy-name': 'other' })],
    slices: [slice('web', [endpoint('a')])],
    flows: everywhere.map((to) => ({ from: 'client', to, expect: 'passed' })),
  },
  {
    name: 'a Service labelled headless is left alone',
    mirrors: 'e2e implement service.kubernetes.io/headless',
    services: [web({}, { 'service.kubernetes.io/headless': '' })],
    slices: [slice('web', [endpoint('a')])],
    flows: everywhere.map((to) => ({ from: 'client', to, expect: 'passed' })),
  },
];
