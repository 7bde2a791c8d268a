import test from 'ava';
import type { KubeObject } from '../../src/api/object.js';
import { JournalError, journalLine, journalOf, replayJournal } from '../../src/registry/journal.js';
import type { LabRegistry } from '../../src/registry/registry.js';
import { configMap, keys, openRegistry, service } from './lab.js';

const generated = (prefix: string): KubeObject => ({
  ...configMap(''),
  metadata: { name: '', namespace: 'default', generateName: prefix },
});
/** A registry that writes a journal from its first moment. */
function journaled(): { registry: LabRegistry; text: () => string } {
  const registry = openRegistry();
  let text = journalOf(registry.snapshot());
  registry.watch(undefined, (event) => {
    text += journalLine(event);
  });
  return { registry, text: () => text };
}
function change(registry: LabRegistry): void {
  registry.create(service('web', { type: 'NodePort' }));
  const object = registry.create(configMap('a'));
  registry.update({ ...object, data: { x: '1' } });
  registry.delete(keys.configMap('a'));
  registry.create(configMap('a', { y: '2' }));
  for (const prefix of ['g-', 'g-', 'h-']) registry.create(generated(prefix));
  registry.applyBatch([service('b'), service('c')]);
}

test('what was written comes back whole: objects, versions, and what names and uids come next', (t) => {
  const { registry, text } = journaled();
  change(registry);
  const restored = openRegistry();
  restored.restore(replayJournal(text()));
  t.deepEqual(restored.snapshot(), registry.snapshot());
  t.deepEqual(restored.create(generated('g-')), registry.create(generated('g-')));
});

test('a compacted journal says the same', (t) => {
  const { registry, text } = journaled();
  change(registry);
  const compact = journalOf(registry.snapshot());
  t.deepEqual(replayJournal(compact), replayJournal(text()));
  t.true(compact.length < text().length);
});

test('a write that was cut off counts as not made, wherever it was cut', (t) => {
  const { registry, text } = journaled();
  const before = text();
  registry.create(configMap('last'));
  for (let length = before.length; length < text().length; length += 7) {
    t.deepEqual(replayJournal(text().slice(0, length)), replayJournal(before));
  }
});

test('a batch that was refused leaves no line', (t) => {
  const { registry, text } = journaled();
  const before = text();
  t.throws(() => registry.applyBatch([configMap('a'), configMap('b', {}, 'nowhere')]));
  registry.create(configMap('a'), { dryRun: true });
  t.is(text(), before);
});

for (const damage of ['{"type":"ADDED"', 'null', '{"type":"ADDED","object":{}}', '']) {
  test(`a damaged line ${JSON.stringify(damage)} is named`, (t) => {
    const { text } = journaled();
    const lines = text().split('\n').length;
    const error = t.throws(() => replayJournal(`${text()}${damage}\n`), { instanceOf: JournalError });
    t.is(error?.line, lines);
  });
}

test('leases are not kept', (t) => {
  const lease: KubeObject = {
    apiVersion: 'coordination.k8s.io/v1',
    kind: 'Lease',
    metadata: { name: 'n', namespace: 'default' },
  };
  t.is(journalLine({ type: 'ADDED', object: lease }), '');
});
