import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'ava';
import type { Pod, PodSpec } from 'kubernetes-types/core/v1.js';
import { parse } from 'yaml';
import { applyDefaults } from '../../../src/api/default/apply.js';
import type { KubeObject } from '../../../src/api/object.js';

interface Row {
  name: string;
  object: KubeObject;
  defaulted: KubeObject;
}

const rows = parse(readFileSync(join(process.cwd(), 'test/golden/api/defaults.yaml'), 'utf8')) as Row[];

/** Fields of pods that admission plug-ins fill, which the recording had switched off. */
const admitted = ['tolerations', 'priority', 'preemptionPolicy'];

function withoutAdmission(object: KubeObject, written: KubeObject): KubeObject {
  if (object.kind !== 'Pod') return object;
  const asked = Object.keys(written.spec as PodSpec);
  const account = asked.includes('serviceAccountName') ? [] : ['serviceAccountName', 'serviceAccount'];
  const hidden = new Set([...admitted, ...account].filter((field) => !asked.includes(field)));
  const spec = Object.entries(object.spec as PodSpec).filter(([field]) => !hidden.has(field));
  return { ...object, spec: Object.fromEntries(spec) };
}

for (const { name, object, defaulted } of rows) {
  test(`defaults as a real server: ${name}`, (t) => {
    t.deepEqual(withoutAdmission(applyDefaults(object), object), defaulted);
  });

  test(`defaulting twice changes nothing more: ${name}`, (t) => {
    const once = applyDefaults(object);
    t.deepEqual(applyDefaults(once), once);
  });

  test(`the given object stays as it is: ${name}`, (t) => {
    const before = JSON.stringify(object);
    applyDefaults(object);
    t.is(JSON.stringify(object), before);
  });
}

function podSpec(spec: Partial<PodSpec>): PodSpec {
  const pod = { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'a' }, spec: { containers: [], ...spec } };
  return (applyDefaults(pod) as Pod).spec ?? { containers: [] };
}

test('a pod tolerates a node that is away for five minutes', (t) => {
  const wait = (key: string) => ({ key, operator: 'Exists', effect: 'NoExecute', tolerationSeconds: 300 });
  t.deepEqual(podSpec({}).tolerations, [wait('node.kubernetes.io/not-ready'), wait('node.kubernetes.io/unreachable')]);
});

test('a pod that tolerates everything gets no more tolerations', (t) => {
  t.deepEqual(podSpec({ tolerations: [{ operator: 'Exists' }] }).tolerations, [{ operator: 'Exists' }]);
});

test('a toleration for NoSchedule does not stand for NoExecute', (t) => {
  const key = 'node.kubernetes.io/not-ready';
  t.is(podSpec({ tolerations: [{ key, operator: 'Exists', effect: 'NoSchedule' }] }).tolerations?.length, 3);
});

test('a pod gets the default service account and priority', (t) => {
  const { serviceAccountName, serviceAccount, priority, preemptionPolicy } = podSpec({});
  t.deepEqual(
    { serviceAccountName, serviceAccount, priority, preemptionPolicy },
    { serviceAccountName: 'default', serviceAccount: 'default', priority: 0, preemptionPolicy: 'PreemptLowerPriority' },
  );
});

test('kinds without defaults come back as they are', (t) => {
  const lease = { apiVersion: 'coordination.k8s.io/v1', kind: 'Lease', metadata: { name: 'a' } };
  t.is(applyDefaults(lease), lease);
});

test('a node can give away all that it has', (t) => {
  const node = { apiVersion: 'v1', kind: 'Node', metadata: { name: 'a' }, status: { capacity: { cpu: '2' } } };
  t.deepEqual(applyDefaults(node).status, { capacity: { cpu: '2' }, allocatable: { cpu: '2' } });
});

test('a namespace carries its name as a label and is active', (t) => {
  const namespace = applyDefaults({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'shop' } });
  t.deepEqual(namespace.metadata.labels, { 'kubernetes.io/metadata.name': 'shop' });
  t.deepEqual([namespace.spec, namespace.status], [{ finalizers: ['kubernetes'] }, { phase: 'Active' }]);
});

test('custom resources get the defaults of their definitions', (t) => {
  const spec = (apiVersion: string, kind: string, given: object) => {
    return applyDefaults({ apiVersion, kind, metadata: { name: 'a' }, spec: given }).spec;
  };
  t.deepEqual(spec('metallb.io/v1beta1', 'IPAddressPool', { addresses: ['10.0.0.0/24'] }), {
    addresses: ['10.0.0.0/24'],
    autoAssign: true,
    avoidBuggyIPs: false,
  });
  t.deepEqual(spec('metallb.io/v1beta1', 'BGPAdvertisement', {}), { aggregationLength: 32, aggregationLengthV6: 128 });
  t.deepEqual(spec('metallb.io/v1beta2', 'BGPPeer', { peerPort: 1179 }), { peerPort: 1179 });
  t.deepEqual(spec('gateway.networking.k8s.io/v1', 'Gateway', { listeners: [{ name: 'a', tls: {} }] }), {
    listeners: [{ name: 'a', tls: { mode: 'Terminate' }, allowedRoutes: { namespaces: { from: 'Same' } } }],
  });
});

test('a route without rules matches everything', (t) => {
  const apiVersion = 'gateway.networking.k8s.io/v1beta1';
  const given = { parentRefs: [{ name: 'g' }], rules: [{ backendRefs: [{ name: 's', port: 80 }] }] };
  const all = [{ path: { type: 'PathPrefix', value: '/' } }];
  t.deepEqual(applyDefaults({ apiVersion, kind: 'HTTPRoute', metadata: { name: 'a' }, spec: given }).spec, {
    parentRefs: [{ name: 'g', group: 'gateway.networking.k8s.io', kind: 'Gateway' }],
    rules: [{ matches: all, backendRefs: [{ name: 's', port: 80, group: '', kind: 'Service', weight: 1 }] }],
  });
  t.deepEqual(applyDefaults({ apiVersion, kind: 'HTTPRoute', metadata: { name: 'a' }, spec: {} }).spec, {
    rules: [{ matches: all }],
  });
});
