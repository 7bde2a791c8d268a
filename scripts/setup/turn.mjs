/**
 * One set-up at a time in a clone: two terminals that start `npm run lab` together must not install over each other.
 * The lock is a file with the owner's pid; a lock whose owner is gone is taken over.
 */
import { closeSync, mkdirSync, openSync, readFileSync, rmSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { EXIT, SetupError } from './exit-codes.mjs';

const POLL_MS = 100;
/** npm ci on a slow line takes minutes; longer than this, something is stuck. */
const PATIENCE_MS = 15 * 60_000;

/** A folder of somebody else, a read-only disk, a file where the folder should be. */
const UNWRITABLE = ['EACCES', 'EPERM', 'EROFS', 'EEXIST', 'ENOTDIR'];

const lockPath = (root) => join(root, 'dist', '.setup-lock');

function isAlive(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error.code === 'EPERM';
  }
}

function take(path) {
  try {
    const fd = openSync(path, 'wx');
    writeSync(fd, String(process.pid));
    closeSync(fd);
    return true;
  } catch (error) {
    if (error.code !== 'EEXIST') throw error;
    return false;
  }
}

function ownerOf(path) {
  try {
    return Number(readFileSync(path, 'utf8')) || undefined;
  } catch {
    return undefined;
  }
}

const sleep = (ms) => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);

function waitForTurn(path, say) {
  let told = false;
  for (let waited = 0; !take(path); waited += POLL_MS) {
    const owner = ownerOf(path);
    // A lock without a pid is one that is being written this very moment, or whose writer died there.
    if (owner ? !isAlive(owner) : waited > 1000) rmSync(path, { force: true });
    else if (waited > PATIENCE_MS)
      throw new SetupError(
        `another set-up (process ${owner}) holds ${path}; remove the file if that is wrong`,
        EXIT.failure,
      );
    else {
      if (!told) say(`waiting for another set-up in this folder (process ${owner ?? '?'})`);
      told = true;
      sleep(POLL_MS);
    }
  }
}

/** Runs `work` while holding the lock. @throws SetupError when the clone cannot be written */
export function inTurn(root, say, work) {
  const path = lockPath(root);
  try {
    mkdirSync(join(root, 'dist'), { recursive: true });
    waitForTurn(path, say);
  } catch (error) {
    if (!UNWRITABLE.includes(error.code)) throw error;
    throw new SetupError(
      `something has to be installed or built, and ${root} cannot be written: run npm run lab once as its owner`,
      EXIT.noPrivileges,
    );
  }
  try {
    return work();
  } finally {
    rmSync(path, { force: true });
  }
}
