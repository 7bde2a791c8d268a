import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import test from 'ava';
import { compileSections } from '../../src/cluster/compile.js';
import { digestOfSections } from '../../src/cluster/digest/digest.js';
import { defaultSettings, type LabSettings } from '../../src/cluster/start-request.js';

const ORDERS = 50;
const workshop = readdirSync('lab/workshop').map((name) => readFileSync(`lab/workshop/${name}`, 'utf8'));

const podTemplate = (app: string) =>
  `{metadata: {labels: {app: ${app}}}, spec: {containers: [{name: c, image: nginx, ports: [{containerPort: 80}]}]}}`;
const service = (name: string, spec: string) =>
  `{apiVersion: v1, kind: Service, metadata: {name: ${name}, namespace: shop}, spec: {${spec}}}`;

/** What the workshop lacks: namespaces, every controller, choices made by the allocators, Endpoints by hand, pins. */
const more = [
  '{apiVersion: v1, kind: Namespace, metadata: {name: shop}}',
  `{apiVersion: v1, kind: ReplicationController, metadata: {name: kubia, namespace: shop}, spec: {replicas: 3, selector: {app: kubia}, template: ${podTemplate('kubia')}}}`,
  `{apiVersion: apps/v1, kind: ReplicaSet, metadata: {name: rs, namespace: shop}, spec: {replicas: 4, selector: {matchLabels: {app: rs}}, template: ${podTemplate('rs')}}}`,
  `{apiVersion: apps/v1, kind: Deployment, metadata: {name: front, namespace: shop}, spec: {replicas: 5, selector: {matchLabels: {app: front}}, template: ${podTemplate('front')}}}`,
  ...['rs', 'kubia', 'front'].map((app) =>
    service(
      app,
      `type: NodePort, selector: {app: ${app}}, ports: [{name: a, port: 80}, {name: b, port: 81, targetPort: 80}]`,
    ),
  ),
  ...Array.from({ length: 12 }, (_, i) =>
    service(`auto-${i}`, `type: NodePort, selector: {app: rs}, ports: [{port: 80}]`),
  ),
  service('by-hand', 'ports: [{port: 80}]'),
  '{apiVersion: v1, kind: Endpoints, metadata: {name: by-hand, namespace: shop}, subsets: [{addresses: [{ip: 10.109.131.1}, {ip: 10.109.131.9}], ports: [{port: 80}]}]}',
  ...['one', 'two', 'three', 'four'].map(
    (name) =>
      `{apiVersion: v1, kind: Pod, metadata: {name: ${name}, labels: {app: rs-too}}, spec: {containers: [{name: c, image: busybox}]}}`,
  ),
  `{apiVersion: v1, kind: Pod, metadata: {name: pinned, annotations: {cni.projectcalico.org/ipAddrs: '["10.109.131.7"]'}}, spec: {containers: [{name: c, image: busybox}]}}`,
];

const documents = [...workshop.flatMap((text) => text.split(/^---$/m)), ...more];

/** Fisher and Yates' shuffle, drawn from a hash of the round. */
function shuffled(round: number): string[] {
  const order = [...documents];
  for (let last = order.length - 1; last > 0; last--) {
    const draw = createHash('sha256').update(`${round}/${last}`).digest().readUInt32BE(0) % (last + 1);
    [order[last], order[draw]] = [order[draw] as string, order[last] as string];
  }
  return order;
}

function sectionsOf(order: readonly string[], seed: number, settings: Partial<LabSettings> = {}) {
  return compileSections({ ...defaultSettings, seed, ...settings }, [
    { file: 'all.yaml', text: order.join('\n---\n') },
  ]);
}

test('the digest is the same for 50 random orders of the same documents', (t) => {
  const expected = sectionsOf(documents, 1);
  t.true(expected.size > 12, 'objects of several kinds, operations and the rules of four nodes');
  for (let round = 0; round < ORDERS; round++) {
    const seen = sectionsOf(shuffled(round), 1);
    t.deepEqual(digestOfSections(seen).sections, digestOfSections(expected).sections, `order ${round}`);
  }
});

for (const proxyMode of ['nftables', 'ipvs', 'userspace'] as const) {
  for (const balance of ['replayable', 'faithful'] as const) {
    test(`${proxyMode}, ${balance}: the rules of every node are the same in whatever order manifests came`, (t) => {
      const rules = (order: readonly string[]) =>
        [...sectionsOf(order, 1, { proxyMode, balance })].filter(([name]) => name.startsWith('rules/'));
      const expected = rules(documents);
      t.is(expected.length, 4);
      for (let round = 0; round < 5; round++) t.deepEqual(rules(shuffled(round)), expected, `order ${round}`);
    });
  }
}

test('another seed gives other names, addresses of Services and rules', (t) => {
  const [one, two] = [sectionsOf(documents, 1), sectionsOf(documents, 2)];
  for (const section of ['objects/Pod', 'objects/Service', 'rules/k8s-node1'])
    t.not(one.get(section), two.get(section), section);
});
