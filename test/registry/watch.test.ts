import test from 'ava';
import { StatusError } from '../../src/api/status.js';
import type { ChangeEvent } from '../../src/registry/contract.js';
import { configMap, keys, openRegistry } from './lab.js';

test('a watch replays what is logged, then goes on live, and ends when told', (t) => {
  const registry = openRegistry();
  const from = registry.resourceVersion;
  const object = registry.create(configMap('a'));
  const events: ChangeEvent[] = [];
  const stop = registry.watch(from, (event) => events.push(event));
  registry.update({ ...object, data: { x: '1' } });
  registry.delete(keys.configMap('a'));
  stop();
  registry.create(configMap('b'));
  t.deepEqual(
    events.map(({ type, resourceVersion }) => `${type} ${resourceVersion - from}`),
    ['ADDED 1', 'MODIFIED 2', 'DELETED 3'],
  );
  t.is(events[1]?.previous, object);
  t.is(events[2]?.object.metadata.resourceVersion, String(from + 3));
});

test('a watch from before the log is expired', (t) => {
  const registry = openRegistry({ logSize: 3 });
  const from = registry.resourceVersion;
  for (const name of ['a', 'b', 'c', 'd']) registry.create(configMap(name));
  const error = t.throws(() => registry.watch(from, () => undefined), { instanceOf: StatusError });
  t.is(
    `${error?.code} ${error?.reason}: ${error?.message}`,
    `410 Expired: too old resource version: ${from} (${from + 1})`,
  );
  const names: string[] = [];
  registry.watch(from + 1, ({ key }) => names.push(key.name));
  t.deepEqual(names, ['b', 'c', 'd']);
});

test('listeners that write themselves, and watches begun inside a delivery, see every change once and in order', (t) => {
  const registry = openRegistry();
  const [first, second, late]: string[][] = [[], [], []];
  registry.watch(undefined, ({ key }) => {
    first?.push(key.name);
    if (key.name !== 'a') return;
    registry.create(configMap('b'));
    registry.watch(registry.resourceVersion - 2, (event) => late?.push(event.key.name));
    registry.create(configMap('c'));
  });
  registry.watch(undefined, ({ key }) => second?.push(key.name));
  registry.create(configMap('a'));
  t.deepEqual(
    [first, second, late],
    [
      ['a', 'b', 'c'],
      ['a', 'b', 'c'],
      ['a', 'b', 'c'],
    ],
  );
});
