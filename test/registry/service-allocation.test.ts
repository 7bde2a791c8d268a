import test from 'ava';
import type { Service } from 'kubernetes-types/core/v1.js';
import type { KubeObject, Stored } from '../../src/api/object.js';
import { StatusError } from '../../src/api/status.js';
import { addressNumber, blockOf, holds } from '../../src/model/address-block.js';
import { nodeBlocks } from '../../src/model/pod-addresses-blocks.js';
import { courseConfig, keys, openRegistry, pod, service } from './lab.js';

type Svc = Stored<Service>;
const make = (registry: ReturnType<typeof openRegistry>, name: string, spec = {}): Svc =>
  registry.create(service(name, spec)) as Svc;
const change = (registry: ReturnType<typeof openRegistry>, name: string, spec: Record<string, unknown>): Svc => {
  const existing = registry.get<Svc>(keys.service(name)) as Svc;
  return registry.update({ ...existing, spec: { ...existing.spec, ...spec } } as KubeObject) as Svc;
};
const refusal = (run: () => unknown): string => {
  try {
    run();
  } catch (error) {
    if (error instanceof StatusError) return error.message;
    throw error;
  }
  return 'nothing was refused';
};

test('a Service gets a single-stack ClusterIP from the dynamic band, outside every pod block', (t) => {
  const registry = openRegistry();
  const { spec, status } = make(registry, 'web');
  const address = addressNumber(spec?.clusterIP ?? '') ?? 0;
  t.deepEqual(spec?.clusterIPs, [spec?.clusterIP]);
  t.deepEqual(spec?.ipFamilies, ['IPv4']);
  t.is(spec?.ipFamilyPolicy, 'SingleStack');
  t.true(address >= blockOf('10.96.0.0/12').first + 257);
  t.false(nodeBlocks(courseConfig).some(({ blocks }) => blocks.some((block) => holds(block, address))));
  t.deepEqual(status, { loadBalancer: {} });
});

test('a NodePort Service gets a port of the dynamic band, the same whatever was made before', (t) => {
  const [first, second] = [openRegistry(), openRegistry()];
  make(second, 'other', { type: 'NodePort' });
  const port = make(first, 'web', { type: 'NodePort' }).spec?.ports?.[0]?.nodePort ?? 0;
  t.true(port >= 30086 && port <= 32767);
  t.is(make(second, 'web', { type: 'NodePort' }).spec?.ports?.[0]?.nodePort, port);
});

test('explicit values are honoured', (t) => {
  const registry = openRegistry();
  const { spec } = make(registry, 'mynode-svc2', {
    type: 'NodePort',
    clusterIP: '10.111.154.36',
    ports: [{ port: 9002, nodePort: 30246 }],
  });
  t.is(spec?.clusterIP, '10.111.154.36');
  t.is(spec?.ports?.[0]?.nodePort, 30246);
});

const refusals: [string, Record<string, unknown>, string][] = [
  [
    'a nodePort out of range',
    { type: 'NodePort', ports: [{ port: 80, nodePort: 80 }] },
    'Service "x" is invalid: spec.ports[0].nodePort: Invalid value: 80: provided port is not in the valid range. The range of valid ports is 30000-32767',
  ],
  [
    'a nodePort in use',
    { type: 'NodePort', ports: [{ port: 80, nodePort: 30090 }] },
    'Service "x" is invalid: spec.ports[0].nodePort: Invalid value: 30090: provided port is already allocated',
  ],
  [
    'a nodePort in use under another protocol',
    { type: 'NodePort', ports: [{ port: 80, nodePort: 30090, protocol: 'UDP' }] },
    'Service "x" is invalid: spec.ports[0].nodePort: Invalid value: 30090: provided port is already allocated',
  ],
  [
    'a ClusterIP in use',
    { clusterIP: '10.96.7.7' },
    'Service "x" is invalid: spec.clusterIPs: Invalid value: []string{"10.96.7.7"}: failed to allocate IP 10.96.7.7: provided IP is already allocated',
  ],
  [
    'a ClusterIP out of range',
    { clusterIP: '10.0.0.1' },
    'Service "x" is invalid: spec.clusterIPs: Invalid value: []string{"10.0.0.1"}: failed to allocate IP 10.0.0.1: the provided IP (10.0.0.1) is not in the valid range. The range of valid IPs is 10.96.0.0/12',
  ],
  [
    'dual-stack on a single-stack cluster',
    { ipFamilyPolicy: 'RequireDualStack' },
    'Service "x" is invalid: spec.ipFamilyPolicy: Invalid value: "RequireDualStack": this cluster is not configured for dual-stack services',
  ],
  [
    'IPv6 on an IPv4 cluster',
    { ipFamilies: ['IPv6'] },
    'Service "x" is invalid: spec.ipFamilies[0]: Invalid value: "IPv6": not configured on this cluster',
  ],
  [
    'a second family on an IPv4 cluster',
    { ipFamilyPolicy: 'PreferDualStack', ipFamilies: ['IPv4', 'IPv6'] },
    'Service "x" is invalid: spec.ipFamilies[1]: Invalid value: "IPv6": not configured on this cluster',
  ],
  [
    'both families by name on an IPv4 cluster',
    { ipFamilyPolicy: 'RequireDualStack', ipFamilies: ['IPv6', 'IPv4'] },
    'Service "x" is invalid: [spec.ipFamilyPolicy: Invalid value: "RequireDualStack": this cluster is not configured for dual-stack services, spec.ipFamilies[0]: Invalid value: "IPv6": not configured on this cluster]',
  ],
  [
    'two families under the policy of one',
    { ipFamilies: ['IPv4', 'IPv6'] },
    `Service "x" is invalid: spec.ipFamilyPolicy: Invalid value: "SingleStack": must be 'RequireDualStack' or 'PreferDualStack' when multiple IP families are specified`,
  ],
  [
    'an IPv6 ClusterIP on an IPv4 cluster',
    { clusterIP: 'fd00::1' },
    'Service "x" is invalid: spec.clusterIPs[0]: Invalid value: []string{"fd00::1"}: IPv6 is not configured on this cluster',
  ],
];
for (const [what, spec, words] of refusals) {
  test(`${what} is refused in the allocator's words and nothing is stored`, (t) => {
    const registry = openRegistry();
    make(registry, 'taken', { type: 'NodePort', clusterIP: '10.96.7.7', ports: [{ port: 1, nodePort: 30090 }] });
    const before = registry.snapshot();
    t.is(
      refusal(() => make(registry, 'x', spec)),
      words,
    );
    t.deepEqual(registry.snapshot(), before);
  });
}

