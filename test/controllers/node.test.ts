import test from 'ava';
import type { Lease } from 'kubernetes-types/coordination/v1.js';
import type { Node } from 'kubernetes-types/core/v1.js';
import type { KubeObject, Stored } from '../../src/api/object.js';
import type { StoredPod } from '../../src/controllers/pod-state.js';
import { pod } from '../registry/lab.js';
import { deployment, key, openLab, type TestLab } from './lab.js';

const nodeKey = (name: string): { group: string; kind: string; namespace: string; name: string } => ({
  group: '',
  kind: 'Node',
  namespace: '',
  name,
});
const node = (lab: TestLab, name = 'k8s-node1'): Stored<Node> =>
  lab.registry.get<Stored<Node>>(nodeKey(name)) as Stored<Node>;
const change = (lab: TestLab, spec: object): void => {
  const object = node(lab);
  lab.registry.update({ ...object, spec: { ...object.spec, ...spec } } as KubeObject);
  lab.run();
};
const taints = (lab: TestLab): string[] =>
  (node(lab).spec?.taints ?? []).map(({ key: name, effect }) => `${name}:${effect}`);
const here = { nodeSelector: { 'kubernetes.io/hostname': 'k8s-node1' } };

test('the nodes of a fresh cluster are ready, labelled, and the control plane is tainted', (t) => {
  const lab = openLab();
  const nodes = lab.registry.list<Stored<Node>>('', 'Node');
  t.deepEqual(
    nodes.map(({ metadata }) => metadata.name),
    ['k8s-master', 'k8s-node1', 'k8s-node2', 'k8s-node3'],
  );
  t.true(nodes.every(({ status }) => status?.conditions?.at(-1)?.reason === 'KubeletReady'));
  t.is(node(lab, 'k8s-master').metadata.labels?.['node-role.kubernetes.io/control-plane'], '');
  t.deepEqual(node(lab, 'k8s-master').spec?.taints, [
    { key: 'node-role.kubernetes.io/control-plane', effect: 'NoSchedule' },
  ]);
  t.is(node(lab).metadata.annotations?.['projectcalico.org/IPv4IPIPTunnelAddr'], '10.111.156.64');
});

test('a node holds a Lease and renews it every ten seconds', (t) => {
  const lab = openLab();
  const lease = (): Stored<Lease> | undefined =>
    lab.registry.get<Stored<Lease>>({
      group: 'coordination.k8s.io',
      kind: 'Lease',
      namespace: 'kube-node-lease',
      name: 'k8s-node1',
    });
  t.like(lease()?.spec, { holderIdentity: 'k8s-node1', leaseDurationSeconds: 40 });
  const before = lease()?.spec?.renewTime ?? '';
  lab.clock.advance(9_000);
  t.is(lease()?.spec?.renewTime, before);
  lab.clock.advance(1_000);
  t.is(Date.parse(lease()?.spec?.renewTime ?? '') - Date.parse(before), 10_000);
});

test('cordon adds its taint and keeps new pods away, uncordon takes it off and lets them in', (t) => {
  const lab = openLab();
  change(lab, { unschedulable: true });
  t.deepEqual(taints(lab), ['node.kubernetes.io/unschedulable:NoSchedule']);
  lab.registry.create(pod('a', here));
  lab.run();
  const stored = lab.registry.get<StoredPod>(key('Pod', 'a'));
  t.like(stored?.status?.conditions?.[0], {
    type: 'PodScheduled',
    status: 'False',
    reason: 'Unschedulable',
  });
  t.regex(lab.events('a').join(), /^FailedScheduling: 0\/4 nodes are available: .*1 node\(s\) were unschedulable/);
  change(lab, { unschedulable: undefined });
  t.deepEqual(taints(lab), []);
  t.is(lab.registry.get<StoredPod>(key('Pod', 'a'))?.spec?.nodeName, 'k8s-node1');
});

test('a NoExecute taint drives out the pods that do not tolerate it', (t) => {
  const lab = openLab();
  lab.registry.create(pod('goes', here));
  lab.registry.create(pod('stays', { ...here, tolerations: [{ key: 'broken', operator: 'Exists' }] }));
  lab.registry.create(
    pod('lingers', {
      ...here,
      tolerations: [{ key: 'broken', operator: 'Exists', effect: 'NoExecute', tolerationSeconds: 60 }],
    }),
  );
  lab.run();
  change(lab, { taints: [{ key: 'broken', value: 'disk', effect: 'NoExecute' }] });
  t.deepEqual(
    lab.pods().map(({ metadata }) => metadata.name),
    ['lingers', 'stays'],
  );
  t.true(lab.events('goes').includes('TaintManagerEviction: Marking for deletion Pod default/goes'));
  lab.clock.advance(60_000);
  lab.run();
  t.deepEqual(
    lab.pods().map(({ metadata }) => metadata.name),
    ['stays'],
  );
});

test('a Deployment moves off a tainted node', (t) => {
  const lab = openLab();
  lab.registry.create(deployment('web', 6));
  lab.run();
  change(lab, { taints: [{ key: 'broken', effect: 'NoExecute' }] });
  const places = lab.pods().map(({ spec }) => spec?.nodeName);
  t.is(places.length, 6);
  t.false(places.includes('k8s-node1'));
});

test('a node that is not ready is tainted and its pods leave after five minutes', (t) => {
  const lab = openLab();
  lab.registry.create(pod('a', here));
  lab.run();
  const object = node(lab);
  const conditions = object.status?.conditions?.map((each) =>
    each.type === 'Ready' ? { ...each, status: 'Unknown' } : each,
  );
  lab.registry.update({ ...object, status: { ...object.status, conditions } } as KubeObject, { subresource: 'status' });
  lab.run();
  t.deepEqual(taints(lab), ['node.kubernetes.io/unreachable:NoSchedule', 'node.kubernetes.io/unreachable:NoExecute']);
  lab.clock.advance(299_000);
  lab.run();
  t.is(lab.pods().length, 1);
  lab.clock.advance(1_000);
  lab.run();
  t.is(lab.pods().length, 0);
});
