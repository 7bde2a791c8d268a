/**
 * A lock that the kernel lets go of when its last holder ends, however it ends. Source: flock(2).
 */
import { closeSync, fstatSync, openSync, statSync } from 'node:fs';
import { libc } from './libc.js';

/** LOCK_EX | LOCK_NB, sys/file.h. */
const EXCLUSIVE_AT_ONCE = 2 | 4;

/**
 * Holds the file, which is made when it is missing, until the descriptor is closed here and in every process that inherited
 * it. Undefined when another holds it, or when the path means another file by now: such a lock keeps nobody out.
 */
export function holdFile(path: string): number | undefined {
  // Node opens with O_CLOEXEC, so only a child that is given the descriptor inherits the lock.
  const fd = openSync(path, 'a', 0o600);
  if (libc().flock(fd, EXCLUSIVE_AT_ONCE) === 0 && isStillAt(path, fd)) return fd;
  closeSync(fd);
  return undefined;
}

function isStillAt(path: string, fd: number): boolean {
  return statSync(path, { throwIfNoEntry: false })?.ino === fstatSync(fd).ino;
}
