import test from 'ava';
import type { Pod, Service } from 'kubernetes-types/core/v1.js';
import type { KubeObject, Stored } from '../../src/api/object.js';
import { StatusError } from '../../src/api/status.js';
import { configMap, keys, openRegistry, pod, service } from './lab.js';

const refusal = (run: () => unknown): string => {
  try {
    run();
  } catch (error) {
    if (error instanceof StatusError) return `${error.code} ${error.reason}: ${error.message}`;
    throw error;
  }
  return 'nothing was refused';
};
const withData = (object: KubeObject, data: Record<string, string>): KubeObject => ({ ...object, data });

test('a created object has a uid, a time, a version, and is frozen', (t) => {
  const registry = openRegistry();
  const object = registry.create(configMap('a', { x: '1' }));
  t.regex(object.metadata.uid ?? '', /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  t.is(object.metadata.creationTimestamp, '2024-01-01T00:00:00Z');
  t.is(object.metadata.resourceVersion, String(registry.resourceVersion));
  t.true(Object.isFrozen(object.metadata));
  t.is(registry.get(keys.configMap('a')), object);
});

test('uids follow from seed, key and incarnation', (t) => {
  const uid = (seed: number): string | undefined => openRegistry({ seed }).create(configMap('a')).metadata.uid;
  t.is(uid(1), uid(1));
  t.not(uid(1), uid(2));
  const registry = openRegistry();
  const first = registry.create(configMap('a')).metadata.uid;
  registry.delete(keys.configMap('a'));
  t.not(registry.create(configMap('a')).metadata.uid, first);
});

const refusals: [string, (registry: ReturnType<typeof openRegistry>) => unknown, string][] = [
  [
    'an unknown kind',
    (r) => r.create({ apiVersion: 'v1', kind: 'Thing', metadata: { name: 'a' } }),
    '404 NotFound: no matches for kind "Thing" in version "v1"',
  ],
  [
    'a version that is not served',
    (r) => r.create({ apiVersion: 'apps/v1beta1', kind: 'Deployment', metadata: { name: 'a' } }),
    '404 NotFound: no matches for kind "Deployment" in version "apps/v1beta1"',
  ],
  ['a namespace that is not there', (r) => r.create(configMap('a', {}, 'x')), '404 NotFound: namespaces "x" not found'],
  [
    'a name in use',
    (r) => [r.create(configMap('a')), r.create(configMap('a'))],
    '409 AlreadyExists: configmaps "a" already exists',
  ],
  [
    'a version given at creation',
    (r) => r.create({ ...configMap('a'), metadata: { name: 'a', resourceVersion: '1' } }),
    '400 BadRequest: resourceVersion should not be set on objects to be created',
  ],
  [
    'no name',
    (r) => r.create(configMap('')),
    '422 Invalid: ConfigMap "" is invalid: metadata.name: Required value: name or generateName is required',
  ],
  ['an update of nothing', (r) => r.update(configMap('a')), '404 NotFound: configmaps "a" not found'],
  [
    'a deletion of nothing',
    (r) => r.delete({ group: 'apps', kind: 'Deployment', namespace: 'default', name: 'x' }),
    '404 NotFound: deployments.apps "x" not found',
  ],
  [
    'a stale version',
    (r) => {
      const old = r.create(configMap('a'));
      r.update(withData(old, { x: '1' }));
      r.update(withData(old, { x: '2' }));
    },
    '409 Conflict: Operation cannot be fulfilled on configmaps "a": the object has been modified; please apply your changes to the latest version and try again',
  ],
  [
    'two wrong ports',
    (r) => r.create(service('a', { ports: [{ port: 0 }, { port: 0 }] })),
    '422 Invalid: Service "a" is invalid: [spec.ports[0].port: Invalid value: 0: must be between 1 and 65535, inclusive, spec.ports[1].port: Invalid value: 0: must be between 1 and 65535, inclusive]',
  ],
];
for (const [what, run, words] of refusals) {
  test(`${what} is refused in Kubernetes' words`, (t) => {
    t.is(
      refusal(() => run(openRegistry())),
      words,
    );
  });
}

test('a wrong uid, in the object or as a precondition, is a conflict', (t) => {
  const registry = openRegistry();
  const object = registry.create(configMap('a'));
  t.regex(
    refusal(() => registry.update({ ...object, metadata: { ...object.metadata, uid: 'other' } })),
    /^409 Conflict: .*Precondition failed: UID in precondition: other, UID in object meta: /,
  );
  t.regex(
    refusal(() => registry.delete(keys.configMap('a'), { preconditions: { uid: 'other' } })),
    /^409 Conflict: .*Precondition failed: UID/,
  );
  t.regex(
    refusal(() => registry.delete(keys.configMap('a'), { preconditions: { resourceVersion: '1' } })),
    /^409 Conflict: .*Precondition failed: ResourceVersion/,
  );
});

test('an update that changes nothing keeps the version and tells nobody', (t) => {
  const registry = openRegistry();
  const object = registry.create(configMap('a', { x: '1' }));
  registry.watch(undefined, () => t.fail());
  t.is(registry.update(configMap('a', { x: '1' })), object);
  t.is(registry.update({ ...object, data: { x: '1' } }), object);
});

test('server-owned metadata survives an update that leaves it out or forges it', (t) => {
  const registry = openRegistry();
  const { metadata } = registry.create(configMap('a'));
  const next = registry.update({
    ...configMap('a', { x: '1' }),
    metadata: { name: 'a', namespace: 'default', creationTimestamp: '1999-01-01T00:00:00Z', labels: { l: 'v' } },
  });
  t.like(next.metadata, { uid: metadata.uid, creationTimestamp: metadata.creationTimestamp, labels: { l: 'v' } });
});

test('status is written by its own door only, and the generation counts what is not status', (t) => {
  const registry = openRegistry();
  const set: KubeObject = {
    apiVersion: 'apps/v1',
    kind: 'ReplicaSet',
    metadata: { name: 'a', namespace: 'default' },
    spec: { replicas: 1 },
    status: { replicas: 7 },
  };
  const created = registry.create(set);
  t.deepEqual([created.status, created.metadata.generation], [{ replicas: 0 }, 1]);
  const reported = registry.update(
    { ...created, spec: { replicas: 9 }, status: { replicas: 1 } },
    { subresource: 'status' },
  );
  t.deepEqual([reported.spec, reported.status, reported.metadata.generation], [{ replicas: 1 }, { replicas: 1 }, 1]);
  const scaled = registry.update({ ...reported, spec: { replicas: 2 }, status: { replicas: 9 } });
  t.deepEqual([scaled.spec, scaled.status, scaled.metadata.generation], [{ replicas: 2 }, { replicas: 1 }, 2]);
  const labelled = registry.update({ ...scaled, metadata: { ...scaled.metadata, labels: { a: 'b' } } });
  t.is(labelled.metadata.generation, 2);
  t.deepEqual(registry.update({ ...set, spec: { replicas: 5 } }, { subresource: 'scale' }).spec, { replicas: 5 });
});

test('generateName gives names that nobody has, never the same twice', (t) => {
  const registry = openRegistry();
  const make = (): string =>
    registry.create({ ...configMap(''), metadata: { name: '', namespace: 'default', generateName: 'web-' } }).metadata
      .name;
  const names = Array.from({ length: 50 }, make);
  t.is(new Set(names).size, 50);
  for (const name of names) t.regex(name, /^web-[bcdfghjklmnpqrstvwxz2456789]{5}$/);
  registry.delete(keys.configMap(names[0] ?? ''));
  t.false(names.includes(make()));
});

test('objects come in the order of namespace and name', (t) => {
  const registry = openRegistry();
  for (const [namespace, name] of [
    ['kube-system', 'a'],
    ['default', 'b'],
    ['default', 'a-1'],
    ['default', 'a'],
  ] as const)
    registry.create(configMap(name, {}, namespace));
  const names = (options = {}): string[] =>
    registry.list('', 'ConfigMap', options).map(({ metadata }) => `${metadata.namespace}/${metadata.name}`);
  t.deepEqual(names(), ['default/a', 'default/a-1', 'default/b', 'kube-system/a']);
  t.deepEqual(names({ namespace: 'kube-system' }), ['kube-system/a']);
  t.deepEqual(names({ where: ({ metadata }: KubeObject) => metadata.name === 'a' }), ['default/a', 'kube-system/a']);
  t.deepEqual(names({ namespace: 'nowhere' }), []);
});

test('a bound pod terminates gracefully; the second deletion can only hasten it; zero ends it', (t) => {
  const registry = openRegistry();
  registry.create(pod('a', { nodeName: 'k8s-node1' }));
  const going = registry.delete(keys.pod('a'));
  t.is(going.metadata.deletionGracePeriodSeconds, 30);
  t.is(going.metadata.deletionTimestamp, '2024-01-01T00:00:30Z');
  t.is(registry.delete(keys.pod('a'), { gracePeriodSeconds: 60 }), going);
  t.is(registry.delete(keys.pod('a'), { gracePeriodSeconds: 5 }).metadata.deletionTimestamp, '2024-01-01T00:00:05Z');
  registry.delete(keys.pod('a'), { gracePeriodSeconds: 0 });
  t.is(registry.get(keys.pod('a')), undefined);
});

test('a pod without a node, and one that has ended, go at once', (t) => {
  const registry = openRegistry();
  registry.create(pod('a'));
  registry.delete(keys.pod('a'));
  t.is(registry.get(keys.pod('a')), undefined);
  const ended = registry.create(pod('b', { nodeName: 'k8s-node1' })) as Stored<Pod>;
  registry.update({ ...ended, status: { ...ended.status, phase: 'Succeeded' } } as KubeObject, {
    subresource: 'status',
  });
  registry.delete(keys.pod('b'));
  t.is(registry.get(keys.pod('b')), undefined);
});

test('a finalizer keeps an object until it is removed', (t) => {
  const registry = openRegistry();
  const object = registry.create({
    ...configMap('a'),
    metadata: { name: 'a', namespace: 'default', finalizers: ['example.com/wait'] },
  });
  t.truthy(registry.delete(keys.configMap('a')).metadata.deletionTimestamp);
  const held = registry.get(keys.configMap('a')) as KubeObject;
  t.is(registry.delete(keys.configMap('a')), held);
  registry.update({
    ...held,
    metadata: { ...object.metadata, resourceVersion: held.metadata.resourceVersion, finalizers: [] },
  });
  t.is(registry.get(keys.configMap('a')), undefined);
});

test('binding a pod sets its condition PodScheduled', (t) => {
  const registry = openRegistry();
  const object = registry.create(pod('a')) as Stored<Pod>;
  t.deepEqual(object.status, { phase: 'Pending', qosClass: 'BestEffort' });
  const bound = registry.update({
    ...object,
    spec: { ...object.spec, nodeName: 'k8s-node1' },
  } as KubeObject) as Stored<Pod>;
  t.like(bound.status?.conditions?.[0], { type: 'PodScheduled', status: 'True' });
});

test('a dry run answers as the write would and leaves everything as it was', (t) => {
  const registry = openRegistry();
  registry.create(configMap('a'));
  const before = registry.snapshot();
  registry.watch(undefined, () => t.fail());
  t.truthy(registry.create(configMap('b'), { dryRun: true }).metadata.uid);
  t.deepEqual(registry.update(configMap('a', { x: '1' }), { dryRun: true })['data'], { x: '1' });
  registry.delete(keys.configMap('a'), { dryRun: true });
  t.deepEqual(registry.snapshot(), before);
});

test('a restored registry goes on where the first one stopped', (t) => {
  const [first, second] = [openRegistry(), openRegistry()];
  const generated: KubeObject = { ...configMap(''), metadata: { name: '', namespace: 'default', generateName: 'g-' } };
  first.create(generated);
  first.create(service('web'));
  second.restore(first.snapshot());
  t.deepEqual(second.snapshot(), first.snapshot());
  t.is(second.create(generated).metadata.name, first.create(generated).metadata.name);
  t.regex(
    refusal(() => second.watch(1, () => undefined)),
    /^410 Expired: too old resource version: 1/,
  );
  t.is(second.indexed('clusterIP', first.get<Stored<Service>>(keys.service('web'))?.spec?.clusterIP ?? '').length, 1);
});
