import test from 'ava';
import type { KubeObject } from '../../src/api/object.js';
import { createBench, podOf, serviceOf } from './bench.js';

const reasons = (events: readonly { reason: string }[]): string[] => events.map(({ reason }) => reason);

test('a bound pod is attached, started and reported as running and ready', async (t) => {
  const bench = await createBench();
  bench.registry.create(podOf('web', {}));
  await bench.kubelet.settled();
  const status = bench.pod('web')?.status;
  t.is(status?.phase, 'Running');
  t.is(status?.podIP, '10.1.0.1');
  t.is(status?.hostIP, '192.168.56.101');
  t.deepEqual(
    status?.conditions?.map(({ type, status: verdict }) => `${type}=${verdict}`),
    ['PodReadyToStartContainers=True', 'Initialized=True', 'Ready=True', 'ContainersReady=True', 'PodScheduled=True'],
  );
  t.like(status?.containerStatuses?.[0], {
    name: 'c',
    ready: true,
    started: true,
    restartCount: 0,
    image: 'docker.io/traefik/whoami:latest',
  });
  t.deepEqual(bench.servers, ['start web: TCP/80']);
  t.deepEqual(reasons(bench.events), ['Pulled', 'Created', 'Started']);
  t.is(bench.events[0]?.message, 'Container image "traefik/whoami" already present on machine');
});

test('a pod that is not bound, or bound elsewhere, is left alone', async (t) => {
  const bench = await createBench();
  bench.registry.create(podOf('loose', { nodeName: undefined }));
  bench.registry.create(podOf('away', { nodeName: 'other' }));
  await bench.kubelet.settled();
  t.deepEqual(bench.attached, []);
  t.is(bench.pod('loose')?.status?.phase, 'Pending');
});

test('deletion stops with the grace period, gives the network back and confirms', async (t) => {
  const bench = await createBench();
  bench.registry.create(podOf('web', { terminationGracePeriodSeconds: 7 }));
  await bench.kubelet.settled();
  bench.registry.delete({ group: '', kind: 'Pod', namespace: 'default', name: 'web' });
  t.truthy(bench.pod('web')?.metadata.deletionTimestamp, 'the object stays until the kubelet confirms');
  await bench.rest();
  t.is(bench.pod('web'), undefined);
  t.deepEqual(bench.servers, ['start web: TCP/80', 'stop c 7000']);
  t.deepEqual(bench.attached, ['+web', '-web']);
  t.is(bench.events.at(-1)?.message, 'Stopping container c');
});

test('a forced deletion stops at once, and a successor of the same name waits for it', async (t) => {
  const bench = await createBench();
  bench.registry.create(podOf('web', {}));
  await bench.kubelet.settled();
  bench.registry.delete({ group: '', kind: 'Pod', namespace: 'default', name: 'web' }, { gracePeriodSeconds: 0 });
  bench.registry.create(podOf('web', {}));
  await bench.rest();
  t.deepEqual(bench.attached, ['+web', '-web', '+web']);
  t.is(bench.pod('web')?.status?.phase, 'Running');
  t.deepEqual(bench.servers, ['start web: TCP/80', 'stop c 0', 'start web: TCP/80']);
});

test('a command runs as a process; its end completes a pod that is never restarted', async (t) => {
  const bench = await createBench();
  const containers = [{ name: 'c', image: 'busybox', command: ['job'], args: ['1'] }];
  bench.registry.create(podOf('job', { restartPolicy: 'Never', containers }));
  await bench.kubelet.settled();
  t.deepEqual(bench.processes[0]?.argv, ['job', '1']);
  bench.processes[0]?.end({ exitCode: 0 });
  await bench.rest();
  const status = bench.pod('job')?.status;
  t.is(status?.phase, 'Succeeded');
  t.like(status?.containerStatuses?.[0]?.state?.terminated, { exitCode: 0, reason: 'Completed' });
  t.is(status?.conditions?.find(({ type }) => type === 'Ready')?.reason, 'PodCompleted');
  t.deepEqual(bench.attached, ['+job', '-job']);
});

