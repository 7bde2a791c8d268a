import test from 'ava';
import type { ReplicaSet } from 'kubernetes-types/apps/v1.js';
import type { KubeObject, Stored } from '../../src/api/object.js';
import { pod } from '../registry/lab.js';
import { key, openLab, replicas, type TestLab } from './lab.js';

const scale = (lab: TestLab, count: number): void => {
  const set = lab.registry.get(key('ReplicaSet', 'web', 'apps')) as KubeObject;
  lab.registry.update({ ...set, spec: { ...(set.spec as object), replicas: count } });
  lab.run();
};
const active = (lab: TestLab): string[] => lab.pods().map(({ metadata }) => metadata.name);

for (const kind of ['ReplicaSet', 'ReplicationController'] as const) {
  test(`a ${kind} keeps its number of pods and replaces a deleted one under a new name`, (t) => {
    const lab = openLab();
    lab.registry.create(replicas(kind, 'web', 3));
    lab.run();
    const before = active(lab);
    t.is(before.length, 3);
    for (const name of before) t.regex(name, /^web-[bcdfghjklmnpqrstvwxz2456789]{5}$/);
    lab.registry.delete(key('Pod', before[0] ?? ''));
    lab.run();
    t.is(active(lab).length, 3);
    t.false(active(lab).includes(before[0] ?? ''));
    const created = lab.events('web').filter((text) => text.startsWith('SuccessfulCreate: Created pod: web-'));
    t.is(created.length, 4);
    t.deepEqual(lab.refusals, []);
  });
}

test('the status counts pods, ready pods and available pods', (t) => {
  const lab = openLab();
  lab.registry.create(replicas('ReplicaSet', 'web', 3));
  lab.run();
  lab.setReady(active(lab)[0] ?? '', false);
  const { status } = lab.registry.get<Stored<ReplicaSet>>(key('ReplicaSet', 'web', 'apps')) ?? {};
  t.like(status, {
    replicas: 3,
    fullyLabeledReplicas: 3,
    readyReplicas: 2,
    availableReplicas: 2,
    observedGeneration: 1,
  });
});

test('scaling down takes pods that are not ready first', (t) => {
  const lab = openLab();
  lab.registry.create(replicas('ReplicaSet', 'web', 3));
  lab.run();
  const [, victim = ''] = active(lab);
  lab.setReady(victim, false);
  scale(lab, 2);
  t.is(active(lab).length, 2);
  t.false(active(lab).includes(victim));
  t.true(lab.events('web').includes(`SuccessfulDelete: Deleted pod: ${victim}`));
});

test('a pod whose label is changed leaves, and a new one takes its place', (t) => {
  const lab = openLab();
  lab.registry.create(replicas('ReplicaSet', 'web', 2));
  lab.run();
  const loner = lab.pods()[0] as KubeObject;
  lab.registry.update({ ...loner, metadata: { ...loner.metadata, labels: { app: 'debug' } } });
  lab.run();
  t.is(lab.pods().length, 3);
  t.is(lab.registry.get(key('Pod', loner.metadata.name))?.metadata.ownerReferences, undefined);
});

test('a pod that matches and belongs to nobody is adopted instead of making another', (t) => {
  const lab = openLab();
  lab.registry.create(pod('orphan', {}, { labels: { app: 'web' } }));
  lab.registry.create(replicas('ReplicaSet', 'web', 2));
  lab.run();
  t.is(lab.pods().length, 2);
  t.is(lab.registry.get(key('Pod', 'orphan'))?.metadata.ownerReferences?.[0]?.name, 'web');
});

test('minReadySeconds delays availability by the clock', (t) => {
  const lab = openLab();
  const set = replicas('ReplicaSet', 'web', 1);
  lab.registry.create({ ...set, spec: { ...(set.spec as object), minReadySeconds: 10 } });
  lab.run();
  const available = (): number | undefined =>
    lab.registry.get<Stored<ReplicaSet>>(key('ReplicaSet', 'web', 'apps'))?.status?.availableReplicas;
  t.is(available(), undefined);
  lab.clock.advance(10_000);
  t.is(available(), 1);
});

test('what the registry refuses becomes an event and is tried again later', (t) => {
  const lab = openLab();
  const set = replicas('ReplicaSet', 'web', 2);
  const spec = set.spec as { template: { metadata: object } };
  const annotations = { 'cni.projectcalico.org/ipAddrs': '["10.111.218.82"]' };
  const template = { ...spec.template, metadata: { ...spec.template.metadata, annotations } };
  lab.registry.create({ ...set, spec: { ...spec, template } });
  lab.run();
  t.is(lab.pods().length, 1);
  t.true(
    lab.events('web').some((text) => /^FailedCreate: Error creating: Pod "web-.*already assigned in block/.test(text)),
  );
});
