import test from 'ava';
import type { Container } from 'kubernetes-types/core/v1.js';
import { type EnvironmentSources, environmentOf, expandCommand } from '../../../src/kubelet/environment/environment.js';
import { expand } from '../../../src/kubelet/environment/expand.js';
import { resourceValue } from '../../../src/kubelet/environment/fields.js';
import { serviceVariables } from '../../../src/kubelet/environment/service-variables.js';

const expansions: [text: string, expected: string][] = [
  ['$(A)', '1'],
  ['x-$(A)-$(B)', 'x-1-two'],
  ['$(NONE)', '$(NONE)'],
  ['$$(A)', '$(A)'],
  ['$$$(A)', '$1'],
  ['$A $', '$A $'],
  ['$(A', '$(A'],
  ['cost $$5', 'cost $5'],
];
for (const [text, expected] of expansions) {
  test(`${text} expands to ${expected}`, (t) =>
    t.is(
      expand(text, (name) => ({ A: '1', B: 'two' })[name]),
      expected,
    ));
}

const service = (name: string, namespace: string, spec: object) => ({ metadata: { name, namespace }, spec });
const kubernetes = service('kubernetes', 'default', {
  clusterIP: '10.96.0.1',
  ports: [{ name: 'https', port: 443, protocol: 'TCP' }],
});
const redis = service('redis-primary', 'shop', {
  clusterIP: '10.96.0.11',
  ports: [{ port: 6379 }, { name: 'm-x', port: 53, protocol: 'UDP' }],
});

test('Services give the variables of the Kubernetes documentation', (t) => {
  t.deepEqual(serviceVariables([redis], 'shop', true), {
    REDIS_PRIMARY_SERVICE_HOST: '10.96.0.11',
    REDIS_PRIMARY_SERVICE_PORT: '6379',
    REDIS_PRIMARY_SERVICE_PORT_M_X: '53',
    REDIS_PRIMARY_PORT: 'tcp://10.96.0.11:6379',
    REDIS_PRIMARY_PORT_6379_TCP: 'tcp://10.96.0.11:6379',
    REDIS_PRIMARY_PORT_6379_TCP_PROTO: 'tcp',
    REDIS_PRIMARY_PORT_6379_TCP_PORT: '6379',
    REDIS_PRIMARY_PORT_6379_TCP_ADDR: '10.96.0.11',
    REDIS_PRIMARY_PORT_53_UDP: 'udp://10.96.0.11:53',
    REDIS_PRIMARY_PORT_53_UDP_PROTO: 'udp',
    REDIS_PRIMARY_PORT_53_UDP_PORT: '53',
    REDIS_PRIMARY_PORT_53_UDP_ADDR: '10.96.0.11',
  });
});

test('the kubernetes Service is always there, others only from the own namespace and with links', (t) => {
  const hosts = (namespace: string, links: boolean): string[] =>
    Object.keys(serviceVariables([kubernetes, redis], namespace, links)).filter((name) =>
      name.endsWith('_SERVICE_HOST'),
    );
  t.deepEqual(hosts('shop', true), ['KUBERNETES_SERVICE_HOST', 'REDIS_PRIMARY_SERVICE_HOST']);
  t.deepEqual(hosts('shop', false), ['KUBERNETES_SERVICE_HOST']);
  t.deepEqual(hosts('other', true), ['KUBERNETES_SERVICE_HOST']);
});

test('headless and external Services give none', (t) => {
  const none = [
    service('a', 'shop', { clusterIP: 'None', ports: [{ port: 1 }] }),
    service('b', 'shop', { type: 'ExternalName' }),
  ];
  t.deepEqual(serviceVariables(none, 'shop', true), {});
});

