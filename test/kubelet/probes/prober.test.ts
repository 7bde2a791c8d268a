import test from 'ava';
import type { Container } from 'kubernetes-types/core/v1.js';
import { type Bench, createBench, podOf } from '../bench.js';

const web = (more: Partial<Container>, spec: object = {}) =>
  podOf('web', { containers: [{ name: 'c', image: 'nginx', ...more }], ...spec });

const statusOf = (bench: Bench) => bench.pod('web')?.status?.containerStatuses?.[0];

async function pass(bench: Bench, seconds: number): Promise<void> {
  for (let second = 0; second < seconds; second += 1) {
    bench.clock.advance(1000);
    await bench.rest();
  }
}

test('a pod is ready when its readiness probe has succeeded, and only as long', async (t) => {
  const bench = await createBench();
  bench.answers.set('ls /var/ready', false);
  const readinessProbe = { exec: { command: ['ls', '/var/ready'] }, periodSeconds: 2, failureThreshold: 2 };
  bench.registry.create(web({ readinessProbe }));
  await bench.kubelet.settled();
  await pass(bench, 4);
  t.false(statusOf(bench)?.ready);
  t.is(
    bench.pod('web')?.status?.conditions?.find(({ type }) => type === 'Ready')?.message,
    'containers with unready status: [c]',
  );
  t.like(bench.events.at(-1), {
    type: 'Warning',
    reason: 'Unhealthy',
    message: 'Readiness probe failed: ls /var/ready failed',
  });
  bench.answers.set('ls /var/ready', true);
  await pass(bench, 2);
  t.true(statusOf(bench)?.ready);
  bench.answers.set('ls /var/ready', false);
  await pass(bench, 2);
  t.true(statusOf(bench)?.ready, 'one failure of two does not count');
  await pass(bench, 2);
  t.false(statusOf(bench)?.ready);
});

test('initialDelaySeconds puts the first probe off', async (t) => {
  const bench = await createBench();
  bench.registry.create(web({ readinessProbe: { httpGet: { path: '/ok', port: 80 }, initialDelaySeconds: 5 } }));
  await bench.kubelet.settled();
  await pass(bench, 4);
  t.deepEqual(bench.handled, []);
  await pass(bench, 1);
  t.deepEqual(bench.handled, ['/ok']);
});

test('a failed liveness probe restarts the container', async (t) => {
  const bench = await createBench();
  bench.answers.set('/alive', false);
  bench.registry.create(
    web(
      { livenessProbe: { httpGet: { path: '/alive', port: 80 }, periodSeconds: 1, failureThreshold: 3 } },
      { terminationGracePeriodSeconds: 4 },
    ),
  );
  await bench.kubelet.settled();
  await pass(bench, 1);
  t.is(statusOf(bench)?.restartCount, 0);
  await pass(bench, 2);
  t.is(statusOf(bench)?.restartCount, 1);
  t.true(bench.events.some(({ message }) => message === 'Container c failed liveness probe, will be restarted'));
  t.deepEqual(bench.servers, ['start web: TCP/80', 'stop c 4000', 'start web: TCP/80']);
});

test('a startup probe holds the others back until it succeeds', async (t) => {
  const bench = await createBench();
  bench.answers.set('/started', false);
  const httpGet = (path: string) => ({ httpGet: { path, port: 80 }, periodSeconds: 1 });
  bench.registry.create(
    web({
      startupProbe: { ...httpGet('/started'), failureThreshold: 30 },
      livenessProbe: httpGet('/alive'),
      readinessProbe: httpGet('/ready'),
    }),
  );
  await bench.kubelet.settled();
  await pass(bench, 3);
  t.false(bench.handled.includes('/alive'));
  t.like(statusOf(bench), { started: false, ready: false });
  bench.answers.set('/started', true);
  await pass(bench, 2);
  t.true(bench.handled.includes('/alive'));
  t.like(statusOf(bench), { started: true, ready: true });
  const before = bench.handled.filter((name) => name === '/started').length;
  await pass(bench, 3);
  t.is(bench.handled.filter((name) => name === '/started').length, before, 'it is not asked again');
});

test('preStop runs before SIGTERM and uses the grace up', async (t) => {
  const bench = await createBench();
  bench.registry.create(
    web({ lifecycle: { preStop: { exec: { command: ['drain'] } } } }, { terminationGracePeriodSeconds: 9 }),
  );
  await bench.kubelet.settled();
  bench.registry.delete({ group: '', kind: 'Pod', namespace: 'default', name: 'web' });
  await bench.rest();
  t.deepEqual(bench.handled, ['drain']);
  t.deepEqual(bench.servers, ['start web: TCP/80', 'stop c 9000']);
  t.is(bench.pod('web'), undefined);
});

test('a postStart hook that fails kills the container', async (t) => {
  const bench = await createBench();
  bench.answers.set('setup', false);
  bench.registry.create(
    web({ lifecycle: { postStart: { exec: { command: ['setup'] } } } }, { restartPolicy: 'Never' }),
  );
  await bench.kubelet.settled();
  await bench.rest();
  t.true(bench.events.some(({ reason }) => reason === 'FailedPostStartHook'));
  t.deepEqual(bench.servers, ['start web: TCP/80', 'stop c 0']);
});
