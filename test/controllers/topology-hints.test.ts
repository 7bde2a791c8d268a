import test from 'ava';
import type { Node } from 'kubernetes-types/core/v1.js';
import type { Endpoint, EndpointSlice } from 'kubernetes-types/discovery/v1.js';
import type { KubeObject, Stored } from '../../src/api/object.js';
import { type HintPlan, planHints, zoneShares } from '../../src/controllers/endpoints/topology-hints.js';
import { courseConfig, pod, service } from '../registry/lab.js';
import { openLab, type TestLab } from './lab.js';

const zones = ['zone-a', 'zone-b', 'zone-c'];

/** Nodes of zones by name and CPUs. */
function nodes(...cpus: [zone: string, cpu: string][]): Stored<Node>[] {
  return cpus.map(
    ([zone, cpu], index) =>
      ({
        apiVersion: 'v1',
        kind: 'Node',
        metadata: { name: `n${index}`, labels: zone ? { 'topology.kubernetes.io/zone': zone } : {} },
        status: { allocatable: { cpu }, conditions: [{ type: 'Ready', status: 'True' }] },
      }) as unknown as Stored<Node>,
  );
}

const even = zoneShares(nodes(['zone-a', '2'], ['zone-b', '2'], ['zone-c', '2']));
const ready = (...counts: number[]): Endpoint[] =>
  counts.flatMap((count, zone) =>
    Array.from({ length: count }, () => ({ addresses: [], zone: zones[zone] ?? '', conditions: { ready: true } })),
  );
const hinted = (plan: HintPlan): number[] | string =>
  'refusal' in plan ? plan.refusal : zones.map((zone) => plan.zones.filter((hint) => hint === zone).length);

test('each zone is served by its share of the endpoints, those of a zone by itself as far as they go', (t) => {
  t.deepEqual(hinted(planHints(ready(2, 2, 2), even)), [2, 2, 2]);
  t.deepEqual(hinted(planHints(ready(4, 1, 1), even)), [2, 2, 2]);
  t.deepEqual(hinted(planHints(ready(6, 0, 0), even)), [2, 2, 2]);
  const uneven = zoneShares(nodes(['zone-a', '4'], ['zone-b', '1000m'], ['zone-c', '1']));
  t.deepEqual(hinted(planHints(ready(6, 6, 6), uneven)), [12, 3, 3]);
  const { zones: first } = planHints(ready(3, 0, 0), even) as { zones: string[] };
  t.deepEqual(first, ['zone-b', 'zone-c', 'zone-a'], 'the first endpoints are given away');
});

test('endpoints that are not ready count for nothing and get no hint', (t) => {
  const waiting: Endpoint = { addresses: [], zone: 'zone-a', conditions: { ready: false } };
  const plan = planHints([waiting, ...ready(1, 1, 1)], even);
  t.deepEqual('zones' in plan && plan.zones, [undefined, 'zone-a', 'zone-b', 'zone-c']);
});

test('there are no hints at all, and a reason, where they would overload or nobody knows the zones', (t) => {
  t.is(hinted(planHints(ready(1, 1, 0), even)), 'Insufficient number of endpoints (2 endpoints, 3 zones)');
  t.is(
    hinted(planHints(ready(2, 2, 0), even)),
    'Unable to allocate minimum required endpoints to each zone without exceeding overload threshold (4 endpoints, 3 zones)',
  );
  t.is(zoneShares(nodes(['zone-a', '2'], ['', '2'])), undefined, 'a node without a zone');
  t.is(zoneShares(nodes(['zone-a', '2'], ['zone-b', '0'])), undefined, 'a node without CPUs');
  t.is(zoneShares(nodes(['zone-a', '2'], ['zone-a', '2'])), undefined, 'one zone only');
  t.regex(hinted(planHints(ready(3, 3, 3), undefined)) as string, /^Insufficient Node information/);
  const lost: Endpoint = { addresses: [], conditions: { ready: true } };
  t.is(hinted(planHints([lost, ...ready(3, 3, 3)], even)), 'One or more endpoints do not have a zone specified');
});

