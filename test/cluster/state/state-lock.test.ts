import { closeSync, existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import test, { type ExecutionContext } from 'ava';
import { type StateDirectory, stateDirectory } from '../../../src/cluster/state/state-directory.js';
import { holdState, removeState, takeState } from '../../../src/cluster/state/state-lock.js';

function folder(t: ExecutionContext): string {
  const path = mkdtempSync(join(tmpdir(), 'kubewire-state-'));
  t.teardown(() => rmSync(path, { recursive: true, force: true }));
  return path;
}

function place(t: ExecutionContext): StateDirectory {
  return stateDirectory('web', folder(t));
}

test('a start that comes while the state is removed waits, and makes the directory anew', async (t) => {
  const directory = place(t);
  const old = (await takeState(directory)) as number;
  writeFileSync(directory.journal, 'of the old lab');
  const taken = takeState(directory);
  removeState(directory);
  closeSync(old);
  t.not(await taken, undefined);
  t.true(existsSync(directory.lock));
  t.false(existsSync(directory.journal));
  t.is(holdState(directory), undefined, 'and the lock keeps others out');
});

test('who still waits for the lock of a directory that is gone has not got the next one’s', async (t) => {
  const directory = place(t);
  t.is(holdState(directory), undefined, 'no directory is made by asking');
  const lock = (await takeState(directory)) as number;
  removeState(directory);
  t.false(existsSync(directory.root));
  t.not(await takeState(directory), undefined);
  closeSync(lock);
  t.is(holdState(directory), undefined);
});

test('what a start has made stays, however often the state is removed in the same moment', async (t) => {
  const root = folder(t);
  const directory = stateDirectory('web', root);
  const rival = new Worker(new URL('./state-lock.remover.js', import.meta.url), { workerData: root });
  t.teardown(() => rival.terminate());
  rival.once('error', (error) => t.fail(String(error)));
  for (let start = 0; start < 300; start += 1) {
    const lock = await takeState(directory);
    if (lock === undefined) continue;
    writeFileSync(directory.status, '{}');
    await new Promise((resolve) => setImmediate(resolve));
    t.true(existsSync(directory.status) && existsSync(directory.lock), `start ${start}`);
    closeSync(lock);
  }
});
