import test from 'ava';
import type { Deployment, ReplicaSet } from 'kubernetes-types/apps/v1.js';
import type { KubeObject, Stored } from '../../src/api/object.js';
import { deployment, key, openLab, type TestLab } from './lab.js';

type Deploy = Stored<Deployment>;
type Set = Stored<ReplicaSet>;

const get = (lab: TestLab): Deploy => lab.registry.get<Deploy>(key('Deployment', 'web', 'apps')) as Deploy;
const sets = (lab: TestLab): Set[] => lab.registry.list<Set>('apps', 'ReplicaSet', { namespace: 'default' });
const change = (lab: TestLab, spec: Record<string, unknown>): void => {
  const object = get(lab);
  lab.registry.update({ ...object, spec: { ...object.spec, ...spec } } as KubeObject);
};
const setImage = (lab: TestLab, image: string): void => {
  const { template } = deployment('web', 0, {}, image).spec as { template: unknown };
  change(lab, { template });
};
const condition = (lab: TestLab, type: string): string => {
  const found = get(lab).status?.conditions?.find((each) => each.type === type);
  return `${found?.status} ${found?.reason} ${found?.message}`;
};
const images = (lab: TestLab): (string | undefined)[] => lab.pods().map((pod) => pod.spec?.containers[0]?.image);

test('a Deployment makes a ReplicaSet named after its template hash, with revision 1', (t) => {
  const lab = openLab();
  lab.registry.create(deployment('web', 3));
  lab.run();
  const [set, ...more] = sets(lab);
  t.deepEqual(more, []);
  const hash = set?.metadata.labels?.['pod-template-hash'];
  t.regex(hash ?? '', /^[bcdfghjklmnpqrstvwxz2456789]{8,10}$/);
  t.is(set?.metadata.name, `web-${hash}`);
  t.is(set?.metadata.annotations?.['deployment.kubernetes.io/revision'], '1');
  t.is(get(lab).metadata.annotations?.['deployment.kubernetes.io/revision'], '1');
  t.is(lab.pods().length, 3);
  t.true(lab.pods().every(({ metadata }) => metadata.labels?.['pod-template-hash'] === hash));
  t.deepEqual(lab.events('web'), [`ScalingReplicaSet: Scaled up replica set web-${hash} to 3`]);
  t.deepEqual(lab.refusals, []);
});

test('the status of a finished rollout is what rollout status waits for', (t) => {
  const lab = openLab();
  lab.registry.create(deployment('web', 3));
  lab.run();
  t.like(get(lab).status, {
    observedGeneration: get(lab).metadata.generation,
    replicas: 3,
    updatedReplicas: 3,
    readyReplicas: 3,
    availableReplicas: 3,
  });
  t.is(get(lab).status?.unavailableReplicas, undefined);
  t.is(condition(lab, 'Available'), 'True MinimumReplicasAvailable Deployment has minimum availability.');
  t.is(
    condition(lab, 'Progressing'),
    `True NewReplicaSetAvailable ReplicaSet "${sets(lab)[0]?.metadata.name}" has successfully progressed.`,
  );
});

test('without ready pods it is progressing and not available', (t) => {
  const lab = openLab();
  lab.registry.create(deployment('web', 3));
  lab.settle();
  t.is(condition(lab, 'Available'), 'False MinimumReplicasUnavailable Deployment does not have minimum availability.');
  t.regex(condition(lab, 'Progressing'), /^True (NewReplicaSetCreated|ReplicaSetUpdated) /);
  t.is(get(lab).status?.unavailableReplicas, 3);
});

test('a new image rolls out: old pods go, revision 2 comes, the old ReplicaSet stays empty', (t) => {
  const lab = openLab();
  lab.registry.create(deployment('web', 4));
  lab.run();
  setImage(lab, 'luksa/kubia:v2');
  lab.run();
  t.deepEqual(images(lab), new Array(4).fill('luksa/kubia:v2'));
  t.deepEqual(
    sets(lab)
      .map(({ spec }) => spec?.replicas)
      .sort(),
    [0, 4],
  );
  t.is(get(lab).metadata.annotations?.['deployment.kubernetes.io/revision'], '2');
  t.regex(condition(lab, 'Progressing'), /^True NewReplicaSetAvailable /);
});

test('a rolling update never leaves maxSurge and maxUnavailable', (t) => {
  const lab = openLab();
  lab.registry.create(
    deployment('web', 4, { strategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge: 1, maxUnavailable: 1 } } }),
  );
  lab.run();
  const totals: number[] = [];
  const ready: number[] = [];
  lab.registry.watch(undefined, () => {
    totals.push(sets(lab).reduce((sum, { spec }) => sum + (spec?.replicas ?? 0), 0));
    const alive = lab.pods().filter(({ metadata }) => !metadata.deletionTimestamp);
    ready.push(alive.filter((pod) => pod.status?.phase === 'Running').length);
  });
  setImage(lab, 'luksa/kubia:v2');
  lab.run();
  t.is(Math.max(...totals), 5);
  t.is(Math.min(...ready), 3);
});

