import test from 'ava';
import type { Endpoints } from 'kubernetes-types/core/v1.js';
import type { EndpointSlice } from 'kubernetes-types/discovery/v1.js';
import type { KubeObject, Stored } from '../../src/api/object.js';
import { pod, roomyConfig, service } from '../registry/lab.js';
import { key, openLab, replicas, type TestLab } from './lab.js';

type Slice = Stored<EndpointSlice>;

const slices = (lab: TestLab, name = 'web'): Slice[] =>
  lab.registry.list<Slice>('discovery.k8s.io', 'EndpointSlice', {
    namespace: 'default',
    where: ({ metadata }) => metadata.labels?.['kubernetes.io/service-name'] === name,
  });
const endpoints = (lab: TestLab, name = 'web'): Stored<Endpoints> | undefined =>
  lab.registry.get(key('Endpoints', name));
const conditions = (lab: TestLab): unknown[] =>
  slices(lab).flatMap((slice) => (slice.endpoints ?? []).map((each) => each.conditions));
const labelled = (name: string, ports: object[] = [{ name: 'http', containerPort: 8080 }]): KubeObject =>
  pod(name, { containers: [{ name: 'main', image: 'luksa/kubia', ports }] }, { labels: { app: 'web' } });
const addService = (lab: TestLab, spec: object = {}): KubeObject =>
  lab.registry.create(service('web', { ports: [{ port: 80, targetPort: 8080 }], ...spec }));

test('a Service has a slice and Endpoints of the pods that its selector picks', (t) => {
  const lab = openLab();
  const owner = addService(lab);
  lab.registry.create(labelled('a'));
  lab.registry.create(labelled('b'));
  lab.registry.create(pod('other'));
  lab.run();
  const [slice, ...more] = slices(lab);
  t.deepEqual(more, []);
  t.regex(slice?.metadata.name ?? '', /^web-[a-z0-9]{5}$/);
  t.like(slice?.metadata.labels, {
    'kubernetes.io/service-name': 'web',
    'endpointslice.kubernetes.io/managed-by': 'endpointslice-controller.k8s.io',
  });
  t.is(slice?.metadata.ownerReferences?.[0]?.uid, owner.metadata.uid);
  t.is(slice?.addressType, 'IPv4');
  t.deepEqual(slice?.ports, [{ name: '', port: 8080, protocol: 'TCP' }]);
  t.deepEqual(
    slice?.endpoints?.map((each) => each.targetRef?.name),
    ['a', 'b'],
  );
  t.deepEqual(conditions(lab), new Array(2).fill({ ready: true, serving: true, terminating: false }));
  const [subset] = endpoints(lab)?.subsets ?? [];
  t.deepEqual(subset?.addresses?.map((each) => each.targetRef?.name).sort(), ['a', 'b']);
  t.deepEqual(subset?.ports, [{ port: 8080, protocol: 'TCP' }]);
  t.deepEqual(lab.refusals, []);
});

test('a pod that is not ready moves to notReadyAddresses and back', (t) => {
  const lab = openLab();
  addService(lab);
  lab.registry.create(labelled('a'));
  lab.run();
  lab.setReady('a', false);
  t.deepEqual(conditions(lab), [{ ready: false, serving: false, terminating: false }]);
  t.is(endpoints(lab)?.subsets?.[0]?.addresses, undefined);
  t.is(endpoints(lab)?.subsets?.[0]?.notReadyAddresses?.length, 1);
  lab.setReady('a', true);
  t.is(endpoints(lab)?.subsets?.[0]?.addresses?.length, 1);
});

for (const [what, change] of [
  ['publishNotReadyAddresses', { spec: { publishNotReadyAddresses: true } }],
  [
    'the old annotation',
    { metadata: { annotations: { 'service.alpha.kubernetes.io/tolerate-unready-endpoints': 'true' } } },
  ],
] as const) {
  test(`${what} publishes pods that are not ready`, (t) => {
    const lab = openLab();
    const object = service('web', {
      ports: [{ port: 80, targetPort: 8080 }],
      ...('spec' in change ? change.spec : {}),
    });
    lab.registry.create({
      ...object,
      metadata: { ...object.metadata, ...('metadata' in change ? change.metadata : {}) },
    });
    lab.registry.create(labelled('a'));
    lab.run();
    lab.setReady('a', false);
    t.deepEqual(conditions(lab), [{ ready: true, serving: false, terminating: false }]);
    t.is(endpoints(lab)?.subsets?.[0]?.addresses?.length, 1);
  });
}