const sources: EnvironmentSources = {
  pod: {
    metadata: { name: 'web', namespace: 'shop', uid: 'u1', labels: { app: 'x' } },
    spec: { nodeName: 'k8s-node1', containers: [] },
    podIPs: ['10.1.0.1'],
    hostIP: '192.168.56.101',
  },
  serviceVariables: () => serviceVariables([redis], 'shop', true),
  configMap: (name) => (name === 'cm' ? { data: { color: 'blue', size: '5' } } : undefined),
  secret: (name) => (name === 's' ? { data: { password: Buffer.from('geheim').toString('base64') } } : undefined),
};

const environment = (container: Partial<Container>): Record<string, string> =>
  environmentOf({ name: 'c', ...container }, 'web', sources).all();

test('values come from fields, ConfigMaps, Secrets and each other', (t) => {
  const env = environment({
    envFrom: [
      { prefix: 'CM_', configMapRef: { name: 'cm' } },
      { secretRef: { name: 's' } },
      { configMapRef: { name: 'none', optional: true } },
    ],
    env: [
      { name: 'IP', valueFrom: { fieldRef: { fieldPath: 'status.podIP' } } },
      { name: 'APP', valueFrom: { fieldRef: { fieldPath: "metadata.labels['app']" } } },
      { name: 'NODE', valueFrom: { fieldRef: { fieldPath: 'spec.nodeName' } } },
      { name: 'COLOR', valueFrom: { configMapKeyRef: { name: 'cm', key: 'color' } } },
      { name: 'URL', value: 'http://$(IP)/$(COLOR)?$(REDIS_PRIMARY_SERVICE_PORT)&$(LATER)' },
      { name: 'LATER', value: 'x' },
      { name: 'GONE', valueFrom: { secretKeyRef: { name: 's', key: 'none', optional: true } } },
    ],
  });
  t.like(env, {
    CM_color: 'blue',
    password: 'geheim',
    IP: '10.1.0.1',
    APP: 'x',
    NODE: 'k8s-node1',
    COLOR: 'blue',
    HOSTNAME: 'web',
  });
  t.is(env['URL'], 'http://10.1.0.1/blue?6379&$(LATER)');
  t.false('GONE' in env);
});

test('a manifest outweighs what the kubelet adds', (t) => {
  t.is(
    environment({ env: [{ name: 'REDIS_PRIMARY_SERVICE_HOST', value: 'mine' }] })['REDIS_PRIMARY_SERVICE_HOST'],
    'mine',
  );
});

const missing: [env: NonNullable<Container['env']>, message: string][] = [
  [[{ name: 'A', valueFrom: { configMapKeyRef: { name: 'none', key: 'k' } } }], 'configmap "none" not found'],
  [
    [{ name: 'A', valueFrom: { configMapKeyRef: { name: 'cm', key: 'none' } } }],
    "couldn't find key none in ConfigMap shop/cm",
  ],
  [[{ name: 'A', valueFrom: { secretKeyRef: { name: 'none', key: 'k' } } }], 'secret "none" not found'],
  [[{ name: 'A', valueFrom: { fieldRef: { fieldPath: 'spec.nope' } } }], 'unsupported fieldPath: spec.nope'],
];
for (const [env, message] of missing) {
  test(`refuses: ${message}`, (t) => {
    t.throws(() => environment({ env }), { name: 'ConfigError', message });
  });
}

test('command and args are expanded', (t) => {
  const expanded = expandCommand(
    { name: 'c', command: ['echo'], args: ['$(A)', '$(B)'] },
    { get: (name) => ({ A: '1' })[name] },
  );
  t.deepEqual([expanded.command, expanded.args], [['echo'], ['1', '$(B)']]);
});

test('resources are divided and rounded up', (t) => {
  const container = { resources: { limits: { cpu: '1500m', memory: '64Mi' }, requests: { cpu: '250m' } } };
  t.is(resourceValue('limits.cpu', '1', container), '2');
  t.is(resourceValue('limits.memory', '1Mi', container), '64');
  t.is(resourceValue('requests.cpu', '1m', container), '250');
  t.is(resourceValue('requests.cpu', '1m', { resources: { requests: { cpu: '1001m' } } }), '1001');
  t.is(resourceValue('nonsense', '1', container), undefined);
});
