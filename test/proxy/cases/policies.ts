/**
 * Who answers under each traffic policy: every row of the truth table that kube-proxy's TestExternalTrafficPolicy*,
 * TestInternalTrafficPolicy and TestInternalExternalMasquerade span.
 */
import type { ServiceSpec } from 'kubernetes-types/core/v1.js';
import { answeredBy, type Client, type Expectation, type Flow, type ProxyCase, type Via } from './suite.js';
import { endpoint, type PodName, service, slice } from './world.js';

const external = ['nodePort', 'loadBalancer', 'externalIP'] as const;

/** One Service with every kind of address. */
function web(spec: Partial<ServiceSpec> = {}) {
  return service(
    'web',
    {
      type: 'LoadBalancer',
      clusterIP: '10.100.0.10',
      externalTrafficPolicy: 'Cluster',
      externalIPs: ['203.0.113.50'],
      ...spec,
      ports: [{ port: 80, targetPort: 8080, nodePort: 30080 }],
    },
    { ingress: [{ ip: '192.168.56.240' }] },
  );
}

function on(...names: PodName[]) {
  return [
    slice(
      'web',
      names.map((name) => endpoint(name)),
    ),
  ];
}

function flows(clients: readonly Client[], targets: readonly Via[], expect: Expectation): Flow[] {
  return clients.flatMap((from) => targets.map((to) => ({ from, to, expect })));
}

const everybody = ['client', 'node', 'host'] as const;
const local: Partial<ServiceSpec> = { externalTrafficPolicy: 'Local', healthCheckNodePort: 31080 };
const both: PodName[] = ['a', 'b'];

