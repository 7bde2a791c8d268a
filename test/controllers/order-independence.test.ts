import test from 'ava';
import type { KubeObject } from '../../src/api/object.js';
import { objectSections } from '../../src/cluster/digest/digest.js';
import { pick } from '../../src/model/derive.js';
import { pod, roomyConfig, service } from '../registry/lab.js';
import { deployment, openLab, replicas, type TestLab } from './lab.js';

const namespace: KubeObject = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'shop' } };
const handWritten: KubeObject = {
  apiVersion: 'v1',
  kind: 'Endpoints',
  metadata: { name: 'outside', namespace: 'default' },
  subsets: [{ addresses: [{ ip: '192.168.56.1' }], ports: [{ port: 3306 }] }],
};

/** Many that want the same: ports and addresses by value beside ones by choice, pins, replicas, two namespaces. */
const documents: KubeObject[] = [
  namespace,
  handWritten,
  service('outside', { selector: undefined, ports: [{ port: 3306 }] }),
  service('pinned', {
    type: 'NodePort',
    clusterIP: '10.111.154.36',
    ports: [{ port: 9002, targetPort: 8000, nodePort: 30246 }],
  }),
  ...Array.from({ length: 8 }, (_, index) =>
    service(`web-${index}`, { type: index % 2 ? 'NodePort' : 'ClusterIP' }, index % 3 ? 'default' : 'shop'),
  ),
  pod(
    'fixed',
    {},
    { annotations: { 'cni.projectcalico.org/ipAddrs': '["10.111.218.82"]' }, labels: { app: 'pinned' } },
  ),
  ...Array.from({ length: 6 }, (_, index) => pod(`solo-${index}`, {}, { labels: { app: 'web-1' } })),
  deployment('web-2', 5),
  deployment('web-4', 3),
  replicas('ReplicaSet', 'web-5', 4),
  replicas('ReplicationController', 'web-7', 3),
];

function shuffled(seed: number): KubeObject[] {
  const keyed = documents.map((document, index) => ({ document, rank: pick(seed, `order/${index}`, 2 ** 32) }));
  return keyed.sort((left, right) => left.rank - right.rank).map(({ document }) => structuredClone(document));
}

function everything({ registry }: TestLab): string {
  const objects = registry.kinds().flatMap(({ group, kind }) => registry.list(group, kind));
  return [...objectSections(objects)].flat().join('\n');
}

function applied(order: KubeObject[], seed = 1): string {
  const lab = openLab({ seed });
  lab.registry.applyBatch(order);
  lab.settle();
  lab.stop();
  return everything(lab);
}

test('fifty orders of the same documents give the same names, addresses, ports and placements', (t) => {
  const expected = applied(documents.map((document) => structuredClone(document)));
  for (let seed = 0; seed < 50; seed += 1) t.is(applied(shuffled(seed)), expected, `order ${seed}`);
});

test('another seed gives other names', (t) => {
  t.not(applied(shuffled(1), 1), applied(shuffled(1), 2));
});

test('a thousand pods and a thousand Services get a thousand addresses each, outside each other, spread evenly', (t) => {
  const lab = openLab({ config: roomyConfig(500) });
  const many = Array.from({ length: 1000 }, (_, index) => {
    return service(`s${index}`, { type: 'NodePort', selector: { app: index < 3 ? 'web' : `none-${index}` } });
  });
  lab.registry.applyBatch([...many, replicas('ReplicaSet', 'web', 1000)]);
  lab.settle();
  const addresses = lab.pods().map(({ metadata }) => metadata.annotations?.['cni.projectcalico.org/podIP']);
  const services = lab.registry
    .list('', 'Service', { namespace: 'default' })
    .map(({ spec }) => spec as { clusterIP: string; ports: { nodePort?: number }[] });
  t.is(new Set(addresses).size, 1000);
  t.false(addresses.includes(undefined));
  t.is(new Set(services.map(({ clusterIP }) => clusterIP)).size, 1001);
  t.is(new Set(services.flatMap(({ ports }) => ports[0]?.nodePort ?? [])).size, 1000);
  t.deepEqual(
    services.filter(({ clusterIP }) => addresses.includes(`${clusterIP}/32`)),
    [],
  );
  const perNode = new Map<string, number>();
  for (const { spec } of lab.pods()) perNode.set(spec?.nodeName ?? '', (perNode.get(spec?.nodeName ?? '') ?? 0) + 1);
  t.deepEqual([...perNode.values()].sort(), [333, 333, 334]);
  const slices = lab.registry.list('discovery.k8s.io', 'EndpointSlice', { namespace: 'default' });
  t.is(slices.length, 3 * 10 + 997 + 1);
  t.deepEqual(lab.refusals, []);
});
