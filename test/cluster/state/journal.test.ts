import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'ava';
import type { KubeObject } from '../../../src/api/object.js';
import type { LabSettings } from '../../../src/cluster/start-request.js';
import { type JournalFile, journalFile, keepJournal, readJournal } from '../../../src/cluster/state/journal.js';
import { openLab } from '../../controllers/lab.js';

const settings = { seed: 7 } as LabSettings;
const named = (name: string): KubeObject => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name, namespace: 'default' },
});

test('a disk that is full loses no change but the journal’s, says so once, and the journal is whole again when there is room', (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'kubewire-journal-'));
  t.teardown(() => rmSync(folder, { recursive: true }));
  const path = join(folder, 'journal');
  const real = journalFile(path);
  let full = false;
  const guarded =
    <T>(write: (text: T) => void) =>
    (text: T) => {
      if (full) throw new Error('ENOSPC: no space left on device, write');
      write(text);
    };
  const file: JournalFile = { begin: guarded(real.begin), append: guarded(real.append) };
  const { registry } = openLab();
  const said: string[] = [];
  keepJournal(settings, registry, file, (text) => said.push(text));
  registry.create(named('one'));
  full = true;
  registry.create(named('two'));
  registry.create(named('three'));
  t.deepEqual(said, [
    'journal: ENOSPC: no space left on device, write; after a crash the lab would go on from before this',
  ]);
  full = false;
  registry.create(named('four'));
  registry.create(named('five'));
  const kept = readJournal(path);
  t.deepEqual(kept?.settings, settings);
  const text = JSON.stringify(kept?.snapshot);
  for (const name of ['one', 'two', 'three', 'four', 'five']) t.true(text.includes(`"name":"${name}"`), name);
});
