import test from 'ava';
import type { KubeObject } from '../../src/api/object.js';
import { changeLine, replay, snapshotLine } from '../../src/registry/journal.js';
import { openRegistry } from './lab.js';

const pod = (name: string, extra: object = {}): KubeObject => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name, namespace: 'default' },
  spec: { containers: [{ name: 'c', image: 'traefik/whoami' }] },
  ...extra,
});
const podKey = (name: string) => ({ group: '', kind: 'Pod', namespace: 'default', name });

/** A registry whose journal is kept in a list. */
function journaled() {
  const registry = openRegistry();
  const lines = [snapshotLine(registry.snapshot()).trim()];
  registry.watch(undefined, (event) => {
    const line = changeLine(event);
    if (line !== undefined) lines.push(line.trim());
  });
  const restored = () => {
    const again = openRegistry();
    const fresh = replay(lines);
    again.restore(fresh);
    return again;
  };
  return { registry, lines, restored };
}

test('what was created, changed and deleted is so after a restore, with names, uids and versions', (t) => {
  const { registry, restored } = journaled();
  const kept = registry.create(pod('kept'));
  registry.create(pod('gone'));
  registry.delete(podKey('gone'), { gracePeriodSeconds: 0 });
  registry.update({ ...kept, metadata: { ...kept.metadata, labels: { app: 'x' } } });
  const again = restored();
  t.is(again.get(podKey('gone')), undefined);
  const found = again.get(podKey('kept'));
  t.like(found?.metadata, { uid: kept.metadata.uid, labels: { app: 'x' } });
  t.true(again.resourceVersion >= registry.resourceVersion - 1);
});

test('names and uids go on where they stopped', (t) => {
  const generated = { ...pod(''), metadata: { name: '', generateName: 'web-', namespace: 'default' } };
  const first = journaled();
  const before = first.registry.create(generated).metadata;
  first.registry.delete(podKey(before.name), { gracePeriodSeconds: 0 });
  const expected = first.restored().create(generated).metadata;
  const unbroken = first.registry.create(generated).metadata;
  t.not(expected.name, before.name);
  t.is(expected.name, unbroken.name);
  t.is(expected.uid, unbroken.uid);
});

test('a pod comes back as bound but not yet running; one that ended stays ended', (t) => {
  const { registry, restored } = journaled();
  const running = registry.create(pod('running'));
  registry.update({ ...running, status: { phase: 'Running', podIP: '10.0.0.1' } }, { subresource: 'status' });
  const ended = registry.create(pod('ended'));
  registry.update({ ...ended, status: { phase: 'Succeeded' } }, { subresource: 'status' });
  t.like(restored().get(podKey('running'))?.status, { phase: 'Pending' });
  t.like(restored().get(podKey('ended'))?.status, { phase: 'Succeeded' });
});

test('the reports of running pods are not written down', (t) => {
  const { registry, lines } = journaled();
  const running = registry.create(pod('running'));
  const before = lines.length;
  registry.update({ ...running, status: { phase: 'Running' } }, { subresource: 'status' });
  t.is(lines.length, before);
});

test('a last line that a crash cut off is left out', (t) => {
  const { registry, lines } = journaled();
  registry.create(pod('whole'));
  registry.create(pod('torn'));
  const torn = lines.pop() ?? '';
  const { objects } = replay([...lines, torn.slice(0, torn.length / 2)]);
  t.deepEqual(
    objects.filter(({ kind }) => kind === 'Pod').map(({ metadata }) => metadata.name),
    ['whole'],
  );
});

test('a file that is no journal is refused', (t) => {
  t.throws(() => replay(['hello']), { message: /does not begin with a snapshot/ });
});
