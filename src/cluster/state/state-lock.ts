/**
 * Who may make and remove what a lab keeps: whoever holds the lock in its directory. `lab up` takes it and gives it to the
 * daemon, `lab down` takes it once the daemon is gone, so neither can take away what the other has just made.
 */
import { readdirSync, rmdirSync, rmSync } from 'node:fs';
import { basename, join } from 'node:path';
import { holdFile } from '../../kernel/lock.js';
import { pause } from '../../world/pause.js';
import { createStateDirectory, type StateDirectory } from './state-directory.js';

/** Longer than a `lab down` holds the lock to remove a directory, even on a busy machine. */
const PATIENCE_MS = 1000;
const LOOK_EVERY_MS = 5;

/** Makes the directory and resolves with its lock's descriptor, or with undefined when another lab of that name has it. */
export async function takeState(directory: StateDirectory): Promise<number | undefined> {
  for (let waited = 0; waited < PATIENCE_MS; waited += LOOK_EVERY_MS) {
    createStateDirectory(directory);
    const lock = holdState(directory);
    if (lock !== undefined) return lock;
    await pause(LOOK_EVERY_MS);
  }
  return undefined;
}

/** The lock's descriptor, or undefined when somebody else holds it or there is no directory. */
export function holdState({ lock }: StateDirectory): number | undefined {
  try {
    return holdFile(lock);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    return undefined;
  }
}

/**
 * Removes the directory; whoever calls this holds its lock. That goes last: who takes the name from then on has a lock of
 * his own, and the directory stays his.
 */
export function removeState({ root, lock }: StateDirectory): void {
  for (const name of readdirSync(root).filter((one) => one !== basename(lock))) {
    rmSync(join(root, name), { recursive: true, force: true });
  }
  rmSync(lock);
  try {
    rmdirSync(root);
  } catch (error) {
    if (!['ENOTEMPTY', 'ENOENT'].includes((error as NodeJS.ErrnoException).code ?? '')) throw error;
  }
}
