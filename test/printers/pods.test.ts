import test from 'ava';
import { printerFor } from '../../src/printers/table.js';
import { cellsOf, make } from './print.js';

type Status = Record<string, unknown>;

const running = { name: 'c', ready: true, restartCount: 0, state: { running: {} } };

function pod(status: Status, spec: Record<string, unknown> = {}, metadata: Record<string, unknown> = {}) {
  const object = make('v1', 'Pod', 'web', { spec: { containers: [{ name: 'c' }], ...spec }, status });
  return { ...object, metadata: { ...object.metadata, ...metadata } };
}

const waiting = (reason: string) => ({ ...running, ready: false, state: { waiting: { reason } } });
const ended = (terminated: Record<string, unknown>) => ({ ...running, ready: false, state: { terminated } });
const phase = (name: string, ...containerStatuses: unknown[]) => ({ phase: name, containerStatuses });

/** Status, then READY and STATUS as upstream's printers_test.go has them. */
const rows: [string, ReturnType<typeof pod>, string, string][] = [
  ['not scheduled', pod({ phase: 'Pending' }), '0/1', 'Pending'],
  ['running', pod(phase('Running', running)), '1/1', 'Running'],
  ['being made', pod(phase('Pending', waiting('ContainerCreating'))), '0/1', 'ContainerCreating'],
  ['crashing', pod(phase('Running', waiting('CrashLoopBackOff'))), '0/1', 'CrashLoopBackOff'],
  ['without its image', pod(phase('Pending', waiting('ImagePullBackOff'))), '0/1', 'ImagePullBackOff'],
  ['done', pod(phase('Succeeded', ended({ reason: 'Completed', exitCode: 0 }))), '0/1', 'Completed'],
  ['failed', pod(phase('Failed', ended({ reason: 'Error', exitCode: 1 }))), '0/1', 'Error'],
  ['failed without a reason', pod(phase('Failed', ended({ exitCode: 3 }))), '0/1', 'ExitCode:3'],
  ['killed by a signal', pod(phase('Failed', ended({ exitCode: 137, signal: 9 }))), '0/1', 'Signal:9'],
  ['evicted', pod({ phase: 'Failed', reason: 'Evicted' }), '0/1', 'Evicted'],
  ['being deleted', pod(phase('Running', running), {}, { deletionTimestamp: 'x' }), '1/1', 'Terminating'],
  [
    'deleted after its end',
    pod(phase('Succeeded', ended({ reason: 'Completed', exitCode: 0 })), {}, { deletionTimestamp: 'x' }),
    '0/1',
    'Completed',
  ],
  [
    'on a lost node',
    pod({ ...phase('Running', running), reason: 'NodeLost' }, {}, { deletionTimestamp: 'x' }),
    '1/1',
    'Unknown',
  ],
  [
    'gated',
    pod({ phase: 'Pending', conditions: [{ type: 'PodScheduled', status: 'False', reason: 'SchedulingGated' }] }),
    '0/1',
    'SchedulingGated',
  ],
];

for (const [title, object, ready, status] of rows) {
  test(`a pod that is ${title} is ${ready} ${status}`, (t) => {
    const cells = cellsOf(object);
    t.deepEqual([cells.READY, cells.STATUS], [ready, status]);
  });
}

const initSpec = { initContainers: [{ name: 'i1' }, { name: 'i2' }] };
const init = (...initContainerStatuses: unknown[]) => ({ phase: 'Pending', initContainerStatuses });
const initDone = {
  name: 'i1',
  ready: true,
  restartCount: 0,
  state: { terminated: { exitCode: 0, reason: 'Completed' } },
};

const initRows: [string, Status, string][] = [
  ['has not begun', init({ name: 'i1', state: {} }, { name: 'i2', state: {} }), 'Init:0/2'],
  ['is half way', init(initDone, { name: 'i2', state: { running: {} } }), 'Init:1/2'],
  ['waits', init({ name: 'i1', state: { waiting: { reason: 'PodInitializing' } } }), 'Init:0/2'],
  ['cannot get an image', init({ name: 'i1', state: { waiting: { reason: 'ErrImagePull' } } }), 'Init:ErrImagePull'],
  ['failed', init({ name: 'i1', state: { terminated: { exitCode: 1, reason: 'Error' } } }), 'Init:Error'],
  ['failed without a reason', init({ name: 'i1', state: { terminated: { exitCode: 7 } } }), 'Init:ExitCode:7'],
  ['was killed', init({ name: 'i1', state: { terminated: { exitCode: 137, signal: 9 } } }), 'Init:Signal:9'],
];

for (const [title, status, text] of initRows) {
  test(`a pod whose initialization ${title} is ${text}`, (t) => {
    t.is(cellsOf(pod(status, initSpec)).STATUS, text);
  });
}

test('a sidecar counts among the containers once it has started', (t) => {
  const spec = { initContainers: [{ name: 'i1', restartPolicy: 'Always' }] };
  const started = { name: 'i1', ready: true, started: true, restartCount: 2, state: { running: {} } };
  const cells = cellsOf(
    pod({ phase: 'Running', initContainerStatuses: [started], containerStatuses: [running] }, spec),
  );
  t.deepEqual([cells.READY, cells.STATUS, cells.RESTARTS], ['2/2', 'Running', '2']);
});

test('RESTARTS tells how long ago the last one was', (t) => {
  const lastState = { terminated: { finishedAt: '2026-01-01T00:03:29Z' } };
  const again = { ...running, restartCount: 1, lastState };
  t.is(cellsOf(pod(phase('Running', again))).RESTARTS, '1 (5s ago)');
  t.is(cellsOf(pod(phase('Running', { ...running, restartCount: 7 }))).RESTARTS, '7');
  t.is(cellsOf(pod(phase('Running', running))).RESTARTS, '0');
});

test('a pod with one container done and one running is Running when ready, NotReady otherwise', (t) => {
  const both = phase('Running', ended({ reason: 'Completed', exitCode: 0 }), running);
  const ready = { conditions: [{ type: 'Ready', status: 'True' }] };
  t.is(cellsOf(pod({ ...both, ...ready })).STATUS, 'Running');
  t.is(cellsOf(pod(both)).STATUS, 'NotReady');
});

test('the columns are those of the course notes', (t) => {
  const status = { ...phase('Running', running), podIPs: [{ ip: '10.109.131.24' }] };
  t.deepEqual(cellsOf(pod(status, { nodeName: 'k8s-node2', readinessGates: [{ conditionType: 'x' }] })), {
    NAME: 'web',
    READY: '1/1',
    STATUS: 'Running',
    RESTARTS: '0',
    AGE: '3m34s',
    'IP*': '10.109.131.24',
    'NODE*': 'k8s-node2',
    'NOMINATED NODE*': '<none>',
    'READINESS GATES*': '0/1',
  });
});

test('a row tells clients that its pod is over', (t) => {
  const conditions = (name: string) => printerFor('', 'Pod').conditions?.(pod({ phase: name }));
  t.like(conditions('Succeeded')?.[0], { type: 'Completed', reason: 'Succeeded' });
  t.like(conditions('Failed')?.[0], { type: 'Completed', message: 'The pod failed.' });
  t.deepEqual(conditions('Running'), []);
});

test('an empty pod prints', (t) => {
  const cells = cellsOf(make('v1', 'Pod', 'bare'));
  t.deepEqual([cells.READY, cells.STATUS, cells['IP*'], cells['NODE*']], ['0/0', '', '<none>', '<none>']);
});
