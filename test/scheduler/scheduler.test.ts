import test from 'ava';
import { nodeObjects } from '../../src/controllers/bootstrap/node.js';
import type { SchedulableNode, SchedulablePod } from '../../src/scheduler/contract.js';
import { schedule } from '../../src/scheduler/scheduler.js';
import { courseConfig, pod as makePod } from '../registry/lab.js';

const nodes = nodeObjects(courseConfig, '2024-01-01T00:00:00Z') as SchedulableNode[];
const pod = (name: string, spec: object = {}, metadata: object = {}): SchedulablePod =>
  makePod(name, { ...spec }, { ...metadata }) as SchedulablePod;
const place = (
  subject: SchedulablePod,
  pods: Record<string, SchedulablePod[]> = {},
  from = nodes,
  seed = 1,
): ReturnType<typeof schedule> => schedule(subject, from, new Map(Object.entries(pods)), { seed });
const cordoned = (name: string): SchedulableNode[] =>
  nodes.map((node) => (node.metadata.name === name ? { ...node, spec: { ...node.spec, unschedulable: true } } : node));
const sized = (maxPods: string): SchedulableNode[] =>
  nodes.map((node) => ({ ...node, status: { ...node.status, allocatable: { pods: maxPods } } }));
const tolerant = {
  tolerations: [{ key: 'node-role.kubernetes.io/control-plane', operator: 'Exists', effect: 'NoSchedule' }],
};
const onNode = (name: string): object => ({ nodeSelector: { 'kubernetes.io/hostname': name } });
const affinity = (matchExpressions: object[]): object => ({
  affinity: {
    nodeAffinity: { requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms: [{ matchExpressions }] } },
  },
});

test('a nodeSelector leaves one node', (t) => {
  t.deepEqual(place(pod('a', onNode('k8s-node2'))), { node: 'k8s-node2', reason: 'onlyNodeThatFits' });
});

test('the control plane takes only pods that tolerate its taint', (t) => {
  t.like(place(pod('a', { ...onNode('k8s-master'), ...tolerant })), { node: 'k8s-master' });
  t.like(place(pod('a', onNode('k8s-master'))), { unschedulable: true });
});

const messages: [string, SchedulablePod, SchedulableNode[], Record<string, SchedulablePod[]>, string][] = [
  [
    'a selector that no worker has',
    pod('a', onNode('nowhere')),
    nodes,
    {},
    "0/4 nodes are available: 1 node(s) had untolerated taint {node-role.kubernetes.io/control-plane: }, 3 node(s) didn't match Pod's node affinity/selector. preemption: 0/4 nodes are available: 4 Preemption is not helpful for scheduling.",
  ],
  [
    'a cordoned node',
    pod('a', onNode('k8s-node1')),
    cordoned('k8s-node1'),
    {},
    "0/4 nodes are available: 1 node(s) had untolerated taint {node-role.kubernetes.io/control-plane: }, 1 node(s) were unschedulable, 2 node(s) didn't match Pod's node affinity/selector. preemption: 0/4 nodes are available: 4 Preemption is not helpful for scheduling.",
  ],
  [
    'full nodes',
    pod('a'),
    sized('1'),
    { 'k8s-node1': [pod('x')], 'k8s-node2': [pod('y')], 'k8s-node3': [pod('z')] },
    '0/4 nodes are available: 1 node(s) had untolerated taint {node-role.kubernetes.io/control-plane: }, 3 Too many pods. preemption: 0/4 nodes are available: 1 Preemption is not helpful for scheduling, 3 No preemption victims found for incoming pod.',
  ],
  ['no node at all', pod('a'), [], {}, 'no nodes available to schedule pods'],
];
for (const [what, subject, from, pods, message] of messages) {
  test(`${what} is explained in kube-scheduler's words`, (t) => {
    t.deepEqual(place(subject, pods, from), { unschedulable: true, message });
  });
}

const requirements: [object, string[]][] = [
  [{ key: 'kubernetes.io/hostname', operator: 'In', values: ['k8s-node1', 'k8s-node3'] }, ['k8s-node1', 'k8s-node3']],
  [{ key: 'kubernetes.io/hostname', operator: 'NotIn', values: ['k8s-node1'] }, ['k8s-node2', 'k8s-node3']],
  [{ key: 'gpu', operator: 'DoesNotExist' }, ['k8s-node1', 'k8s-node2', 'k8s-node3']],
  [{ key: 'gpu', operator: 'Exists' }, []],
];
for (const [requirement, expected] of requirements) {
  test(`required node affinity ${JSON.stringify(requirement)} allows ${expected.join(', ') || 'no node'}`, (t) => {
    const allowed = nodes.filter((node) => 'node' in place(pod('a', affinity([requirement])), {}, [node]));
    t.deepEqual(
      allowed.map(({ metadata }) => metadata.name),
      expected,
    );
  });
}

test('two pods with one hostPort do not share a node, unless protocol or address differ', (t) => {
  const ports = (port: object): object => ({
    ...onNode('k8s-node1'),
    containers: [{ name: 'c', ports: [{ containerPort: 1, ...port }] }],
  });
  const there = { 'k8s-node1': [pod('x', ports({ hostPort: 80 }))] };
  t.like(place(pod('a', ports({ hostPort: 80 })), there), { unschedulable: true });
  t.like(place(pod('a', ports({ hostPort: 80, protocol: 'UDP' })), there), { node: 'k8s-node1' });
  t.like(place(pod('a', ports({ hostPort: 81 })), there), { node: 'k8s-node1' });
  t.like(place(pod('a', ports({ hostPort: 80, hostIP: '127.0.0.1' })), there), { unschedulable: true });
});

test('pods of one owner are spread before nodes are evened out', (t) => {
  const owned = {
    ownerReferences: [{ apiVersion: 'apps/v1', kind: 'ReplicaSet', name: 'web', uid: 'u', controller: true }],
  };
  const pods = {
    'k8s-node1': [pod('w1', {}, owned)],
    'k8s-node2': [pod('x'), pod('y')],
    'k8s-node3': [pod('w2', {}, owned)],
  };
  t.deepEqual(place(pod('w3', {}, owned), pods), { node: 'k8s-node2', reason: 'fewestPodsOfTheSameOwner' });
  t.like(place(pod('other'), pods), { reason: 'hashOfNames' });
});

test('pods without owner are spread by their labels', (t) => {
  const labels = { labels: { app: 'myweb' } };
  const pods = { 'k8s-node1': [pod('myweb1', {}, labels)], 'k8s-node2': [pod('x')], 'k8s-node3': [pod('y'), pod('z')] };
  t.deepEqual(place(pod('myweb2', {}, labels), pods), { node: 'k8s-node2', reason: 'fewestPods' });
});

test('the answer does not depend on the order of nodes, and ties depend on the seed', (t) => {
  t.deepEqual(place(pod('a'), {}, [...nodes].reverse()), place(pod('a')));
  const answers = new Set(Array.from({ length: 20 }, (_, seed) => JSON.stringify(place(pod('a'), {}, nodes, seed))));
  t.true(answers.size > 1);
});

test('a pinned address chooses the node of its block', (t) => {
  const options = { seed: 1, addressNode: 'k8s-node3' };
  t.deepEqual(schedule(pod('a'), nodes, new Map(), options), { node: 'k8s-node3', reason: 'onlyNodeThatFits' });
});
