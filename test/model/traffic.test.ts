/** The traffic plan: what is planned, in which order, and what stays the same object. */
import test from 'ava';
import type { Service } from 'kubernetes-types/core/v1.js';
import type { EndpointSlice } from 'kubernetes-types/discovery/v1.js';
import { planTraffic, trafficOfNode } from '../../src/model/traffic.js';
import { canonicalCIDR, canonicalIP, cidrContains } from '../../src/model/traffic-address.js';
import { endpoint, node, service, slice } from '../proxy/cases/world.js';

const web = service('web', {
  clusterIP: '10.100.0.1',
  ports: [
    { name: 'http', port: 80 },
    { name: 'dns', port: 53, protocol: 'UDP' },
  ],
});
const api = service('api', { clusterIP: '10.100.0.2', ports: [{ port: 443 }] });

function names(services: Service[], endpointSlices: EndpointSlice[] = []): string[] {
  return planTraffic({ services, endpointSlices }).ports.map(({ name, protocol }) => `${name} ${protocol}`);
}

test('one entry a service port, by name and protocol', (t) => {
  t.deepEqual(names([web, api]), ['default/api TCP', 'default/web:dns UDP', 'default/web:http TCP']);
});

test('equal names order by protocol', (t) => {
  const both = service('dns', { clusterIP: '10.100.0.3', ports: [{ port: 53, protocol: 'UDP' }, { port: 53 }] });
  t.deepEqual(names([both]), ['default/dns TCP', 'default/dns UDP']);
});

for (const [what, spec] of [
  ['headless', { clusterIP: 'None' }],
  ['not yet allocated', { clusterIP: '' }],
  ['ExternalName', { type: 'ExternalName', externalName: 'example.org' }],
  ['of the other family only', { clusterIP: 'fd00::1', clusterIPs: ['fd00::1'] }],
] as const) {
  test(`a Service that is ${what} has no traffic`, (t) => {
    t.deepEqual(names([service('x', { ...spec, clusterIPs: [], ports: [{ port: 80 }] })]), []);
  });
}

test('a dual-stack Service is planned for each family by its own address', (t) => {
  const dual = service('x', {
    clusterIP: '10.100.0.4',
    clusterIPs: ['10.100.0.4', 'fd00:0::4'],
    ports: [{ port: 80 }],
  });
  const input = { services: [dual], endpointSlices: [] };
  t.is(planTraffic(input).ports[0]?.clusterIP, '10.100.0.4');
  t.is(planTraffic({ ...input, family: 'IPv6' }).ports[0]?.clusterIP, 'fd00::4');
});

test('endpoints are sorted as strings, as kube-proxy’s own test shows', (t) => {
  const addresses = ['10.1.1.1', '10.1.1.11', '10.1.1.2'].map((ip) => ({ ...endpoint('a'), addresses: [ip] }));
  const slices = [slice('api', addresses, [{ name: '', port: 11, protocol: 'TCP' }])];
  const plan = planTraffic({ services: [api], endpointSlices: slices });
  t.deepEqual(
    plan.ports[0]?.endpoints.map(({ text }) => text),
    ['10.1.1.11:11', '10.1.1.1:11', '10.1.1.2:11'],
  );
});

test('nil conditions mean ready and serving, but not terminating', (t) => {
  const slices = [slice('api', [{ addresses: ['10.1.1.1'] }])];
  const [only] = planTraffic({ services: [api], endpointSlices: slices }).ports[0]?.endpoints ?? [];
  t.like(only, { ready: true, serving: true, terminating: false, nodeName: undefined });
});

test('slices labelled for another proxy, or of host names, are left out', (t) => {
  const hidden = slice('api', [endpoint('a')]);
  const labels = { ...hidden.metadata?.labels, 'service.kubernetes.io/service-proxy-name': 'x' };
  const slices = [
    { ...hidden, metadata: { ...hidden.metadata, labels } },
    { ...slice('api', [{ addresses: ['web.example.org'] }]), addressType: 'FQDN' },
  ];
  t.deepEqual(planTraffic({ services: [api], endpointSlices: slices }).ports[0]?.endpoints, []);
});

