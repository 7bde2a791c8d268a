import test from 'ava';
import { storedVersion } from '../../src/registry/create.js';
import { builtinKinds } from '../../src/registry/kinds.js';
import { cellsOf, created, make } from './print.js';

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

const template = {
  spec: {
    containers: [
      { name: 'a', image: 'nginx' },
      { name: 'b', image: 'redis' },
    ],
  },
};
const selector = {
  matchLabels: { app: 'dep' },
  matchExpressions: [
    { key: 'tier', operator: 'In', values: ['web', 'api'] },
    { key: 'old', operator: 'DoesNotExist' },
  ],
};

test('controllers of pods show counts, containers, images and selectors', (t) => {
  const status = { readyReplicas: 2, updatedReplicas: 3, availableReplicas: 1, replicas: 3 };
  t.deepEqual(cellsOf(make('apps/v1', 'Deployment', 'dep', { spec: { replicas: 3, template, selector }, status })), {
    NAME: 'dep',
    READY: '2/3',
    'UP-TO-DATE': 3,
    AVAILABLE: 1,
    AGE: '3m34s',
    'CONTAINERS*': 'a,b',
    'IMAGES*': 'nginx,redis',
    'SELECTOR*': 'app=dep,!old,tier in (api,web)',
  });
  const set = cellsOf(make('apps/v1', 'ReplicaSet', 'rs', { spec: { replicas: 3, template, selector }, status }));
  t.like(set, { DESIRED: 3, CURRENT: 3, READY: 2 });
  const old = make('v1', 'ReplicationController', 'rc', {
    spec: { replicas: 1, template, selector: { a: 'b' } },
    status: {},
  });
  t.like(cellsOf(old), { DESIRED: 1, CURRENT: 0, READY: 0, 'SELECTOR*': 'a=b' });
  const stateful = make('apps/v1', 'StatefulSet', 'sts', {
    spec: { replicas: 2, template },
    status: { readyReplicas: 1 },
  });
  t.like(cellsOf(stateful), { READY: '1/2', 'IMAGES*': 'nginx,redis' });
});

test('a DaemonSet shows the numbers of nodes', (t) => {
  const status = {
    desiredNumberScheduled: 4,
    currentNumberScheduled: 4,
    numberReady: 3,
    updatedNumberScheduled: 2,
    numberAvailable: 1,
  };
  const nodeSelector = { 'kubernetes.io/os': 'linux' };
  const spec = { template: { spec: { containers: [], nodeSelector } } };
  t.like(cellsOf(make('apps/v1', 'DaemonSet', 'speaker', { spec, status })), {
    DESIRED: 4,
    CURRENT: 4,
    READY: 3,
    'UP-TO-DATE': 2,
    AVAILABLE: 1,
    'NODE SELECTOR': 'kubernetes.io/os=linux',
  });
});

test('a Job shows completions and duration, and from 1.31 on its status', (t) => {
  const status = {
    succeeded: 1,
    startTime: created,
    completionTime: '2026-01-01T00:00:15Z',
    conditions: [{ type: 'Complete', status: 'True' }],
  };
  const job = make('batch/v1', 'Job', 'admission', { spec: { completions: 1, template }, status });
  t.deepEqual(Object.keys(cellsOf(job)).slice(0, 4), ['NAME', 'COMPLETIONS', 'DURATION', 'AGE']);
  t.like(cellsOf(job), { COMPLETIONS: '1/1', DURATION: '15s' });
  t.is(cellsOf(job, 31).STATUS, 'Complete');
  const going = make('batch/v1', 'Job', 'j', { spec: { parallelism: 3 }, status: { startTime: created } });
  t.like(cellsOf(going, 31), { STATUS: 'Running', COMPLETIONS: '0/1 of 3', DURATION: '3m34s' });
});

test('an Event shows when, what and about whom', (t) => {
  const event = make('v1', 'Event', 'web.1', {
    lastTimestamp: '2026-01-01T00:03:04Z',
    firstTimestamp: created,
    count: 3,
    type: 'Normal',
    reason: 'Scheduled',
    message: 'Successfully assigned default/web to k8s-node1\n',
    involvedObject: { kind: 'Pod', name: 'web', fieldPath: 'spec.containers{c}' },
    source: { component: 'kubelet', host: 'k8s-node1' },
  });
  t.deepEqual(cellsOf(event), {
    'LAST SEEN': '30s',
    TYPE: 'Normal',
    REASON: 'Scheduled',
    OBJECT: 'pod/web',
    'SUBOBJECT*': 'spec.containers{c}',
    'SOURCE*': 'kubelet, k8s-node1',
    MESSAGE: 'Successfully assigned default/web to k8s-node1',
    'FIRST SEEN*': '3m34s',
    'COUNT*': 3,
    'NAME*': 'web.1',
  });
  const modern = make('v1', 'Event', 'web.2', {
    eventTime: '2026-01-01T00:03:24.000000Z',
    lastTimestamp: null,
    involvedObject: { kind: 'Node' },
  });
  t.like(cellsOf(modern), { 'LAST SEEN': '10s', OBJECT: 'node', 'COUNT*': 1 });
});

