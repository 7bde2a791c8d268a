/**
 * Ports, protocols and the kinds of address: ClusterIP, node ports, load balancers with source ranges.
 */
import type { ServiceSpec } from 'kubernetes-types/core/v1.js';
import { answeredBy, type Flow, type ProxyCase } from './suite.js';
import { endpoint, service, slice } from './world.js';

const httpPorts = [
  { name: 'http', port: 8080, protocol: 'TCP' },
  { name: 'dns', port: 8053, protocol: 'UDP' },
  { name: 'call', port: 8060, protocol: 'SCTP' },
];

const mixed = service('mixed', {
  clusterIP: '10.100.0.40',
  ports: [
    { name: 'http', port: 80 },
    { name: 'dns', port: 80, protocol: 'UDP' },
    { name: 'call', port: 80, protocol: 'SCTP' },
  ],
});

const manyProtocols = service('mixed', {
  type: 'NodePort',
  clusterIP: '10.100.0.43',
  ports: (mixed.spec?.ports ?? []).map((port) => ({ ...port, nodePort: 30080 })),
});

function nodePortService(spec: Partial<ServiceSpec> = {}) {
  return service('web', {
    type: 'NodePort',
    clusterIP: '10.100.0.41',
    ...spec,
    ports: [{ port: 80, nodePort: 30080 }],
  });
}

function loadBalancer(ranges: string[], ingress: { ip?: string; hostname?: string; ipMode?: string }[]) {
  const spec: Partial<ServiceSpec> = {
    type: 'LoadBalancer',
    clusterIP: '10.100.0.42',
    loadBalancerSourceRanges: ranges,
  };
  return service('web', { ...spec, ports: [{ port: 80, nodePort: 30080 }] }, { ingress });
}

const one = [slice('web', [endpoint('a')])];
const vips = [{ ip: '192.168.56.240' }, { ip: '192.168.56.241' }];
const stale = { from: 'client', expect: 'passed' } as const;

