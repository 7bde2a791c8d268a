import test from 'ava';
import { cellsOf, make } from './print.js';

const service = (spec: Record<string, unknown>, status: Record<string, unknown> = {}) =>
  cellsOf(make('v1', 'Service', 'web', { spec: { type: 'ClusterIP', ...spec }, status }));

test('a Service has its address, ports and selector', (t) => {
  const ports = [
    { port: 80, nodePort: 32701, protocol: 'TCP' },
    { port: 53, protocol: 'UDP' },
  ];
  t.deepEqual(service({ type: 'NodePort', clusterIPs: ['10.105.43.202'], ports, selector: { run: 'x', app: 'y' } }), {
    NAME: 'web',
    TYPE: 'NodePort',
    'CLUSTER-IP': '10.105.43.202',
    'EXTERNAL-IP': '<none>',
    'PORT(S)': '80:32701/TCP,53/UDP',
    AGE: '3m34s',
    'SELECTOR*': 'app=y,run=x',
  });
});

const ingress = (...list: Record<string, string>[]) => ({ loadBalancer: { ingress: list } });

const externalIPs: [string, Record<string, unknown>, Record<string, unknown>, string][] = [
  ['nothing given', {}, {}, '<none>'],
  ['externalIPs of a ClusterIP', { externalIPs: ['1.2.3.4', '1.2.3.5'] }, {}, '1.2.3.4,1.2.3.5'],
  ['a LoadBalancer that waits', { type: 'LoadBalancer' }, {}, '<pending>'],
  ['a LoadBalancer', { type: 'LoadBalancer' }, ingress({ ip: '192.168.56.128' }), '192.168.56.128'],
  ['a host name', { type: 'LoadBalancer' }, ingress({ hostname: 'lb.example' }), 'lb.example'],
  [
    'several, sorted',
    { type: 'LoadBalancer' },
    ingress({ ip: '2.2.2.2' }, { ip: '1.1.1.1' }, { ip: '2.2.2.2' }),
    '1.1.1.1,2.2.2.2',
  ],
  ['both kinds', { type: 'LoadBalancer', externalIPs: ['9.9.9.9'] }, ingress({ ip: '1.1.1.1' }), '1.1.1.1,9.9.9.9'],
  ['only externalIPs of a LoadBalancer', { type: 'LoadBalancer', externalIPs: ['35.222.1.2'] }, {}, '35.222.1.2'],
  ['an ExternalName', { type: 'ExternalName', externalName: 'db.example' }, {}, 'db.example'],
  ['an unknown type', { type: 'Odd' }, {}, '<unknown>'],
];

for (const [title, spec, status, text] of externalIPs) {
  test(`EXTERNAL-IP of ${title} is ${text}`, (t) => {
    t.is(service(spec, status)['EXTERNAL-IP'], text);
  });
}

test('a Service without addresses and ports shows <none>', (t) => {
  const cells = service({});
  t.deepEqual([cells['CLUSTER-IP'], cells['PORT(S)'], cells['SELECTOR*']], ['<none>', '<none>', '<none>']);
  t.is(service({ clusterIPs: ['None'] })['CLUSTER-IP'], 'None');
});

test('Endpoints show three and count the rest', (t) => {
  const endpoints = (...ips: string[]) =>
    cellsOf(
      make('v1', 'Endpoints', 'web', { subsets: [{ addresses: ips.map((ip) => ({ ip })), ports: [{ port: 80 }] }] }),
    ).ENDPOINTS;
  t.is(endpoints('10.0.0.1', '10.0.0.2', '10.0.0.3'), '10.0.0.1:80,10.0.0.2:80,10.0.0.3:80');
  t.is(
    endpoints('10.0.0.1', '10.0.0.2', '10.0.0.3', '10.0.0.4', '10.0.0.5'),
    '10.0.0.1:80,10.0.0.2:80,10.0.0.3:80 + 2 more...',
  );
  t.is(endpoints('fd00::1'), '[fd00::1]:80');
  t.is(cellsOf(make('v1', 'Endpoints', 'web', { subsets: [] })).ENDPOINTS, '<none>');
  const headless = { subsets: [{ addresses: [{ ip: '10.0.0.1' }] }] };
  t.is(cellsOf(make('v1', 'Endpoints', 'web', headless)).ENDPOINTS, '10.0.0.1');
});

test('an EndpointSlice shows ports and addresses', (t) => {
  const endpoints = ['10.0.0.1', '10.0.0.2', '10.0.0.3', '10.0.0.4'].map((ip) => ({ addresses: [ip] }));
  const slice = make('discovery.k8s.io/v1', 'EndpointSlice', 'web-x', {
    addressType: 'IPv4',
    ports: [{ port: 80 }, { name: 'any' }, {}],
    endpoints,
  });
  t.like(cellsOf(slice), {
    ADDRESSTYPE: 'IPv4',
    PORTS: '80,any,*',
    ENDPOINTS: '10.0.0.1,10.0.0.2,10.0.0.3 + 1 more...',
  });
  t.like(cellsOf(make('discovery.k8s.io/v1', 'EndpointSlice', 'web-x')), { PORTS: '<unset>', ENDPOINTS: '<unset>' });
});

function node(spec: Record<string, unknown>, ready: string | undefined, labels: Record<string, string> = {}) {
  const conditions = ready === undefined ? [] : [{ type: 'Ready', status: ready }];
  const addresses = [{ type: 'InternalIP', address: '192.168.56.101' }];
  const nodeInfo = {
    kubeletVersion: 'v1.30.5',
    osImage: 'Debian',
    kernelVersion: '6.1',
    containerRuntimeVersion: 'containerd://1.7.20',
  };
  const object = make('v1', 'Node', 'k8s-node1', { spec, status: { conditions, addresses, nodeInfo } });
  return cellsOf({ ...object, metadata: { ...object.metadata, labels } });
}

test('a node shows readiness, cordoning, roles and what it runs', (t) => {
  t.deepEqual(node({}, 'True', { 'node-role.kubernetes.io/control-plane': '', 'kubernetes.io/role': 'edge' }), {
    NAME: 'k8s-node1',
    STATUS: 'Ready',
    ROLES: 'control-plane,edge',
    AGE: '3m34s',
    VERSION: 'v1.30.5',
    'INTERNAL-IP*': '192.168.56.101',
    'EXTERNAL-IP*': '<none>',
    'OS-IMAGE*': 'Debian',
    'KERNEL-VERSION*': '6.1',
    'CONTAINER-RUNTIME*': 'containerd://1.7.20',
  });
  t.like(node({ unschedulable: true }, 'True'), { STATUS: 'Ready,SchedulingDisabled', ROLES: '<none>' });
  t.is(node({}, 'False').STATUS, 'NotReady');
  t.is(node({}, undefined).STATUS, 'Unknown');
});
