/** The rival in state-lock.test.ts: takes the state directory down, again and again, until it is ended. */
import { closeSync } from 'node:fs';
import { workerData } from 'node:worker_threads';
import { stateDirectory } from '../../../src/cluster/state/state-directory.js';
import { holdState, removeState } from '../../../src/cluster/state/state-lock.js';

const directory = stateDirectory('web', workerData as string);
const never = new Int32Array(new SharedArrayBuffer(4));
for (;;) {
  Atomics.wait(never, 0, 0, 0.3);
  const lock = holdState(directory);
  if (lock === undefined) continue;
  removeState(directory);
  closeSync(lock);
}
