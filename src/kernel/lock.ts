/**
 * A lock that the kernel lets go of when its holder ends, however it ends. Source: flock(2).
 */
import { closeSync, fstatSync, openSync } from 'node:fs';
import { libc } from './libc.js';

/** LOCK_EX | LOCK_NB, sys/file.h. */
const EXCLUSIVE_AT_ONCE = 2 | 4;

/**
 * Holds the file, which is made when it is missing, for the rest of this process' life; false when another process holds
 * it, or has removed it in the same moment: a lock on a file without a name keeps nobody out.
 */
export function holdFile(path: string): boolean {
  // Node opens with O_CLOEXEC, so no child inherits the lock.
  const fd = openSync(path, 'a', 0o600);
  if (libc().flock(fd, EXCLUSIVE_AT_ONCE) === 0 && fstatSync(fd).nlink > 0) return true;
  closeSync(fd);
  return false;
}
