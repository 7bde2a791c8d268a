import test from 'ava';
import type { Job } from 'kubernetes-types/batch/v1.js';
import type { KubeObject, Stored } from '../../src/api/object.js';
import { key, openLab, type TestLab } from './lab.js';

const jobKey = key('Job', 'work', 'batch');
const get = (lab: TestLab): Stored<Job> | undefined => lab.registry.get<Stored<Job>>(jobKey);
const job = (spec: object = {}): KubeObject => ({
  apiVersion: 'batch/v1',
  kind: 'Job',
  metadata: { name: 'work', namespace: 'default' },
  spec: { template: { spec: { restartPolicy: 'Never', containers: [{ name: 'c', image: 'busybox' }] } }, ...spec },
});
const finish = (lab: TestLab, phase: 'Succeeded' | 'Failed', count = 1): void => {
  for (const pod of lab
    .pods()
    .filter(({ status }) => status?.phase === 'Running')
    .slice(0, count)) {
    lab.registry.update({ ...pod, status: { ...pod.status, phase } } as KubeObject, { subresource: 'status' });
  }
  lab.run();
};
const conditions = (lab: TestLab): string[] =>
  (get(lab)?.status?.conditions ?? []).map(({ type, status, reason = '' }) => `${type} ${status} ${reason}`.trim());

test('a Job runs one pod, labelled and selected by its uid, and completes with it', (t) => {
  const lab = openLab();
  lab.registry.create(job());
  lab.run();
  const [pod] = lab.pods();
  t.is(pod?.metadata.labels?.['job-name'], 'work');
  t.is(pod?.metadata.labels?.['batch.kubernetes.io/controller-uid'], get(lab)?.metadata.uid);
  t.like(get(lab)?.status, { active: 1, ready: 1 });
  finish(lab, 'Succeeded');
  t.deepEqual(conditions(lab), ['Complete True']);
  t.like(get(lab)?.status, { succeeded: 1, active: undefined });
  t.truthy(get(lab)?.status?.completionTime);
  t.true(lab.events('work').includes('Completed: Job completed'));
  t.deepEqual(lab.refusals, []);
});

test('completions and parallelism decide how many run at a time', (t) => {
  const lab = openLab();
  lab.registry.create(job({ completions: 5, parallelism: 2 }));
  lab.run();
  const seen: number[] = [];
  for (let round = 0; round < 5; round += 1) {
    seen.push(lab.pods().filter(({ status }) => status?.phase === 'Running').length);
    finish(lab, 'Succeeded');
  }
  t.deepEqual(seen, [2, 2, 2, 2, 1]);
  t.deepEqual(conditions(lab), ['Complete True']);
});

test('a failed pod is replaced until the back-off limit, then the Job fails', (t) => {
  const lab = openLab();
  lab.registry.create(job({ backoffLimit: 1 }));
  lab.run();
  finish(lab, 'Failed');
  t.deepEqual(conditions(lab), []);
  finish(lab, 'Failed');
  t.deepEqual(conditions(lab), ['Failed True BackoffLimitExceeded']);
  t.is(lab.pods().length, 2);
  t.true(lab.events('work').includes('BackoffLimitExceeded: Job has reached the specified backoff limit'));
});

test('the active deadline ends a Job by the clock', (t) => {
  const lab = openLab();
  lab.registry.create(job({ activeDeadlineSeconds: 30 }));
  lab.run();
  lab.clock.advance(30_000);
  lab.run();
  t.deepEqual(conditions(lab), ['Failed True DeadlineExceeded']);
  t.is(lab.pods().length, 0);
});

test('a finished Job goes after its time to live', (t) => {
  const lab = openLab();
  lab.registry.create(job({ ttlSecondsAfterFinished: 10 }));
  lab.run();
  finish(lab, 'Succeeded');
  lab.clock.advance(9_000);
  t.truthy(get(lab));
  lab.clock.advance(1_000);
  lab.run();
  t.is(get(lab), undefined);
  t.is(lab.pods().length, 0);
});

test('a suspended Job runs nothing until it is resumed', (t) => {
  const lab = openLab();
  lab.registry.create(job({ suspend: true }));
  lab.run();
  t.is(lab.pods().length, 0);
  t.deepEqual(conditions(lab), ['Suspended True JobSuspended']);
  const object = get(lab) as KubeObject;
  lab.registry.update({ ...object, spec: { ...(object.spec as object), suspend: false } });
  lab.run();
  t.is(lab.pods().length, 1);
  t.deepEqual(conditions(lab), ['Suspended False JobResumed']);
});
