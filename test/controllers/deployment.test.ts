import test from 'ava';
import type { KubeObject } from '../../src/api/object.js';
import { deployment, startPlane } from './plane.js';

const replicasOf = (sets: KubeObject[]) => sets.map(({ spec }) => (spec as { replicas: number }).replicas).sort();

test('a Deployment makes a ReplicaSet named after its template, and that its pods', (t) => {
  const plane = startPlane();
  plane.apply(deployment('web', 3));
  plane.run();
  const [set] = plane.all('apps', 'ReplicaSet');
  t.regex(set?.metadata.name ?? '', /^web-[bcdfghjklmnpqrstvwxz2456789]{8,10}$/);
  t.is(set?.metadata.annotations?.['deployment.kubernetes.io/revision'], '1');
  const pods = plane.all('', 'Pod');
  t.is(pods.length, 3);
  for (const { metadata } of pods) t.true(metadata.name.startsWith(`${set?.metadata.name}-`));
  t.is(new Set(pods.map(({ spec }) => (spec as { nodeName: string }).nodeName)).size, 3, 'spread over the workers');
});

test('pod names follow from the seed', (t) => {
  const names = (seed: number) => {
    const plane = startPlane(seed);
    plane.apply(deployment('web', 3));
    plane.run();
    return plane.all('', 'Pod').map(({ metadata }) => metadata.name);
  };
  t.deepEqual(names(1), names(1));
  t.notDeepEqual(names(1), names(2));
});

test('a new image rolls out: never more than maxSurge above, never more than maxUnavailable below', (t) => {
  const plane = startPlane();
  plane.apply(deployment('web', 4));
  plane.run();
  plane.apply(deployment('web', 4, 'nginx'));
  const during = replicasOf(plane.all('apps', 'ReplicaSet'));
  t.true(during.reduce((sum, one) => sum + one, 0) <= 5, `${during}`);
  t.true(during.reduce((sum, one) => sum + one, 0) >= 3, `${during}`);
  plane.run();
  t.deepEqual(replicasOf(plane.all('apps', 'ReplicaSet')), [0, 4]);
  const [status] = plane.all('apps', 'Deployment').map((one) => one.status);
  t.like(status, { replicas: 4, updatedReplicas: 4, readyReplicas: 4, availableReplicas: 4 });
});

test('scaling keeps the ReplicaSet and tells it in Kubernetes’ words', (t) => {
  const plane = startPlane();
  plane.apply(deployment('web', 1));
  plane.run();
  plane.apply(deployment('web', 3));
  plane.run();
  t.deepEqual(replicasOf(plane.all('apps', 'ReplicaSet')), [3]);
  const messages = plane.all('', 'Event').map(({ message }) => message);
  const [set] = plane.all('apps', 'ReplicaSet').map(({ metadata }) => metadata.name);
  t.true(messages.includes(`Scaled up replica set ${set} to 3 from 1`), messages.join('\n'));
});
