import test from 'ava';
import type { Event } from 'kubernetes-types/core/v1.js';
import type { KubeObject, Stored } from '../../src/api/object.js';
import type { Controller, Intent } from '../../src/controllers/contract.js';
import { recordEvent } from '../../src/controllers/events.js';
import { createRunner } from '../../src/controllers/runner.js';
import { createManualWorld } from '../../src/world/manual-clock.js';
import { configMap, courseConfig, openRegistry } from '../registry/lab.js';

const open = (controllers: Controller[]) => {
  const registry = openRegistry();
  const world = createManualWorld(1);
  const refusals: string[] = [];
  const onRefusal = (name: string, key: string, error: Error): number =>
    refusals.push(`${name} ${key}: ${error.message}`);
  const runner = createRunner({ registry, world, config: courseConfig, controllers, onRefusal });
  return { registry, clock: world.clock, runner, refusals };
};
/** Notes that it was called, then answers with the intents. */
const doing = (note: () => unknown, ...intents: Intent[]): Intent[] => {
  note();
  return intents;
};
/** Works on ConfigMaps by name; `work` says what to do. */
const onConfigMaps = (name: string, reconcile: Controller['reconcile']): Controller => ({
  name,
  keysFor: ({ key }) => (key.kind === 'ConfigMap' ? [key.name] : []),
  reconcile,
});

test('keys are worked on in sorted order, the first controller first, each once however many changes there were', (t) => {
  const seen: string[] = [];
  const watcher = (name: string): Controller => onConfigMaps(name, (key) => doing(() => seen.push(`${name} ${key}`)));
  const { registry, runner } = open([watcher('one'), watcher('two')]);
  runner.start();
  for (const name of ['c', 'a', 'b']) registry.create(configMap(name));
  registry.update(configMap('a', { x: '1' }));
  t.is(runner.settle(), 6);
  t.deepEqual(seen, ['one a', 'one b', 'one c', 'two a', 'two b', 'two c']);
  t.is(runner.settle(), 0);
});

test('what exists at the start is looked at, and changes wake the runner by themselves', (t) => {
  const seen: string[] = [];
  const { registry, runner, clock } = open([onConfigMaps('one', (key) => doing(() => seen.push(key)))]);
  registry.create(configMap('before'));
  runner.start();
  clock.advance(0);
  registry.create(configMap('after'));
  t.deepEqual(seen, ['before']);
  clock.advance(0);
  t.deepEqual(seen, ['before', 'after']);
  runner.stop();
  registry.create(configMap('late'));
  clock.advance(1_000);
  t.deepEqual(seen, ['before', 'after']);
});

test('a later controller sees what an earlier one has made, also when it was woken first', (t) => {
  const copy = (key: string): KubeObject => configMap(`${key}-copy`);
  const maker = onConfigMaps('maker', (key) =>
    key.endsWith('-copy') ? [] : [{ verb: 'create', object: copy(key), reason: 'copy' }],
  );
  let together = 0;
  const reader = onConfigMaps('reader', (key, lister) => {
    if (
      !key.endsWith('-copy') &&
      lister.get({ group: '', kind: 'ConfigMap', namespace: 'default', name: `${key}-copy` })
    )
      together += 1;
    return [];
  });
  const { registry, runner } = open([maker, reader]);
  runner.start();
  for (const name of ['a', 'b']) registry.create(configMap(name));
  runner.settle();
  t.is(together, 2);
});

test('a refused intent is told, and its key tried again after 1, 2, 4 … seconds', (t) => {
  const times: number[] = [];
  const { registry, runner, clock, refusals } = open([
    onConfigMaps('one', (_key, _lister, { now }) =>
      doing(() => times.push(now), { verb: 'create', object: configMap('x', {}, 'nowhere'), reason: 'in vain' }),
    ),
  ]);
  runner.start();
  registry.create(configMap('a'));
  runner.settle();
  clock.advance(7_000);
  t.deepEqual(
    times.map((time) => time - (times[0] ?? 0)),
    [0, 1_000, 3_000, 7_000],
  );
  t.is(refusals[0], 'one a: namespaces "nowhere" not found');
});

