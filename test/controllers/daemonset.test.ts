import test from 'ava';
import type { KubeObject } from '../../src/api/object.js';
import { startPlane, template } from './plane.js';

const daemonSet = (spec: object = {}, image?: string) => ({
  apiVersion: 'apps/v1',
  kind: 'DaemonSet',
  metadata: { name: 'agent', namespace: 'default' },
  spec: { selector: { matchLabels: { app: 'agent' } }, template: merge(template({ app: 'agent' }, image), spec) },
});

function merge(base: ReturnType<typeof template>, spec: object) {
  return { ...base, spec: { ...base.spec, ...spec } };
}

const nodesOf = (pods: KubeObject[]) => pods.map((pod) => (pod.spec as { nodeName?: string }).nodeName).sort();
const workers = ['k8s-node1', 'k8s-node2', 'k8s-node3'];

test('a DaemonSet has one pod on every node whose taints it tolerates', (t) => {
  const plane = startPlane();
  plane.apply(daemonSet());
  plane.run();
  t.deepEqual(nodesOf(plane.all('', 'Pod')), workers);
});

test('with a toleration for everything it runs on the control plane too', (t) => {
  const plane = startPlane();
  plane.apply(daemonSet({ tolerations: [{ operator: 'Exists' }] }));
  plane.run();
  t.deepEqual(nodesOf(plane.all('', 'Pod')), ['k8s-master', ...workers]);
});

test('a nodeSelector chooses among the nodes', (t) => {
  const plane = startPlane();
  plane.apply(daemonSet({ nodeSelector: { 'kubernetes.io/hostname': 'k8s-node2' } }));
  plane.run();
  t.deepEqual(nodesOf(plane.all('', 'Pod')), ['k8s-node2']);
});

test('its status counts what is wanted, there and ready', (t) => {
  const plane = startPlane();
  plane.apply(daemonSet());
  plane.run();
  const [status] = plane.all('apps', 'DaemonSet').map((one) => one.status);
  t.like(status, { desiredNumberScheduled: 3, currentNumberScheduled: 3, numberReady: 3, updatedNumberScheduled: 3 });
});

test('a new template replaces the pods one node at a time, and is a new revision', (t) => {
  const plane = startPlane();
  plane.apply(daemonSet());
  plane.run();
  const before = plane.all('', 'Pod').map(({ metadata }) => metadata.name);
  plane.apply(daemonSet({}, 'nginx'));
  const leaving = plane.all('', 'Pod').filter(({ metadata }) => metadata.deletionTimestamp);
  t.is(leaving.length, 1, 'maxUnavailable is 1');
  plane.run();
  const after = plane.all('', 'Pod');
  t.deepEqual(nodesOf(after), workers);
  t.false(after.some(({ metadata }) => before.includes(metadata.name)));
  const revisions = plane.all('apps', 'ControllerRevision').map((one) => one.revision);
  t.deepEqual(revisions.sort(), [1, 2]);
});

test('a deleted DaemonSet takes its pods along', (t) => {
  const plane = startPlane();
  plane.apply(daemonSet());
  plane.run();
  plane.registry.delete({ group: 'apps', kind: 'DaemonSet', namespace: 'default', name: 'agent' });
  plane.settle();
  plane.run();
  t.is(plane.all('', 'Pod').length, 0);
});

test('every node has a kube-proxy and a calico-node from the start', (t) => {
  const plane = startPlane();
  plane.run();
  const names = plane.all('', 'Pod', 'kube-system').map(({ metadata }) => metadata.name.replace(/-[a-z0-9]{5}$/, ''));
  for (const name of ['kube-proxy', 'calico-node']) t.is(names.filter((one) => one === name).length, 4, name);
});