test('a crashing container is restarted at once, then after 10 s, 20 s, 40 s', async (t) => {
  const bench = await createBench();
  bench.registry.create(podOf('bad', { containers: [{ name: 'c', image: 'busybox', command: ['crash'] }] }));
  await bench.kubelet.settled();
  const crash = async (): Promise<void> => {
    bench.processes.at(-1)?.end({ exitCode: 1 });
    await bench.rest();
  };
  await crash();
  t.is(bench.processes.length, 2, 'the first restart does not wait');
  for (const seconds of [10, 20, 40]) {
    const before = bench.processes.length;
    await crash();
    const waiting = bench.pod('bad')?.status?.containerStatuses?.[0]?.state?.waiting;
    t.is(waiting?.reason, 'CrashLoopBackOff');
    t.regex(
      waiting?.message ?? '',
      new RegExp(`^back-off ${seconds}s restarting failed container=c pod=bad_default\\(`),
    );
    bench.clock.advance(seconds * 1000 - 1);
    await bench.rest();
    t.is(bench.processes.length, before, 'not yet');
    bench.clock.advance(1);
    await bench.rest();
    t.is(bench.processes.length, before + 1);
  }
  const status = bench.pod('bad')?.status?.containerStatuses?.[0];
  t.is(status?.restartCount, 4);
  t.like(status?.lastState?.terminated, { exitCode: 1, reason: 'Error' });
  t.is(bench.pod('bad')?.status?.phase, 'Running');
});

test('init containers run one after the other before the others', async (t) => {
  const bench = await createBench();
  const initContainers = ['one', 'two'].map((name) => ({ name, image: 'busybox', command: [name] }));
  bench.registry.create(podOf('web', { initContainers }));
  await bench.kubelet.settled();
  t.deepEqual(
    bench.processes.map(({ argv }) => argv[0]),
    ['one'],
  );
  t.is(bench.pod('web')?.status?.phase, 'Pending');
  t.is(bench.pod('web')?.status?.containerStatuses?.[0]?.state?.waiting?.reason, 'PodInitializing');
  bench.processes[0]?.end({ exitCode: 0 });
  await bench.rest();
  bench.processes[1]?.end({ exitCode: 0 });
  await bench.rest();
  t.is(bench.pod('web')?.status?.phase, 'Running');
  t.deepEqual(bench.servers, ['start web: TCP/80']);
});

test('an emulated image listens on ports that a later Service names', async (t) => {
  const bench = await createBench();
  bench.registry.create(podOf('app', { containers: [{ name: 'c', image: 'some/app' }] }, { labels: { app: 'x' } }));
  await bench.kubelet.settled();
  t.deepEqual(bench.servers, ['start app: ']);
  t.true(reasons(bench.events).includes('Emulated'));
  bench.registry.create(serviceOf('s', { selector: { app: 'x' }, ports: [{ port: 80, targetPort: 8000 }] }));
  bench.registry.create(serviceOf('t', { selector: { app: 'x' }, ports: [{ port: 81, targetPort: 8000 }] }));
  await bench.rest();
  t.deepEqual(bench.servers, ['start app: ', 'start app: TCP/8000']);
});

test('a taken port ends the container with 1', async (t) => {
  const bench = await createBench();
  bench.registry.create(
    podOf('web', {
      restartPolicy: 'Never',
      containers: [{ name: 'c', image: 'x/y', ports: [{ containerPort: 666 }] }],
    }),
  );
  await bench.kubelet.settled();
  await bench.rest();
  t.is(bench.pod('web')?.status?.phase, 'Failed');
  t.like(bench.pod('web')?.status?.containerStatuses?.[0]?.state?.terminated, { exitCode: 1, reason: 'Error' });
});

test('a command that cannot be executed ends with StartError', async (t) => {
  const bench = await createBench();
  bench.registry.create(
    podOf('web', { restartPolicy: 'Never', containers: [{ name: 'c', image: 'x', command: ['missing'] }] }),
  );
  await bench.kubelet.settled();
  await bench.rest();
  t.like(bench.pod('web')?.status?.containerStatuses?.[0]?.state?.terminated, { exitCode: 128, reason: 'StartError' });
  t.regex(bench.events.find(({ reason }) => reason === 'Failed')?.message ?? '', /executable file not found in \$PATH/);
});

test('requests for what is not there are refused in the words of Kubernetes', async (t) => {
  const bench = await createBench();
  const containers = [
    { name: 'a', image: 'nginx' },
    { name: 'b', image: 'busybox' },
  ];
  bench.registry.create(podOf('web', { restartPolicy: 'Never', containers }));
  await bench.kubelet.settled();
  await bench.rest();
  const refusal = (pod: string, container?: string): string | undefined =>
    t.throws(() => bench.kubelet.logs({ namespace: 'default', pod, container }))?.message;
  t.is(refusal('none'), 'pods "none" not found');
  t.is(refusal('web'), 'a container name must be specified for pod web, choose one of: [a b]');
  t.is(refusal('web', 'z'), 'container z is not valid for pod web');
  const exec = bench.kubelet.exec({ namespace: 'default', pod: 'web', container: 'b' }, { command: ['ls'] });
  t.is((await t.throwsAsync(exec))?.message, 'container not found ("b")');
});

