/**
 * The lab's own view of the file system, made in the mount namespace that the daemon was started in.
 */
import { readFileSync, readlinkSync } from 'node:fs';
import { libc, syscallError } from './libc.js';

/** MS_NOSUID | MS_NODEV | MS_NOEXEC, linux/mount.h. */
const PROC_FLAGS = 0x2 | 0x4 | 0x8;

/** This process's id as the machine sees it: /proc still shows the PID namespace that it was mounted for. */
export function pidOnMachine(): number {
  return Number(readlinkSync('/proc/self'));
}

/**
 * The id of the PID namespace's first process, this one's parent, as the machine sees it; to be asked as early as
 * `pidOnMachine`. Source: proc(5), PPid.
 */
export function initOnMachine(): number {
  return Number(/^PPid:\t(\d+)$/m.exec(readFileSync('/proc/self/status', 'utf8'))?.[1]);
}

/**
 * Shows the lab's own processes in /proc. @throws KernelError EPERM in a container that hides parts of /proc, where the
 * kernel refuses a second one.
 */
export function mountOwnProc(): void {
  if (libc().mount('proc', '/proc', 'proc', PROC_FLAGS, null) !== 0) throw syscallError('mount', '/proc');
}
