import test from 'ava';
import { builtinKinds } from '../../src/api/kinds.js';
import { storedVersion } from '../../src/registry/create.js';
import { cellsOf, created, make } from './print.js';

const ingress = (...list: Record<string, string>[]) => ({ loadBalancer: { ingress: list } });

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
