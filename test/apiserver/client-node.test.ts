/** The JavaScript client library that programs use: an informer, a patch and an exec against a server. */
import { PassThrough } from 'node:stream';
import { text } from 'node:stream/consumers';
import {
  AppsV1Api,
  CoreV1Api,
  Exec,
  KubeConfig,
  makeInformer,
  PatchStrategy,
  setHeaderOptions,
  type V1ConfigMap,
  type V1Status,
} from '@kubernetes/client-node';
import test from 'ava';
import { kubeconfigText } from '../../src/apiserver/kubeconfig.js';
import { type Lab, startLab, token } from './harness.js';
import { processStreams } from './process-streams.js';

function configFor(lab: Lab): KubeConfig {
  const config = new KubeConfig();
  config.loadFromString(kubeconfigText({ name: 'lab', server: lab.server.url, ca: lab.certificates.ca, token }));
  return config;
}

const path = '/api/v1/namespaces/default/configmaps';
const configMap = (name: string) => ({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name, namespace: 'default' } });

test('objects are created, listed, patched and deleted', async (t) => {
  const lab = await startLab(t);
  const [core, apps] = [configFor(lab).makeApiClient(CoreV1Api), configFor(lab).makeApiClient(AppsV1Api)];
  const namespace = 'default';
  await core.createNamespacedConfigMap({ namespace, body: { metadata: { name: 'c' }, data: { a: 'b' } } });
  const list = await core.listNamespacedConfigMap({ namespace });
  t.deepEqual(
    list.items.map(({ metadata }) => metadata?.name),
    ['c'],
  );
  const patch = [{ op: 'replace', path: '/data/a', value: 'c' }];
  const options = setHeaderOptions('Content-Type', PatchStrategy.JsonPatch);
  const patched = await core.patchNamespacedConfigMap({ name: 'c', namespace, body: patch }, options);
  t.deepEqual(patched.data, { a: 'c' });
  await core.deleteNamespacedConfigMap({ name: 'c', namespace });
  await t.throwsAsync(core.readNamespacedConfigMap({ name: 'c', namespace }), { message: /404/ });
  t.deepEqual((await apps.listDeploymentForAllNamespaces()).items, []);
});

test('an informer sees what is there and what changes', async (t) => {
  const lab = await startLab(t);
  lab.registry.create(configMap('a'));
  const config = configFor(lab);
  const core = config.makeApiClient(CoreV1Api);
  const informer = makeInformer<V1ConfigMap>(config, path, () =>
    core.listNamespacedConfigMap({ namespace: 'default' }),
  );
  const seen: string[] = [];
  const waiting: (() => void)[] = [];
  for (const event of ['add', 'update', 'delete'] as const) {
    informer.on(event, ({ metadata }) => {
      seen.push(`${event} ${metadata?.name}`);
      for (const wake of waiting.splice(0)) wake();
    });
  }
  const until = async (wanted: string) => {
    while (!seen.includes(wanted)) await new Promise<void>((wake) => waiting.push(wake));
  };
  await informer.start();
  await until('add a');
  lab.registry.create(configMap('b'));
  await until('add b');
  lab.registry.update({ ...configMap('b'), data: { x: 'y' } });
  await until('update b');
  lab.registry.delete({ group: '', kind: 'ConfigMap', namespace: 'default', name: 'a' });
  await until('delete a');
  t.deepEqual(seen, ['add a', 'add b', 'update b', 'delete a']);
  await informer.stop();
});

test('exec returns output and status', async (t) => {
  const lab = await startLab(t, { streams: processStreams() });
  lab.put({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'p', namespace: 'default' },
    spec: { containers: [{ name: 'c', image: 'x' }] },
  });
  const [stdout, stderr] = [new PassThrough(), new PassThrough()];
  const status = new Promise<V1Status>((resolve, reject) => {
    const command = ['sh', '-c', 'echo out; exit 3'];
    new Exec(configFor(lab)).exec('default', 'p', 'c', command, stdout, stderr, null, false, resolve).catch(reject);
  });
  t.is((await status).details?.causes?.[0]?.message, '3');
  stdout.end();
  t.is(await text(stdout), 'out\n');
});