export const policyCases: readonly ProxyCase[] = [
  {
    name: 'internal policy Cluster: all endpoints; pods are seen as themselves, others as the node',
    mirrors: 'truth table rows 1-2; e2e preserve source pod IP for traffic thru service cluster IP',
    services: [web()],
    slices: on('a', 'b'),
    flows: [
      ...flows(['client'], ['clusterIP'], answeredBy(both, 'client')),
      ...flows(['node', 'host'], ['clusterIP'], answeredBy(both, 'node')),
    ],
  },
  {
    name: 'a pod that reaches itself through its Service sees the node',
    mirrors: 'TestClusterIPGeneral hairpin; e2e allow pods to hairpin back to themselves through services',
    services: [web()],
    slices: on('a', 'b'),
    flows: flows(['a'], ['clusterIP'], { a: 'node', b: 'client' }),
  },
  {
    name: 'internal policy Local with a local endpoint: only that one',
    mirrors: 'truth table row 3; TestInternalTrafficPolicy; e2e respect internalTrafficPolicy=Local Pod to Pod',
    services: [web({ internalTrafficPolicy: 'Local' })],
    slices: on('a', 'b'),
    flows: [
      ...flows(['client'], ['clusterIP'], { a: 'client' }),
      ...flows(['node', 'host'], ['clusterIP'], { a: 'node' }),
      ...flows(everybody, external, answeredBy(both, 'node')),
    ],
  },
  {
    name: 'internal policy Local with several local endpoints: each of them',
    mirrors: 'TestInternalTrafficPolicy, many local endpoints',
    services: [web({ internalTrafficPolicy: 'Local' })],
    slices: on('a', 'b', 'c'),
    flows: flows(['client'], ['clusterIP'], answeredBy(['a', 'c'], 'client')),
  },
  {
    name: 'internal policy Local without a local endpoint: dropped',
    mirrors: 'truth table row 3; TestInternalTrafficPolicy, 0 local endpoints',
    services: [web({ internalTrafficPolicy: 'Local' })],
    slices: on('b', 'd'),
    flows: flows(everybody, ['clusterIP'], 'dropped'),
  },
  {
    name: 'the external policy has no effect on the ClusterIP',
    mirrors: 'truth table row 4',
    services: [web(local)],
    slices: on('b'),
    flows: [
      ...flows(['client'], ['clusterIP'], { b: 'client' }),
      ...flows(['node', 'host'], ['clusterIP'], { b: 'node' }),
    ],
  },
  {
    name: 'external policy Cluster: all endpoints see the node, whoever asks',
    mirrors: 'truth table row 5; TestExternalTrafficPolicyCluster',
    services: [web()],
    slices: on('a', 'b'),
    flows: [
      ...flows(everybody, external, answeredBy(both, 'node')),
      ...flows(['localhost'], ['localhostNodePort'], answeredBy(both, 'node')),
    ],
  },
  {
    name: 'external policy Local with a local endpoint: outsiders are seen as themselves',
    mirrors: 'truth table rows 6-8; TestExternalTrafficPolicyLocal; e2e ESIPP type=NodePort, work from pods',
    services: [web(local)],
    slices: on('a', 'b'),
    flows: [
      ...flows(['client'], external, answeredBy(both, 'client')),
      ...flows(['node'], external, answeredBy(both, 'node')),
      ...flows(['localhost'], ['localhostNodePort'], answeredBy(both, 'node')),
      ...flows(['host'], external, { a: 'client' }),
    ],
  },
  {
    name: 'external policy Local without a local endpoint: outsiders are dropped, pods and the node are served',
    mirrors: 'truth table rows 6-8; TestExternalTrafficPolicyLocal; e2e ESIPP only target nodes with endpoints',
    services: [web(local)],
    slices: on('b', 'd'),
    flows: [
      ...flows(['client'], external, answeredBy(['b', 'd'], 'client')),
      ...flows(['node'], external, answeredBy(['b', 'd'], 'node')),
      ...flows(['localhost'], ['localhostNodePort'], answeredBy(['b', 'd'], 'node')),
      ...flows(['host'], external, 'dropped'),
    ],
  },
  {
    name: 'both policies Local: the ClusterIP stays local even for pods',
    mirrors: 'TestInternalExternalMasquerade, iTP Local and eTP Local',
    services: [web({ ...local, internalTrafficPolicy: 'Local' })],
    slices: on('a', 'b'),
    flows: [
      ...flows(['client'], ['clusterIP'], { a: 'client' }),
      ...flows(['client'], external, answeredBy(both, 'client')),
      ...flows(['host'], external, { a: 'client' }),
      ...flows(['host'], ['clusterIP'], { a: 'node' }),
    ],
  },
  {
    name: 'masqueradeAll: the ClusterIP hides every client',
    mirrors: 'TestInternalExternalMasquerade, masqueradeAll',
    services: [web()],
    slices: on('a', 'b'),
    options: { masqueradeAll: true },
    flows: flows(everybody, ['clusterIP'], answeredBy(both, 'node')),
  },
  {
    name: 'masqueradeAll does not touch the local external policy',
    mirrors: 'TestInternalExternalMasquerade, masqueradeAll',
    services: [web(local)],
    slices: on('a', 'b'),
    options: { masqueradeAll: true },
    flows: [...flows(['client'], external, answeredBy(both, 'client')), ...flows(['host'], external, { a: 'client' })],
  },
  {
    name: 'without a local traffic detector nobody is masqueraded on the way to a ClusterIP',
    mirrors: 'TestInternalExternalMasquerade, no detector',
    services: [web()],
    slices: on('a', 'b'),
    options: { noDetector: true },
    flows: [
      ...flows(everybody, ['clusterIP'], answeredBy(both, 'client')),
      ...flows(everybody, external, answeredBy(both, 'node')),
    ],
  },
  {
    name: 'without a local traffic detector pods count as outsiders',
    mirrors: 'TestInternalExternalMasquerade, no detector',
    services: [web(local)],
    slices: on('a', 'b'),
    options: { noDetector: true },
    flows: flows(['client', 'host'], external, { a: 'client' }),
  },
];