test('a terminating pod stays in the slice as serving, leaves Endpoints, and is gone when it is gone', (t) => {
  const lab = openLab();
  addService(lab);
  lab.registry.create(labelled('a'));
  lab.run();
  lab.registry.delete(key('Pod', 'a'));
  lab.settle();
  t.deepEqual(conditions(lab), [{ ready: false, serving: true, terminating: true }]);
  t.is(endpoints(lab)?.subsets, undefined);
  const name = slices(lab)[0]?.metadata.name;
  lab.run();
  t.deepEqual(
    slices(lab).map((slice) => [slice.metadata.name, slice.endpoints]),
    [[name, []]],
  );
});

test('a named targetPort is resolved in each pod; pods that differ get slices of their own', (t) => {
  const lab = openLab();
  addService(lab, { ports: [{ port: 80, targetPort: 'http' }] });
  lab.registry.create(labelled('a'));
  lab.registry.create(labelled('b', [{ name: 'http', containerPort: 9090 }]));
  lab.registry.create(labelled('c', [{ name: 'http', containerPort: 8080, protocol: 'UDP' }]));
  lab.run();
  const found = slices(lab).map(({ ports, endpoints: list }) => [
    ports?.[0]?.port,
    list?.map((each) => each.targetRef?.name),
  ]);
  t.deepEqual(
    found.sort(),
    [
      [8080, ['a']],
      [9090, ['b']],
      [undefined, ['c']],
    ].sort(),
  );
  t.is(endpoints(lab)?.subsets?.length, 2);
});

test('ports that lead to the same pods share a subset', (t) => {
  const lab = openLab();
  addService(lab, {
    ports: [
      { name: 'x', port: 80, targetPort: 8080 },
      { name: 'y', port: 81, targetPort: 8081 },
    ],
  });
  lab.registry.create(labelled('a'));
  lab.run();
  t.deepEqual(
    endpoints(lab)?.subsets?.map(({ ports }) => ports?.map(({ name }) => name)),
    [['x', 'y']],
  );
});

test('a headless Service without ports lists its pods, labelled as headless', (t) => {
  const lab = openLab();
  addService(lab, { clusterIP: 'None', ports: undefined });
  lab.registry.create(labelled('a'));
  lab.run();
  t.is(endpoints(lab)?.subsets?.[0]?.addresses?.length, 1);
  t.is(endpoints(lab)?.metadata.labels?.['service.kubernetes.io/headless'], '');
  t.is(slices(lab)[0]?.metadata.labels?.['service.kubernetes.io/headless'], '');
});

test('a pod names itself below its headless Service', (t) => {
  const lab = openLab();
  addService(lab, { clusterIP: 'None' });
  const object = labelled('a');
  lab.registry.create({ ...object, spec: { ...(object.spec as object), hostname: 'first', subdomain: 'web' } });
  lab.run();
  t.is(slices(lab)[0]?.endpoints?.[0]?.hostname, 'first');
  t.is(endpoints(lab)?.subsets?.[0]?.addresses?.[0]?.hostname, 'first');
});

test('no more than a hundred endpoints a slice, and one change touches one slice', (t) => {
  const lab = openLab({ config: roomyConfig(300) });
  addService(lab);
  lab.registry.create(replicas('ReplicaSet', 'web', 250));
  lab.run();
  t.deepEqual(
    slices(lab)
      .map((slice) => slice.endpoints?.length)
      .sort(),
    [100, 100, 50],
  );
  const touched: string[] = [];
  lab.registry.watch(undefined, ({ key: { kind, name } }) => kind === 'EndpointSlice' && touched.push(name));
  lab.setReady(lab.pods()[0]?.metadata.name ?? '', false);
  t.is(touched.length, 1);
});

test('without pods there is one empty slice and Endpoints without subsets', (t) => {
  const lab = openLab();
  addService(lab);
  lab.run();
  t.deepEqual(
    slices(lab).map((slice) => slice.endpoints),
    [[]],
  );
  t.truthy(endpoints(lab));
});

