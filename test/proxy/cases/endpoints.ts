/**
 * Which endpoints are used: readiness, termination, topology hints, several slices.
 */
import type { ServiceSpec } from 'kubernetes-types/core/v1.js';
import type { Endpoint } from 'kubernetes-types/discovery/v1.js';
import { answeredBy, type ProxyCase } from './suite.js';
import { endpoint, nodes, type PodName, pods, service, slice } from './world.js';

function web(spec: Partial<ServiceSpec> = {}) {
  const ports = [{ port: 80, targetPort: 8080, nodePort: 30080 }];
  return service('web', { type: 'NodePort', clusterIP: '10.100.0.30', ...spec, ports });
}

const serving: Endpoint['conditions'] = { ready: false, serving: true, terminating: true };
const ending: Endpoint['conditions'] = { ready: false, serving: false, terminating: true };

/** Ready, and hinted for the zones given. */
function hinted(pod: PodName, ...zones: string[]): Endpoint {
  return endpoint(pod, {}, { hints: { forZones: zones.map((name) => ({ name })) } });
}

/** Ready, and hinted for its own node, which the typings of 1.30 do not know. */
function nodeHinted(pod: PodName): Endpoint {
  const { node } = pods[pod];
  const hints: object = { forZones: [{ name: nodes[node].zone }], forNodes: [{ name: node }] };
  return endpoint(pod, {}, { hints });
}

export const endpointCases: readonly ProxyCase[] = [
  {
    name: 'ready endpoints are preferred to terminating ones',
    mirrors: 'TestTerminatingEndpointsTrafficPolicyCluster, ready endpoints exist',
    services: [web()],
    slices: [slice('web', [endpoint('a'), endpoint('b', serving), endpoint('d', ending)])],
    flows: [{ from: 'client', to: 'clusterIP', expect: { a: 'client' } }],
  },
  {
    name: 'without ready endpoints those that still serve while terminating are used',
    mirrors: 'KEP-1669; e2e fallback to terminating endpoints, internal and external Cluster',
    services: [web()],
    slices: [slice('web', [endpoint('a', serving), endpoint('b', serving), endpoint('d', ending)])],
    flows: [
      { from: 'client', to: 'clusterIP', expect: answeredBy(['a', 'b'], 'client') },
      { from: 'host', to: 'nodePort', expect: answeredBy(['a', 'b'], 'node') },
    ],
  },
  {
    name: 'a local endpoint that terminates serves the Local policy though others are ready elsewhere',
    mirrors: 'TestTerminatingEndpointsTrafficPolicyLocal; e2e fallback to terminating endpoints, Local',
    services: [web({ internalTrafficPolicy: 'Local', externalTrafficPolicy: 'Local' })],
    slices: [slice('web', [endpoint('a', serving), endpoint('b')])],
    flows: [
      { from: 'client', to: 'clusterIP', expect: { a: 'client' } },
      { from: 'host', to: 'nodePort', expect: { a: 'client' } },
      { from: 'client', to: 'nodePort', expect: { b: 'client' } },
    ],
  },
  {
    name: 'a serving, terminating endpoint elsewhere makes the Local policy drop in place of refuse',
    mirrors: 'TestTerminatingEndpointsTrafficPolicyLocal, remote only',
    services: [web({ internalTrafficPolicy: 'Local', externalTrafficPolicy: 'Local' })],
    slices: [slice('web', [endpoint('b', serving)])],
    flows: [
      { from: 'client', to: 'clusterIP', expect: 'dropped' },
      { from: 'host', to: 'nodePort', expect: 'dropped' },
      { from: 'client', to: 'nodePort', expect: { b: 'client' } },
    ],
  },
  {
    name: 'terminating endpoints that do not serve are refused',
    mirrors: 'TestTerminatingEndpointsTrafficPolicyCluster, unusable endpoints',
    services: [web()],
    slices: [slice('web', [endpoint('a', ending), endpoint('b', ending)])],
    flows: [
      { from: 'client', to: 'clusterIP', expect: 'refused' },
      { from: 'host', to: 'nodePort', expect: 'refused' },
    ],
  },
  {
    name: 'zone hints keep traffic in the zone',
    mirrors: 'TestCategorizeEndpoints; e2e Traffic Distribution PreferClose',
    services: [web()],
    slices: [slice('web', [hinted('a', 'zone-a'), hinted('b', 'zone-b'), hinted('d', 'zone-c', 'zone-a')])],
    flows: [{ from: 'client', to: 'clusterIP', expect: answeredBy(['a', 'd'], 'client') }],
  },
  {
    name: 'zone hints count only if every ready endpoint has one',
    mirrors: 'TestCategorizeEndpoints, an endpoint is missing a hint',
    services: [web()],
    slices: [slice('web', [hinted('a', 'zone-a'), hinted('b', 'zone-b'), endpoint('d')])],
    flows: [{ from: 'client', to: 'clusterIP', expect: answeredBy(['a', 'b', 'd'], 'client') }],
  },
  {
    name: 'zone hints that leave this zone without endpoints do not count',
    mirrors: 'TestCategorizeEndpoints, no hints for the zone',
    services: [web()],
    slices: [slice('web', [hinted('b', 'zone-b'), hinted('d', 'zone-c')])],
    flows: [{ from: 'client', to: 'clusterIP', expect: answeredBy(['b', 'd'], 'client') }],
  },
  {
    name: 'hints never filter the Local policy',
    mirrors: 'TestCategorizeEndpoints, externalTrafficPolicy Local with hints',
    services: [web({ externalTrafficPolicy: 'Local' })],
    slices: [slice('web', [hinted('a', 'zone-b'), hinted('b', 'zone-a')])],
    flows: [
      { from: 'client', to: 'clusterIP', expect: { b: 'client' } },
      { from: 'host', to: 'nodePort', expect: { a: 'client' } },
    ],
  },
  {
    name: 'node hints keep traffic on the node',
    mirrors: 'KEP-3015 PreferSameNode',
    services: [web()],
    slices: [slice('web', [nodeHinted('a'), nodeHinted('b'), nodeHinted('d')])],
    flows: [{ from: 'client', to: 'clusterIP', expect: { a: 'client' } }],
  },
  {
    name: 'endpoints of several slices are one list, duplicates are one endpoint',
    mirrors: 'e2e multiple endpoint IPs specified in multiple EndpointSlices; endpointslicecache',
    services: [web()],
    slices: [
      slice('web', [endpoint('a'), endpoint('b')], undefined, 'aaaaa'),
      slice('web', [endpoint('b'), endpoint('d')], undefined, 'bbbbb'),
    ],
    flows: [{ from: 'client', to: 'clusterIP', expect: answeredBy(['a', 'b', 'd'], 'client') }],
  },
  {
    name: 'addresses with leading zeros are decimal; those of the other family are skipped',
    mirrors: 'TestBadIPs; e2e CVE-2021-29923',
    services: [web({ clusterIP: '010.100.000.030', clusterIPs: ['010.100.000.030', 'fd00::30'] })],
    slices: [
      slice('web', [
        { ...endpoint('a'), addresses: ['010.111.156.070'] },
        { ...endpoint('b'), addresses: ['fd00::1'] },
        { ...endpoint('b'), addresses: ['not-an-address'] },
      ]),
    ],
    flows: [{ from: 'host', to: 'nodePort', expect: { a: 'node' } }],
  },
];
