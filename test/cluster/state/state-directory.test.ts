import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import {
  createStateDirectory,
  readStatus,
  stateDirectory,
  stateRoot,
} from '../../../src/cluster/state/state-directory.js';

function folder(t: ExecutionContext): string {
  const path = mkdtempSync(join(tmpdir(), 'kubewire-state-'));
  t.teardown(() => rmSync(path, { recursive: true, force: true }));
  return path;
}

test('a relative KUBEWIRE_STATE is the same folder from everywhere', (t) => {
  t.is(stateRoot({ KUBEWIRE_STATE: 'labs' }), join(process.cwd(), 'labs'));
});

test('a folder of one’s own is used, and closed to others', (t) => {
  const directory = stateDirectory('web', join(folder(t), 'new'));
  createStateDirectory(directory);
  t.is(readStatus(directory), undefined);
});

const traps: [what: string, set: (root: string) => void, says: RegExp][] = [
  ['others may write to the folder of all labs', (root) => chmodSync(root, 0o777), /\(others may write to /],
  [
    'others may write to the lab’s own folder',
    (root) => {
      mkdirSync(join(root, 'web'));
      chmodSync(join(root, 'web'), 0o707);
    },
    /\(others may write to /,
  ],
  ['the lab’s folder is a link to elsewhere', (root) => symlinkSync(root, join(root, 'web')), /is no folder\)/],
];

for (const [what, set, says] of traps) {
  test(`a state directory that somebody else may have made is not believed: ${what}`, (t) => {
    const root = folder(t);
    set(root);
    const directory = stateDirectory('web', root);
    for (const use of [readStatus, createStateDirectory]) {
      const error = t.throws(() => use(directory), { name: 'CommandFailure' });
      t.regex(error?.message ?? '', says);
      t.regex(error?.message ?? '', /^lab: cannot use the state directory .*KUBEWIRE_STATE=FOLDER$/);
    }
  });
}
