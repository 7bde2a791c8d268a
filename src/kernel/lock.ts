/**
 * A lock that the kernel lets go of when its holder ends, however it ends. Source: flock(2).
 */
import { openSync } from 'node:fs';
import { libc } from './libc.js';

/** LOCK_EX | LOCK_NB, sys/file.h. */
const EXCLUSIVE_AT_ONCE = 2 | 4;

/** Holds the file for the rest of this process' life; false when another process holds it. */
export function holdFile(path: string): boolean {
  // Node opens with O_CLOEXEC, so no child inherits the lock.
  return libc().flock(openSync(path, 'a', 0o600), EXCLUSIVE_AT_ONCE) === 0;
}