test('ports of one number share a nodePort across protocols', (t) => {
  const { spec } = make(openRegistry(), 'dns', {
    type: 'NodePort',
    ports: [
      { name: 'a', port: 53, protocol: 'UDP' },
      { name: 'b', port: 53, protocol: 'TCP' },
      { name: 'c', port: 54 },
    ],
  });
  const [udp, tcp, other] = spec?.ports?.map((port) => port.nodePort) ?? [];
  t.is(udp, tcp);
  t.not(udp, other);
});

test('headless and ExternalName Services get no address', (t) => {
  const registry = openRegistry();
  t.deepEqual(make(registry, 'headless', { clusterIP: 'None' }).spec?.clusterIPs, ['None']);
  t.is(make(registry, 'name', { type: 'ExternalName', externalName: 'example.com' }).spec?.clusterIP, undefined);
  t.deepEqual(make(registry, 'bare', { clusterIP: 'None', selector: undefined }).spec?.ipFamilies, ['IPv4', 'IPv6']);
});

const free = { clusterIP: 'None', selector: undefined };
const families: [spec: object, families: string[]][] = [
  [{ ...free, ipFamilyPolicy: 'SingleStack' }, ['IPv4']],
  [{ ...free, ipFamilies: ['IPv6'] }, ['IPv6', 'IPv4']],
  [{ ...free, ipFamilyPolicy: 'PreferDualStack' }, ['IPv4', 'IPv6']],
  [{ ...free, ipFamilyPolicy: 'SingleStack', ipFamilies: ['IPv6'] }, ['IPv6']],
  [{ ipFamilyPolicy: 'PreferDualStack' }, ['IPv4']],
];
for (const [spec, expected] of families) {
  test(`the families of a Service with ${JSON.stringify(spec)} are ${expected}`, (t) => {
    t.deepEqual(make(openRegistry(), 'x', spec).spec?.ipFamilies, expected);
  });
}

test('ClusterIP -> NodePort -> LoadBalancer -> ClusterIP keeps the address and releases the ports', (t) => {
  const registry = openRegistry();
  const address = make(registry, 'web').spec?.clusterIP;
  const port = change(registry, 'web', { type: 'NodePort' }).spec?.ports?.[0]?.nodePort;
  t.truthy(port);
  const balancer = change(registry, 'web', { type: 'LoadBalancer', externalTrafficPolicy: 'Local' }).spec;
  t.is(balancer?.ports?.[0]?.nodePort, port);
  t.truthy(balancer?.healthCheckNodePort);
  const back = change(registry, 'web', { type: 'ClusterIP' }).spec;
  t.is(back?.clusterIP, address);
  t.is(back?.ports?.[0]?.nodePort, undefined);
  t.is(back?.healthCheckNodePort, undefined);
  t.is(back?.externalTrafficPolicy, undefined);
  t.deepEqual(registry.indexed('nodePort', String(port)), []);
});

test('ExternalName and back releases and allocates the same address again', (t) => {
  const registry = openRegistry();
  const address = make(registry, 'web').spec?.clusterIP;
  const named = change(registry, 'web', { type: 'ExternalName', externalName: 'example.com' }).spec;
  t.is(named?.clusterIP, undefined);
  t.is(named?.ipFamilyPolicy, undefined);
  t.deepEqual(registry.indexed('clusterIP', address ?? ''), []);
  t.is(change(registry, 'web', { type: 'ClusterIP', externalName: undefined }).spec?.clusterIP, address);
});

