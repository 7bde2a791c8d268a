import test from 'ava';
import type { KubeObject } from '../../src/api/object.js';
import { BatchError } from '../../src/registry/batch.js';
import { configMap, keys, openRegistry, pod, service } from './lab.js';

const namespace = (name: string): KubeObject => ({ apiVersion: 'v1', kind: 'Namespace', metadata: { name } });
const problems = (run: () => unknown): string[] => {
  try {
    run();
  } catch (error) {
    if (error instanceof BatchError)
      return error.problems.map(({ index, error: { message } }) => `${index} ${message}`);
    throw error;
  }
  return [];
};

test('documents are created, configured or unchanged, told in the order given', (t) => {
  const registry = openRegistry();
  registry.applyBatch([configMap('a', { x: '1' }), configMap('b')]);
  const items = registry.applyBatch([configMap('c'), configMap('b'), configMap('a', { y: '2' })]);
  t.deepEqual(
    items.map(({ object, outcome }) => `${object.metadata.name} ${outcome}`),
    ['c created', 'b unchanged', 'a configured'],
  );
  t.deepEqual(registry.get(keys.configMap('a'))?.['data'], { x: '1', y: '2' });
});

test('a namespace may come after what lives in it', (t) => {
  const registry = openRegistry();
  registry.applyBatch([configMap('a', {}, 'shop'), namespace('shop')]);
  t.truthy(registry.get(keys.configMap('a', 'shop')));
});

test('a document without a namespace is meant for default, and may be given again', (t) => {
  const registry = openRegistry();
  const document = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'a' } };
  registry.applyBatch([document]);
  t.is(registry.applyBatch([document])[0]?.outcome, 'unchanged');
});

test('one wrong document and nothing changes; all that is wrong is told', (t) => {
  const registry = openRegistry();
  registry.watch(undefined, () => t.fail());
  const before = registry.snapshot();
  const found = problems(() =>
    registry.applyBatch([
      service('zero', { ports: [{ port: 0 }] }),
      configMap('good'),
      configMap('lost', {}, 'nowhere'),
      service('low', { type: 'NodePort', ports: [{ port: 80, nodePort: 80 }] }),
      configMap('good'),
    ]),
  );
  t.deepEqual(found, [
    '0 Service "zero" is invalid: spec.ports[0].port: Invalid value: 0: must be between 1 and 65535, inclusive',
    '2 namespaces "nowhere" not found',
    '3 Service "low" is invalid: spec.ports[0].nodePort: Invalid value: 80: provided port is not in the valid range. The range of valid ports is 30000-32767',
    '4 configmaps "good" already exists',
  ]);
  t.deepEqual(registry.snapshot(), before);
});

test('two Services that ask for one nodePort, or two pods for one address, are refused whatever their order', (t) => {
  const pinned = (name: string): KubeObject =>
    pod(name, {}, { annotations: { 'cni.projectcalico.org/ipAddrs': '["10.111.218.82"]' } });
  const ported = (name: string): KubeObject =>
    service(name, { type: 'NodePort', ports: [{ port: 80, nodePort: 30090 }] });
  const documents = [ported('a'), ported('b'), pinned('c'), pinned('d')];
  const told = [documents, [...documents].reverse()].map((order) => {
    const registry = openRegistry();
    return problems(() => registry.applyBatch(order))
      .map((text) => text.slice(2))
      .sort();
  });
  t.is(told[0]?.length, 2);
  t.deepEqual(told[0], told[1]);
});

test('what one document asks for by value, no other gets by choice', (t) => {
  const automatic = openRegistry().create(service('web', { type: 'NodePort' })).spec as {
    clusterIP: string;
    ports: { nodePort: number }[];
  };
  const registry = openRegistry();
  const wish = {
    type: 'NodePort',
    clusterIP: automatic.clusterIP,
    ports: [{ port: 1, nodePort: automatic.ports[0]?.nodePort }],
  };
  registry.applyBatch([service('web', { type: 'NodePort' }), service('wants', wish)]);
  const web = registry.get(keys.service('web'))?.spec as typeof automatic;
  t.not(web.clusterIP, automatic.clusterIP);
  t.not(web.ports[0]?.nodePort, automatic.ports[0]?.nodePort);
});

test('applying a Service again keeps the address and the ports it was given', (t) => {
  const registry = openRegistry();
  const document = service('web', { type: 'NodePort' });
  const [first] = registry.applyBatch([document]);
  const [second] = registry.applyBatch([document]);
  t.is(second?.outcome, 'unchanged');
  t.is(second?.object, first?.object);
});

test('applying a bound pod again leaves it bound', (t) => {
  const registry = openRegistry();
  const document = pod('a');
  const stored = registry.create(document);
  registry.update({ ...stored, spec: { ...(stored.spec as object), nodeName: 'k8s-node1' } });
  t.is(registry.applyBatch([document])[0]?.outcome, 'unchanged');
});

test('a dry run of a batch tells the outcome and stores nothing', (t) => {
  const registry = openRegistry();
  const before = registry.snapshot();
  t.is(registry.applyBatch([service('web')], { dryRun: true })[0]?.outcome, 'created');
  t.deepEqual(registry.snapshot(), before);
});