test('of several wake-ups for one key the earliest counts', (t) => {
  let runs = 0;
  const { registry, runner, clock } = open([
    onConfigMaps('one', (key) => {
      runs += 1;
      if (runs > 2) return [];
      return [60_000, 5_000].map((afterMs) => ({ verb: 'requeue' as const, key, afterMs, reason: 'later' }));
    }),
  ]);
  runner.start();
  registry.create(configMap('a'));
  runner.settle();
  clock.advance(4_999);
  t.is(runs, 1);
  clock.advance(1);
  t.is(runs, 2);
  t.is(clock.pending, 1);
});

test('a controller that fails on one key is told of, and works on the others', (t) => {
  const seen: string[] = [];
  const faults: string[] = [];
  const registry = openRegistry();
  const world = createManualWorld(1);
  const strange = onConfigMaps('one', (key) => {
    if (key === 'b' && !seen.includes('c')) throw new Error('strange');
    return doing(() => seen.push(key));
  });
  const onFault = (controller: string, key: string, error: unknown): number =>
    faults.push(`${controller} ${key}: ${error}`);
  const runner = createRunner({ registry, world, config: courseConfig, controllers: [strange], onFault });
  runner.start();
  for (const name of ['a', 'b', 'c']) registry.create(configMap(name));
  runner.settle();
  t.deepEqual([seen, faults], [['a', 'c'], ['one b: Error: strange']]);
  world.clock.advance(1_000);
  t.deepEqual(seen, ['a', 'c', 'b']);
});

test('two controllers at odds do not hang the lab', (t) => {
  let count = 0;
  const { registry, runner } = open([
    onConfigMaps('one', (key) =>
      doing(() => count++, { verb: 'update', object: configMap(key, { count: String(count) }), reason: 'again' }),
    ),
  ]);
  runner.start();
  registry.create(configMap('a'));
  t.is(runner.settle(), 501);
  t.is(count, 500);
});

test('an Event told again is counted, with the time of the first and the last', (t) => {
  const registry = openRegistry();
  const { clock } = createManualWorld(1);
  const involved = registry.create(configMap('a'));
  const input = {
    involved,
    type: 'Warning' as const,
    reason: 'Unhealthy',
    message: 'Readiness probe failed',
    component: 'kubelet',
  };
  recordEvent(registry, clock, input);
  clock.advance(10_000);
  recordEvent(registry, clock, input);
  recordEvent(registry, clock, { ...input, message: 'another' });
  const events = registry
    .list<Stored<Event>>('', 'Event')
    .sort((left, right) => (right.count ?? 0) - (left.count ?? 0));
  t.is(events.length, 2);
  t.like(events[0], {
    count: 2,
    firstTimestamp: '2024-01-01T00:00:00Z',
    lastTimestamp: '2024-01-01T00:00:10Z',
    type: 'Warning',
    source: { component: 'kubelet' },
  });
  t.like(events[0]?.involvedObject, { kind: 'ConfigMap', namespace: 'default', name: 'a', uid: involved.metadata.uid });
  t.regex(events[0]?.metadata.name ?? '', /^a\.[0-9a-f]{16}$/);
});

test('Events about one object have names in the order in which they happened', (t) => {
  const registry = openRegistry();
  const { clock } = createManualWorld(1);
  const involved = registry.create(configMap('a'));
  const reasons = ['Zeroth', 'First', 'Last'];
  for (const reason of reasons) {
    recordEvent(registry, clock, { involved, type: 'Normal', reason, message: reason, component: 'c' });
  }
  const events = registry.list<Stored<Event> & KubeObject>('', 'Event');
  t.deepEqual(
    events.map(({ reason }) => reason),
    reasons,
  );
});

test('an Event about something in a namespace that is gone is dropped', (t) => {
  const registry = openRegistry();
  const input = {
    involved: configMap('a', {}, 'gone'),
    type: 'Normal' as const,
    reason: 'R',
    message: 'm',
    component: 'c',
  };
  recordEvent(registry, createManualWorld(1).clock, input);
  t.deepEqual(registry.list('', 'Event'), []);
});