const labelsOf = (index: number): Record<string, string> =>
  index === 0 ? {} : { 'topology.kubernetes.io/zone': zones[index - 1] ?? '' };
const zoned = {
  ...courseConfig,
  nodes: courseConfig.nodes.map((node, index) => ({ ...node, labels: labelsOf(index) })),
};
const webPod = (name: string, nodeName: string): KubeObject =>
  pod(name, { nodeName, containers: [{ name: 'c', image: 'x' }] }, { labels: { app: 'web' } });
const hints = (lab: TestLab): (string | undefined)[] =>
  lab.registry
    .list<Stored<EndpointSlice>>('discovery.k8s.io', 'EndpointSlice', { namespace: 'default' })
    .filter(({ metadata }) => metadata.labels?.['kubernetes.io/service-name'] === 'web')
    .flatMap(({ endpoints }) => endpoints.map((each) => each.hints?.forZones?.map(({ name }) => name).join()));

function open(change: { annotations?: Record<string, string>; spec?: object }, ...on: string[]): TestLab {
  const lab = openLab({ config: zoned });
  const made = service('web', { ports: [{ port: 80 }], ...change.spec });
  const { annotations = {} } = change;
  lab.registry.create({ ...made, metadata: { ...made.metadata, annotations } });
  for (const [index, nodeName] of on.entries()) lab.registry.create(webPod(`web-${index}`, nodeName));
  lab.run();
  return lab;
}

const auto = { annotations: { 'service.kubernetes.io/topology-mode': 'Auto' } };

test('topology-mode Auto writes hints into slices, says so once, and takes them back with the annotation', (t) => {
  const lab = open(auto, 'k8s-node1', 'k8s-node1', 'k8s-node1');
  t.deepEqual(hints(lab).sort(), zones);
  t.deepEqual(
    lab.events('web').filter((event) => event.includes('HintsEnabled')),
    ['TopologyAwareHintsEnabled: Topology Aware Hints has been enabled, addressType: IPv4'],
  );
  const owner = lab.registry.get({ group: '', kind: 'Service', namespace: 'default', name: 'web' }) as KubeObject;
  lab.registry.update({ ...owner, metadata: { ...owner.metadata, annotations: {} } });
  lab.run();
  t.deepEqual(hints(lab), [undefined, undefined, undefined]);
  t.true(lab.events('web').some((event) => event.startsWith('TopologyAwareHintsDisabled: ')));
});

test('with too few endpoints topology-mode Auto writes none and says why', (t) => {
  const lab = open(auto, 'k8s-node1', 'k8s-node2');
  t.deepEqual(hints(lab), [undefined, undefined]);
  t.true(
    lab
      .events('web')
      .some((event) =>
        event.startsWith(
          'TopologyAwareHintsDisabled: Insufficient number of endpoints (2 endpoints, 3 zones), addressType: IPv4',
        ),
      ),
  );
});

test('trafficDistribution PreferClose hints every ready endpoint for its own zone, and no other', (t) => {
  const lab = open({ spec: { trafficDistribution: 'PreferClose' } }, 'k8s-node1', 'k8s-node2');
  t.deepEqual(hints(lab), ['zone-a', 'zone-b']);
  lab.setReady('web-0', false);
  t.deepEqual(hints(lab), [undefined, 'zone-b']);
});

test('the annotation outweighs trafficDistribution', (t) => {
  const lab = open({ ...auto, spec: { trafficDistribution: 'PreferClose' } }, 'k8s-node1', 'k8s-node2');
  t.deepEqual(hints(lab), [undefined, undefined]);
});

test('a node that changes its zone changes the endpoints on it', (t) => {
  const lab = open({ spec: { trafficDistribution: 'PreferClose' } }, 'k8s-node1');
  const node = lab.registry.get({ group: '', kind: 'Node', namespace: '', name: 'k8s-node1' }) as KubeObject;
  const labels = { ...node.metadata.labels, 'topology.kubernetes.io/zone': 'zone-z' };
  lab.registry.update({ ...node, metadata: { ...node.metadata, labels } });
  lab.run();
  t.deepEqual(hints(lab), ['zone-z']);
});