test('an unchanged Service keeps its ports, a changed one only those that differ', (t) => {
  const slices = [slice('web', [endpoint('a')], [{ name: 'http', port: 8080, protocol: 'TCP' }])];
  const before = planTraffic({ services: [web, api], endpointSlices: slices });
  const moved = [slice('web', [endpoint('b')], [{ name: 'http', port: 8080, protocol: 'TCP' }])];
  const after = planTraffic({ services: [web, { ...api }], endpointSlices: moved }, before);
  const kept = after.ports.filter((port) => before.ports.includes(port)).map(({ name }) => name);
  t.deepEqual(kept, ['default/api', 'default/web:dns']);
});

test('a node keeps its choice for unchanged ports, and makes it anew when its zone changes', (t) => {
  const plan = planTraffic({ services: [web, api], endpointSlices: [] });
  const before = trafficOfNode(plan, node());
  t.is(trafficOfNode(plan, node(), before).ports[0], before.ports[0]);
  const moved = { ...node(), metadata: { name: 'k8s-node1', labels: { 'topology.kubernetes.io/zone': 'zone-z' } } };
  t.not(trafficOfNode(plan, moved, before).ports[0], before.ports[0]);
});

const checked = service('lb', {
  type: 'LoadBalancer',
  clusterIP: '10.100.0.9',
  externalTrafficPolicy: 'Local',
  healthCheckNodePort: 31000,
  ports: [
    { name: 'a', port: 80 },
    { name: 'b', port: 81 },
  ],
});

test('health checks count distinct ready addresses on this node, over all ports', (t) => {
  const ports = ['a', 'b'].map((name) => ({ name, port: 8080, protocol: 'TCP' }));
  const slices = [
    slice('lb', [endpoint('a'), endpoint('b'), endpoint('c', { ready: false, terminating: true })], ports),
  ];
  const plan = planTraffic({ services: [checked], endpointSlices: slices });
  t.deepEqual(trafficOfNode(plan, node()).healthChecks, [
    { namespace: 'default', service: 'lb', port: 31000, localEndpoints: 1 },
  ]);
});

test('headless Services and names of others have no traffic', (t) => {
  const headless = service('headless', { clusterIP: 'None', ports: [{ port: 80 }] });
  const name = service('name', { type: 'ExternalName', externalName: 'example.com', ports: [{ port: 80 }] });
  const slices = [slice('headless', [endpoint('a')]), slice('name', [endpoint('a')])];
  t.deepEqual(planTraffic({ services: [headless, name], endpointSlices: slices }).ports, []);
});

test('with the Cluster policy there is no health check', (t) => {
  const spec = { ...checked.spec, externalTrafficPolicy: 'Cluster' };
  const plan = planTraffic({ services: [{ ...checked, spec } as Service], endpointSlices: [] });
  t.deepEqual(trafficOfNode(plan, node()).healthChecks, []);
});

test('addresses are canonical', (t) => {
  t.is(canonicalIP('010.001.000.9', 'IPv4'), '10.1.0.9');
  t.is(canonicalIP('10.1.0.256', 'IPv4'), undefined);
  t.is(canonicalIP('FD00:0:0::1', 'IPv6'), 'fd00::1');
  t.is(canonicalIP('10.0.0.1', 'IPv6'), undefined);
  t.is(canonicalCIDR(' 203.0.113.130/25 ', 'IPv4'), '203.0.113.128/25');
  t.is(canonicalCIDR('fd00::1/64', 'IPv6'), 'fd00::/64');
  t.is(canonicalCIDR('203.0.113.0/33', 'IPv4'), undefined);
  t.is(canonicalCIDR('203.0.113.0', 'IPv4'), undefined);
  t.true(cidrContains('192.168.56.0/25', '192.168.56.101'));
  t.false(cidrContains('192.168.56.0/25', '192.168.56.200'));
  t.false(cidrContains('192.168.56.0/25', 'fd00::1'));
});