test('a second deletion with less grace hastens the first', async (t) => {
  const bench = await createBench();
  bench.registry.create(podOf('web', { containers: [{ name: 'c', image: 'busybox', command: ['deaf'] }] }));
  await bench.kubelet.settled();
  const key = { group: '', kind: 'Pod', namespace: 'default', name: 'web' };
  bench.registry.delete(key, { gracePeriodSeconds: 30 });
  await bench.rest();
  bench.registry.delete(key, { gracePeriodSeconds: 1 });
  await bench.rest();
  t.deepEqual(bench.processes[0]?.stops, [30_000, 1000]);
  bench.processes[0]?.end({ exitCode: 137 });
  await bench.rest();
  t.is(bench.pod('web'), undefined);
});

test('another image restarts the container, whatever its restart policy', async (t) => {
  const bench = await createBench();
  bench.registry.create(podOf('web', { restartPolicy: 'Never' }));
  await bench.kubelet.settled();
  const pod = bench.pod('web');
  const containers = [{ name: 'c', image: 'nginx' }];
  bench.registry.update({ ...pod, spec: { ...pod?.spec, containers } } as KubeObject);
  await bench.rest();
  t.deepEqual(bench.servers, ['start web: TCP/80', 'stop c 30000', 'start web: TCP/80']);
  t.like(bench.pod('web')?.status?.containerStatuses?.[0], {
    restartCount: 1,
    image: 'docker.io/library/nginx:latest',
  });
  t.true(bench.events.some(({ message }) => message === 'Container c definition changed, will be restarted'));
});

test('a pod that was made with a node waits for its address, and then starts without an event about it', async (t) => {
  const bench = await createBench();
  const made = bench.registry.create(podOf('web', {}, { annotations: { 'test/awaits': 'address' } }));
  await bench.rest();
  t.deepEqual(bench.attached, []);
  bench.registry.update({ ...made, metadata: { ...made.metadata, annotations: {} } });
  await bench.rest();
  t.deepEqual(bench.attached, ['+web']);
  t.is(bench.pod('web')?.status?.phase, 'Running');
  t.false(bench.events.some(({ reason }) => reason === 'FailedCreatePodSandBox'));
});

test('a pod that is deleted while it is attached gives its network back', async (t) => {
  const bench = await createBench();
  bench.registry.create(podOf('web', {}));
  await Promise.resolve();
  bench.registry.delete({ group: '', kind: 'Pod', namespace: 'default', name: 'web' }, { gracePeriodSeconds: 0 });
  await bench.rest();
  t.deepEqual(bench.attached, ['+web', '-web']);
  t.deepEqual(bench.servers, []);
});

test('a volume that cannot be filled keeps the pod waiting, with an event, until it can', async (t) => {
  const bench = await createBench();
  bench.registry.create(podOf('web', { volumes: [{ name: 'v', configMap: { name: 'cm' } }] }));
  await bench.kubelet.settled();
  t.is(bench.pod('web')?.status?.phase, 'Pending');
  t.like(bench.events.at(-1), {
    reason: 'FailedMount',
    message: 'MountVolume.SetUp failed for volume "v" : configmap "cm" not found',
  });
  bench.registry.create({
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: 'cm', namespace: 'default' },
    data: {},
  });
  bench.clock.advance(5000);
  await bench.rest();
  t.is(bench.pod('web')?.status?.phase, 'Running');
});

test('an environment that names what is not there waits as CreateContainerConfigError', async (t) => {
  const bench = await createBench();
  const env = [{ name: 'A', valueFrom: { secretKeyRef: { name: 's', key: 'k' } } }];
  bench.registry.create(podOf('web', { containers: [{ name: 'c', image: 'nginx', env }] }));
  await bench.kubelet.settled();
  t.like(bench.pod('web')?.status?.containerStatuses?.[0]?.state?.waiting, {
    reason: 'CreateContainerConfigError',
    message: 'secret "s" not found',
  });
  bench.registry.create({
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name: 's', namespace: 'default' },
    data: { k: 'eA==' },
  } as KubeObject);
  bench.clock.advance(5000);
  await bench.rest();
  t.is(bench.pod('web')?.status?.phase, 'Running');
});

test('agnhost goes on serving for --delay-shutdown after SIGTERM', async (t) => {
  const bench = await createBench();
  const args = ['netexec', '--delay-shutdown=5'];
  bench.registry.create(
    podOf('web', { containers: [{ name: 'c', image: 'registry.k8s.io/e2e-test-images/agnhost:2.47', args }] }),
  );
  await bench.kubelet.settled();
  bench.registry.delete({ group: '', kind: 'Pod', namespace: 'default', name: 'web' }, { gracePeriodSeconds: 20 });
  await bench.rest();
  t.deepEqual(bench.servers, ['start web: TCP/8080 UDP/8081']);
  bench.clock.advance(5000);
  await bench.rest();
  t.deepEqual(bench.servers, ['start web: TCP/8080 UDP/8081', 'stop c 15000']);
  t.is(bench.pod('web'), undefined);
});