export const addressCases: readonly ProxyCase[] = [
  {
    name: 'one port number in three protocols leads to three target ports',
    mirrors: 'TestClusterIPGeneral; e2e serve endpoints on same port and different protocols',
    services: [mixed],
    slices: [slice('mixed', [endpoint('a'), endpoint('b')], httpPorts)],
    flows: [
      { from: 'client', to: 'clusterIP', port: 0, expect: answeredBy(['a', 'b'], 'client') },
      { from: 'client', to: 'clusterIP', port: 1, expect: answeredBy(['a', 'b'], 'client') },
      { from: 'host', to: 'clusterIP', port: 2, expect: answeredBy(['a', 'b'], 'node') },
    ],
  },
  {
    name: 'every kind of client reaches every endpoint of every protocol, by ClusterIP and node port',
    mirrors:
      'e2e Granular Checks: pod-Service, node-Service, endpoint-Service, basic nodePort, over http, udp and sctp',
    services: [manyProtocols],
    slices: [slice('mixed', [endpoint('a'), endpoint('b')], httpPorts)],
    flows: [0, 1, 2].flatMap((port): Flow[] => [
      { from: 'client', to: 'clusterIP', port, expect: answeredBy(['a', 'b'], 'client') },
      { from: 'client', to: 'nodePort', port, expect: answeredBy(['a', 'b'], 'node') },
      { from: 'node', to: 'clusterIP', port, expect: answeredBy(['a', 'b'], 'node') },
      { from: 'node', to: 'nodePort', port, expect: answeredBy(['a', 'b'], 'node') },
      { from: 'a', to: 'clusterIP', port, expect: { a: 'node', b: 'client' } },
      { from: 'a', to: 'nodePort', port, expect: answeredBy(['a', 'b'], 'node') },
      { from: 'host', to: 'nodePort', port, expect: answeredBy(['a', 'b'], 'node') },
    ]),
  },
  {
    name: 'ports of several slices belong together, each with its own endpoints',
    mirrors: 'e2e EndpointSlice multiple ports specified in multiple EndpointSlices',
    services: [mixed],
    slices: [
      slice('mixed', [endpoint('a')], httpPorts.slice(0, 1), 'aaaaa'),
      slice('mixed', [endpoint('b')], httpPorts.slice(1, 2), 'bbbbb'),
    ],
    flows: [
      { from: 'client', to: 'clusterIP', port: 0, expect: { a: 'client' } },
      { from: 'client', to: 'clusterIP', port: 1, expect: { b: 'client' } },
      { from: 'client', to: 'clusterIP', port: 2, expect: 'refused' },
    ],
  },
  {
    name: 'a wrong port or protocol on a ClusterIP is nobody’s business',
    mirrors: 'TestClusterIPGeneral, wrong protocol and port',
    services: [nodePortService()],
    slices: one,
    flows: [
      { ...stale, to: 'clusterIP', portNumber: 81 },
      { ...stale, to: 'clusterIP', protocol: 'UDP' },
      { ...stale, to: 'nodePort', portNumber: 30081 },
      { ...stale, to: 'nodePort', protocol: 'UDP' },
    ],
  },
  {
    name: 'node ports answer on the LAN address and on loopback',
    mirrors: 'TestNodePorts, default',
    services: [nodePortService()],
    slices: one,
    flows: [
      { from: 'host', to: 'nodePort', expect: { a: 'node' } },
      { from: 'node', to: 'nodePort', expect: { a: 'node' } },
      { from: 'localhost', to: 'localhostNodePort', expect: { a: 'node' } },
    ],
  },
  {
    name: 'without localhostNodePorts loopback does not answer',
    mirrors: 'TestNodePorts, localhostNodePorts off',
    services: [nodePortService()],
    slices: one,
    options: { localhostNodePorts: false },
    flows: [
      { from: 'host', to: 'nodePort', expect: { a: 'node' } },
      { from: 'localhost', to: 'localhostNodePort', expect: 'passed' },
    ],
  },
  {
    name: 'nodePortAddresses limits node ports to some of the node’s addresses',
    mirrors: 'TestNodePorts, nodePortAddresses',
    services: [nodePortService()],
    slices: one,
    options: { nodePortAddresses: ['192.168.56.0/24'] },
    flows: [
      { from: 'host', to: 'nodePort', expect: { a: 'node' } },
      { from: 'localhost', to: 'localhostNodePort', expect: 'passed' },
    ],
  },
  {
    name: 'nodePortAddresses of another network: no address answers',
    mirrors: 'TestNodePorts, nodePortAddresses',
    services: [nodePortService()],
    slices: one,
    options: { nodePortAddresses: ['172.16.0.0/16'] },
    flows: [{ from: 'host', to: 'nodePort', expect: 'passed' }],
  },
  {
    name: 'every load balancer address works, hostnames and ipMode Proxy are left alone',
    mirrors: 'TestLoadBalancer; TestLoadBalancerIngressRouteTypeProxy',
    services: [
      loadBalancer([], [...vips, { ip: '192.168.56.242', ipMode: 'Proxy' }, { ip: '192.168.56.243', ipMode: 'VIP' }]),
    ],
    slices: one,
    flows: [
      { from: 'host', to: 'loadBalancer', address: 0, expect: { a: 'node' } },
      { from: 'host', to: 'loadBalancer', address: 1, expect: { a: 'node' } },
      { from: 'host', to: 'loadBalancer', address: 2, expect: 'passed' },
      { from: 'host', to: 'loadBalancer', address: 3, expect: { a: 'node' } },
    ],
  },
  {
    name: 'source ranges admit who is in them, drop the rest, and do not guard the node port',
    mirrors: 'TestLoadBalancer, sourceRanges; e2e only allow access from source ranges',
    services: [loadBalancer([' 192.168.56.1/32 '], vips)],
    slices: one,
    flows: [
      { from: 'host', to: 'loadBalancer', expect: { a: 'node' } },
      { from: 'host', to: 'loadBalancer', address: 1, expect: { a: 'node' } },
      { from: 'stranger', to: 'loadBalancer', expect: 'dropped' },
      { from: 'client', to: 'loadBalancer', expect: 'dropped' },
      { from: 'node', to: 'loadBalancer', expect: 'dropped' },
      { from: 'stranger', to: 'nodePort', expect: { a: 'node' } },
      { from: 'client', to: 'clusterIP', expect: { a: 'client' } },
    ],
  },
  {
    name: 'source ranges with the node in them admit the node',
    mirrors: 'TestLoadBalancer, node allowed',
    services: [loadBalancer(['192.168.56.0/25'], vips)],
    slices: one,
    flows: [
      { from: 'node', to: 'loadBalancer', expect: { a: 'node' } },
      { from: 'stranger', to: 'loadBalancer', expect: 'dropped' },
    ],
  },
  {
    name: 'two Services do not disturb each other',
    mirrors: 'TestOverallIPTablesRules',
    services: [nodePortService(), mixed],
    slices: [...one, slice('mixed', [endpoint('b')], httpPorts)],
    flows: [
      { from: 'host', to: 'nodePort', service: 0, expect: { a: 'node' } },
      { from: 'client', to: 'clusterIP', service: 1, port: 1, expect: { b: 'client' } },
    ],
  },
];