test('changing the selector or the labels of the Service is followed', (t) => {
  const lab = openLab();
  const object = addService(lab);
  lab.registry.create(labelled('a'));
  lab.run();
  const spec = object.spec as object;
  lab.registry.update({
    ...object,
    spec: { ...spec, selector: { app: 'none' } },
    metadata: { ...object.metadata, labels: { tier: 'x' } },
  });
  lab.run();
  t.deepEqual(conditions(lab), []);
  t.is(slices(lab)[0]?.metadata.labels?.['tier'], 'x');
  t.is(endpoints(lab)?.metadata.labels?.['tier'], 'x');
});

test('the Service takes its Endpoints and slices with it', (t) => {
  const lab = openLab();
  addService(lab);
  lab.registry.create(labelled('a'));
  lab.run();
  lab.registry.delete(key('Service', 'web'));
  lab.run();
  t.is(endpoints(lab), undefined);
  t.deepEqual(slices(lab), []);
});

test('deleted Endpoints and slices come back', (t) => {
  const lab = openLab();
  addService(lab);
  lab.registry.create(labelled('a'));
  lab.run();
  lab.registry.delete(key('Endpoints', 'web'));
  lab.registry.delete(key('EndpointSlice', slices(lab)[0]?.metadata.name ?? '', 'discovery.k8s.io'));
  lab.run();
  t.is(endpoints(lab)?.subsets?.length, 1);
  t.is(slices(lab)[0]?.endpoints?.length, 1);
});

const handWritten = (extra: object = {}): KubeObject => ({
  apiVersion: 'v1',
  kind: 'Endpoints',
  metadata: { name: 'web', namespace: 'default', ...extra },
  subsets: [
    { addresses: [{ ip: '192.168.56.1' }], notReadyAddresses: [{ ip: '192.168.56.2' }], ports: [{ port: 3306 }] },
  ],
});

test('hand-written Endpoints of a Service without selector are mirrored and follow their changes', (t) => {
  const lab = openLab();
  addService(lab, { selector: undefined });
  const written = lab.registry.create(handWritten());
  lab.run();
  const [slice, ...more] = slices(lab);
  t.deepEqual(more, []);
  t.is(slice?.metadata.labels?.['endpointslice.kubernetes.io/managed-by'], 'endpointslicemirroring-controller.k8s.io');
  t.is(slice?.metadata.ownerReferences?.[0]?.kind, 'Endpoints');
  t.deepEqual(conditions(lab), [{ ready: true }, { ready: false }]);
  lab.registry.update({ ...written, subsets: [{ addresses: [{ ip: '192.168.56.9' }], ports: [{ port: 3306 }] }] });
  lab.run();
  t.deepEqual(
    slices(lab)[0]?.endpoints?.map(({ addresses }) => addresses[0]),
    ['192.168.56.9'],
  );
  lab.registry.delete(key('Endpoints', 'web'));
  lab.run();
  t.deepEqual(slices(lab), []);
});

test('subsets that share an address are mirrored with a slice for each set of ports', (t) => {
  const lab = openLab();
  addService(lab, {
    selector: undefined,
    ports: [
      { port: 80, name: 'a' },
      { port: 90, name: 'b' },
    ],
  });
  const subset = (name: string, port: number) => ({ addresses: [{ ip: '192.168.56.1' }], ports: [{ name, port }] });
  lab.registry.create({ ...handWritten(), subsets: [subset('a', 8000), subset('b', 9000)] });
  lab.run();
  const seen = slices(lab).map(({ endpoints: found, ports }) => [found?.[0]?.addresses, ports?.[0]?.port]);
  t.deepEqual(
    seen.sort((left, right) => Number(left[1]) - Number(right[1])),
    [
      [['192.168.56.1'], 8000],
      [['192.168.56.1'], 9000],
    ],
  );
});

test('Endpoints are not mirrored when they say so, and no more once the Service gets a selector', (t) => {
  const lab = openLab();
  const object = addService(lab, { selector: undefined });
  const written = lab.registry.create(handWritten({ labels: { 'endpointslice.kubernetes.io/skip-mirror': 'true' } }));
  lab.run();
  t.deepEqual(slices(lab), []);
  lab.registry.update({ ...written, metadata: { ...written.metadata, labels: {} } });
  lab.run();
  t.is(slices(lab).length, 1);
  lab.registry.update({ ...object, spec: { ...(object.spec as object), selector: { app: 'web' } } });
  lab.run();
  t.deepEqual(
    slices(lab).map((slice) => slice.metadata.labels?.['endpointslice.kubernetes.io/managed-by']),
    ['endpointslice-controller.k8s.io'],
  );
});
