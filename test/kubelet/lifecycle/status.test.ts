import test from 'ava';
import type { PodSpec } from 'kubernetes-types/core/v1.js';
import { type PodPhase, phaseOf } from '../../../src/kubelet/lifecycle/phase.js';
import type { ContainerRecord, ContainerState, PodRecord } from '../../../src/kubelet/lifecycle/records.js';
import { containerID, imageID, podStatus } from '../../../src/kubelet/lifecycle/status.js';

const at = '2024-01-01T00:00:00Z';
const running: ContainerState = { kind: 'running', startedAt: at };
const waiting: ContainerState = { kind: 'waiting', reason: 'ContainerCreating' };
const ended = (exitCode: number): ContainerState => ({
  kind: 'terminated',
  exitCode,
  reason: 'x',
  startedAt: at,
  finishedAt: at,
});

const record = (
  states: ContainerState[],
  init: ContainerState[] = [],
  more: Partial<ContainerRecord> = {},
): PodRecord => {
  const of =
    (prefix: string) =>
    (state: ContainerState, index: number): ContainerRecord => ({
      name: `${prefix}${index}`,
      restartCount: 0,
      state,
      ready: state.kind === 'running',
      started: state.kind === 'running',
      ...more,
    });
  return {
    init: init.map(of('i')),
    containers: states.map(of('c')),
    sandboxReady: true,
    startTime: at,
    podIPs: ['10.1.0.1'],
    hostIP: '192.168.56.101',
  };
};

const specOf = (restartPolicy: string, pod: PodRecord): PodSpec => ({
  restartPolicy,
  containers: pod.containers.map(({ name }) => ({ name, image: 'nginx' })),
  initContainers: pod.init.map(({ name }) => ({ name, image: 'busybox' })),
});

const phases: [policy: string, containers: ContainerState[], init: ContainerState[], expected: PodPhase][] = [
  ['Always', [waiting], [], 'Pending'],
  ['Always', [running, waiting], [], 'Pending'],
  ['Always', [running, ended(1)], [], 'Running'],
  ['Always', [ended(0)], [], 'Running'],
  ['OnFailure', [ended(0), ended(0)], [], 'Succeeded'],
  ['OnFailure', [ended(1)], [], 'Running'],
  ['Never', [ended(1), ended(0)], [], 'Failed'],
  ['Never', [ended(0)], [], 'Succeeded'],
  ['Always', [waiting], [running], 'Pending'],
  ['Never', [waiting], [ended(1)], 'Failed'],
  ['Always', [running], [ended(0)], 'Running'],
];
for (const [policy, containers, init, expected] of phases) {
  const name = [...init, '|', ...containers]
    .map((state) => (typeof state === 'string' ? state : `${state.kind}${'exitCode' in state ? state.exitCode : ''}`))
    .join(' ');
  test(`${policy}: ${name} is ${expected}`, (t) => {
    const pod = record(containers, init);
    t.is(phaseOf(specOf(policy, pod), pod), expected);
  });
}

test('a condition keeps its time until its status changes', (t) => {
  const pod = record([running]);
  const first = podStatus({ metadata: { name: 'p', uid: 'u' }, spec: specOf('Always', pod) }, pod, 'T1');
  t.true(first.conditions?.every(({ lastTransitionTime }) => lastTransitionTime === 'T1'));
  const unready = record([running], [], { ready: false });
  const second = podStatus(
    { metadata: { name: 'p', uid: 'u' }, spec: specOf('Always', pod), status: first },
    unready,
    'T2',
  );
  t.deepEqual(
    second.conditions?.map(({ type, lastTransitionTime }) => `${type} ${lastTransitionTime}`),
    ['PodReadyToStartContainers T1', 'Initialized T1', 'Ready T2', 'ContainersReady T2', 'PodScheduled T1'],
  );
});

test('readiness gates and the conditions of others are kept', (t) => {
  const pod = record([running]);
  const gate = { type: 'example.com/gate', status: 'False', lastTransitionTime: 'T0' };
  const spec = { ...specOf('Always', pod), readinessGates: [{ conditionType: gate.type }, { conditionType: 'other' }] };
  const status = podStatus({ metadata: { name: 'p' }, spec, status: { conditions: [gate] } }, pod, 'T1');
  t.deepEqual(status.conditions?.at(-1), gate);
  t.like(
    status.conditions?.find(({ type }) => type === 'Ready'),
    {
      status: 'False',
      reason: 'ReadinessGatesNotReady',
      message:
        'the status of pod readiness gate "example.com/gate" is not "True", but False, corresponding condition of pod readiness gate "other" does not exist.',
    },
  );
});

test('ids are derived from names', (t) => {
  t.is(containerID('u', 'c', 0), containerID('u', 'c', 0));
  t.not(containerID('u', 'c', 0), containerID('u', 'c', 1));
  t.regex(containerID('u', 'c', 0), /^containerd:\/\/[0-9a-f]{64}$/);
  t.regex(imageID('nginx'), /^docker\.io\/library\/nginx@sha256:[0-9a-f]{64}$/);
  t.regex(imageID('registry.k8s.io/pause:3.9'), /^registry\.k8s\.io\/pause@sha256:/);
});