test('going back to an earlier template takes its ReplicaSet again, as a new revision', (t) => {
  const lab = openLab();
  lab.registry.create(deployment('web', 2));
  lab.run();
  const first = sets(lab)[0]?.metadata.name;
  setImage(lab, 'luksa/kubia:v2');
  lab.run();
  setImage(lab, 'luksa/kubia');
  lab.run();
  t.is(sets(lab).length, 2);
  const revived = sets(lab).find(({ metadata }) => metadata.name === first);
  t.is(revived?.spec?.replicas, 2);
  t.is(revived?.metadata.annotations?.['deployment.kubernetes.io/revision'], '3');
  t.is(get(lab).metadata.annotations?.['deployment.kubernetes.io/revision'], '3');
});

test('Recreate starts no new pod before the last old one is gone', (t) => {
  const lab = openLab();
  lab.registry.create(deployment('web', 3, { strategy: { type: 'Recreate' } }));
  lab.run();
  const mixed: number[] = [];
  lab.registry.watch(undefined, () => mixed.push(new Set(images(lab)).size));
  setImage(lab, 'luksa/kubia:v2');
  lab.run();
  t.deepEqual(images(lab), new Array(3).fill('luksa/kubia:v2'));
  t.true(mixed.every((count) => count <= 1));
});

test('a paused Deployment scales but does not roll out', (t) => {
  const lab = openLab();
  lab.registry.create(deployment('web', 2));
  lab.run();
  change(lab, { paused: true });
  setImage(lab, 'luksa/kubia:v2');
  change(lab, { replicas: 3 });
  lab.run();
  t.deepEqual(images(lab), new Array(3).fill('luksa/kubia'));
  t.is(condition(lab, 'Progressing'), 'Unknown DeploymentPaused Deployment is paused');
  change(lab, { paused: false });
  lab.run();
  t.deepEqual(images(lab), new Array(3).fill('luksa/kubia:v2'));
});

test('scaling says so and does not make a revision', (t) => {
  const lab = openLab();
  lab.registry.create(deployment('web', 1));
  lab.run();
  change(lab, { replicas: 3 });
  lab.run();
  const name = sets(lab)[0]?.metadata.name;
  t.deepEqual(lab.events('web'), [
    `ScalingReplicaSet: Scaled up replica set ${name} to 1`,
    `ScalingReplicaSet: Scaled up replica set ${name} to 3 from 1`,
  ]);
  t.is(get(lab).metadata.annotations?.['deployment.kubernetes.io/revision'], '1');
  t.is(sets(lab)[0]?.metadata.annotations?.['deployment.kubernetes.io/desired-replicas'], '3');
});

test('scaling in the middle of a rollout shares the pods among the ReplicaSets', (t) => {
  const lab = openLab();
  lab.registry.create(deployment('web', 10, { strategy: { rollingUpdate: { maxSurge: 3, maxUnavailable: 2 } } }));
  lab.run();
  setImage(lab, 'no/such:image');
  lab.settle();
  t.deepEqual(
    sets(lab)
      .map(({ spec }) => spec?.replicas)
      .sort(),
    [5, 8],
  );
  change(lab, { replicas: 15 });
  lab.settle();
  t.is(
    sets(lab).reduce((sum, { spec }) => sum + (spec?.replicas ?? 0), 0),
    18,
  );
  t.deepEqual(
    sets(lab)
      .map(({ spec }) => spec?.replicas)
      .sort((a = 0, b = 0) => a - b),
    [7, 11],
  );
});

test('old ReplicaSets beyond revisionHistoryLimit are removed, the oldest first', (t) => {
  const lab = openLab();
  lab.registry.create(deployment('web', 1, { revisionHistoryLimit: 1 }));
  lab.run();
  for (const image of ['b', 'c', 'd']) {
    setImage(lab, image);
    lab.run();
  }
  t.deepEqual(
    sets(lab)
      .map((set) => set.metadata.annotations?.['deployment.kubernetes.io/revision'])
      .sort(),
    ['3', '4'],
  );
});

test('a rollout that cannot go on exceeds its deadline by the clock', (t) => {
  const lab = openLab();
  lab.registry.create(deployment('web', 1, { progressDeadlineSeconds: 60 }));
  lab.settle();
  lab.clock.advance(61_000);
  t.regex(
    condition(lab, 'Progressing'),
    /^False ProgressDeadlineExceeded ReplicaSet "web-.*" has timed out progressing\.$/,
  );
});

test('rollouts end the same whatever the order of readiness', (t) => {
  const names = [false, true].map((reversed) => {
    const lab = openLab();
    lab.registry.create(deployment('web', 3));
    lab.settle();
    const pods = lab.pods().map(({ metadata }) => metadata.name);
    for (const name of reversed ? pods.reverse() : pods) lab.setReady(name, true);
    return lab.registry
      .list('', 'Endpoints')
      .concat(sets(lab) as KubeObject[])
      .map(({ metadata }) => metadata.name);
  });
  t.deepEqual(names[0], names[1]);
});