test('an Ingress shows class, hosts, address and ports', (t) => {
  const rules = [{ host: 'a.example' }, { host: 'b.example' }, { host: 'c.example' }, { host: 'd.example' }];
  const object = make('networking.k8s.io/v1', 'Ingress', 'ing', {
    spec: { ingressClassName: 'nginx', rules, tls: [{}] },
    status: ingress({ ip: '192.168.56.102' }),
  });
  t.like(cellsOf(object), {
    CLASS: 'nginx',
    HOSTS: 'a.example,b.example,c.example + 1 more...',
    ADDRESS: '192.168.56.102',
    PORTS: '80, 443',
  });
  t.like(cellsOf(make('networking.k8s.io/v1', 'Ingress', 'ing', { spec: { rules: [{}] } })), {
    CLASS: '<none>',
    HOSTS: '*',
    ADDRESS: '',
    PORTS: '80',
  });
  const parameters = { apiGroup: 'k8s.example', kind: 'Settings', name: 'x' };
  const klass = make('networking.k8s.io/v1', 'IngressClass', 'nginx', {
    spec: { controller: 'k8s.io/ingress-nginx', parameters },
  });
  t.like(cellsOf(klass), { CONTROLLER: 'k8s.io/ingress-nginx', PARAMETERS: 'Settings.k8s.example/x' });
});

test('plain kinds show their few facts', (t) => {
  t.is(cellsOf(make('v1', 'Namespace', 'n', { status: { phase: 'Active' } })).STATUS, 'Active');
  t.is(cellsOf(make('v1', 'ConfigMap', 'c', { data: { a: '', b: '' }, binaryData: { c: '' } })).DATA, 3);
  t.like(cellsOf(make('v1', 'Secret', 's', { type: 'Opaque', data: { a: '' } })), { TYPE: 'Opaque', DATA: 1 });
  t.is(cellsOf(make('v1', 'ServiceAccount', 'default')).SECRETS, 0);
  t.is(cellsOf(make('coordination.k8s.io/v1', 'Lease', 'l', { spec: { holderIdentity: 'me' } })).HOLDER, 'me');
  const hooks = make('admissionregistration.k8s.io/v1', 'ValidatingWebhookConfiguration', 'ingress-nginx-admission', {
    webhooks: [{}],
  });
  t.is(cellsOf(hooks).WEBHOOKS, 1);
  t.is(cellsOf(make('rbac.authorization.k8s.io/v1', 'ClusterRole', 'admin'))['CREATED AT'], created);
  const subjects = [
    { kind: 'User', name: 'u' },
    { kind: 'ServiceAccount', namespace: 'n', name: 's' },
  ];
  const binding = make('rbac.authorization.k8s.io/v1', 'RoleBinding', 'b', {
    roleRef: { kind: 'Role', name: 'r' },
    subjects,
  });
  t.like(cellsOf(binding), { ROLE: 'Role/r', 'USERS*': 'u', 'GROUPS*': '', 'SERVICEACCOUNTS*': 'n/s' });
  const budget = make('policy/v1', 'PodDisruptionBudget', 'p', {
    spec: { minAvailable: '50%' },
    status: { disruptionsAllowed: 1 },
  });
  t.like(cellsOf(budget), { 'MIN AVAILABLE': '50%', 'MAX UNAVAILABLE': 'N/A', 'ALLOWED DISRUPTIONS': 1 });
});

test('MetalLB and Gateway kinds show the columns of their definitions', (t) => {
  const pool = make('metallb.io/v1beta1', 'IPAddressPool', 'first-pool', {
    spec: { autoAssign: true, addresses: ['192.168.56.128-192.168.56.140'] },
  });
  t.deepEqual(cellsOf(pool), {
    NAME: 'first-pool',
    'AUTO ASSIGN': true,
    'AVOID BUGGY IPS': null,
    ADDRESSES: '["192.168.56.128-192.168.56.140"]',
  });
  const advertisement = make('metallb.io/v1beta1', 'L2Advertisement', 'l2', { spec: { ipAddressPools: ['a', 'b'] } });
  t.deepEqual(cellsOf(advertisement), {
    NAME: 'l2',
    IPADDRESSPOOLS: '["a","b"]',
    'IPADDRESSPOOL SELECTORS': null,
    INTERFACES: null,
    'NODE SELECTORS*': null,
  });
  const status = {
    addresses: [{ value: '192.168.56.130' }],
    conditions: [
      { type: 'Accepted', status: 'True' },
      { type: 'Programmed', status: 'False' },
    ],
  };
  const gateway = make('gateway.networking.k8s.io/v1', 'Gateway', 'gw', {
    spec: { gatewayClassName: 'nginx' },
    status,
  });
  t.deepEqual(cellsOf(gateway), {
    NAME: 'gw',
    CLASS: 'nginx',
    ADDRESS: '192.168.56.130',
    PROGRAMMED: 'False',
    AGE: '3m34s',
  });
});

for (const kind of builtinKinds) {
  test(`a bare ${kind.kind} of ${kind.group || 'the core group'} prints`, (t) => {
    const cells = Object.values(cellsOf(make(storedVersion(kind), kind.kind, 'bare')));
    t.true(cells.includes('bare'));
    t.false(cells.some((cell) => `${cell}`.includes('undefined') || Number.isNaN(cell)));
  });
}