test('a changed nodePort that the new type has no use for is not wiped, so validation can refuse it', (t) => {
  const registry = openRegistry();
  make(registry, 'web', { type: 'NodePort' });
  t.is(
    change(registry, 'web', { type: 'ClusterIP', ports: [{ port: 80, nodePort: 30001 }] }).spec?.ports?.[0]?.nodePort,
    30001,
  );
});

test('LoadBalancer without node ports allocates none, honours explicit ones, and keeps those it had', (t) => {
  const registry = openRegistry();
  const none = { type: 'LoadBalancer', allocateLoadBalancerNodePorts: false };
  t.is(make(registry, 'none', none).spec?.ports?.[0]?.nodePort, undefined);
  t.is(make(registry, 'asked', { ...none, ports: [{ port: 80, nodePort: 30001 }] }).spec?.ports?.[0]?.nodePort, 30001);
  const port = make(registry, 'had', { type: 'LoadBalancer' }).spec?.ports?.[0]?.nodePort;
  t.is(change(registry, 'had', { allocateLoadBalancerNodePorts: false }).spec?.ports?.[0]?.nodePort, port);
});

test('a replaced list of ports keeps the nodePort of the port whose name stayed', (t) => {
  const registry = openRegistry();
  const first = make(registry, 'web', { type: 'NodePort', ports: [{ name: 'old', port: 80 }] });
  const port = first.spec?.ports?.[0]?.nodePort;
  const { spec } = change(registry, 'web', {
    ports: [
      { name: 'new', port: 80 },
      { name: 'old', port: 81 },
    ],
  });
  t.is(spec?.ports?.[1]?.nodePort, port);
  t.not(spec?.ports?.[0]?.nodePort, port);
});

test('a nodePort that another port took is not kept', (t) => {
  const registry = openRegistry();
  const first = make(registry, 'web', { type: 'NodePort', ports: [{ name: 'old', port: 80 }] });
  const port = first.spec?.ports?.[0]?.nodePort;
  const { spec } = change(registry, 'web', {
    ports: [
      { name: 'old', port: 80 },
      { name: 'new', port: 81, nodePort: port },
    ],
  });
  t.is(spec?.ports?.[1]?.nodePort, port);
  t.truthy(spec?.ports?.[0]?.nodePort);
  t.not(spec?.ports?.[0]?.nodePort, port);
});

test('an update gives each protocol of a port a nodePort of its own, unless one is asked for by both', (t) => {
  const registry = openRegistry();
  const ports = [
    { name: 'a', port: 53, protocol: 'UDP' },
    { name: 'b', port: 53, protocol: 'TCP' },
  ];
  make(registry, 'dns', { ports });
  const [udp, tcp] = change(registry, 'dns', { type: 'NodePort', ports }).spec?.ports ?? [];
  t.truthy(udp?.nodePort);
  t.truthy(tcp?.nodePort);
  t.not(udp?.nodePort, tcp?.nodePort);
  const asked = ports.map((port) => ({ ...port, nodePort: 30053 }));
  t.deepEqual(
    change(registry, 'dns', { ports: asked }).spec?.ports?.map(({ nodePort }) => nodePort),
    [30053, 30053],
  );
});

test('losing externalTrafficPolicy Local gives the health check port back', (t) => {
  const registry = openRegistry();
  const port = make(registry, 'web', { type: 'LoadBalancer', externalTrafficPolicy: 'Local' }).spec
    ?.healthCheckNodePort;
  t.is(registry.indexed('nodePort', String(port)).length, 1);
  t.is(change(registry, 'web', { externalTrafficPolicy: 'Cluster' }).spec?.healthCheckNodePort, undefined);
  t.is(registry.indexed('nodePort', String(port)).length, 0);
});

test('a ClusterIP that a pod has been given is already allocated', (t) => {
  const registry = openRegistry();
  registry.create(pod('pinned', {}, { annotations: { 'cni.projectcalico.org/ipAddrs': '["10.111.218.82"]' } }));
  t.regex(
    refusal(() => make(registry, 'x', { clusterIP: '10.111.218.82' })),
    /provided IP is already allocated/,
  );
});

test('a full range of ports says so', (t) => {
  const registry = openRegistry({ config: { ...courseConfig, nodePortRange: { first: 30000, last: 30001 } } });
  make(registry, 'a', { type: 'NodePort' });
  make(registry, 'b', { type: 'NodePort' });
  t.regex(
    refusal(() => make(registry, 'c', { type: 'NodePort' })),
    /failed to allocate a nodePort: range is full/,
  );
});

test('a dry run shows what would be allocated and allocates nothing', (t) => {
  const registry = openRegistry();
  const before = registry.snapshot();
  const shown = registry.create(service('web', { type: 'NodePort' }), { dryRun: true }) as Svc;
  t.truthy(shown.spec?.clusterIP);
  t.deepEqual(registry.snapshot(), before);
  t.is(make(registry, 'web', { type: 'NodePort' }).spec?.clusterIP, shown.spec?.clusterIP);
});
