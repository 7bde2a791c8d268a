/**
 * The lab's scratch space: a tmpfs that only the daemon's mount namespace sees.
 */
import { mkdirSync } from 'node:fs';
import { libc, syscallError } from './libc.js';

/** linux/mount.h */
const MS_NOSUID = 2;
const MS_NODEV = 4;
/** sys/mount.h */
const MNT_DETACH = 2;

/** Mounts it over the directory, which is made when it is missing. @throws KernelError */
export function mountScratch(directory: string): void {
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  if (libc().mount('kubewire', directory, 'tmpfs', MS_NOSUID | MS_NODEV, 'mode=700') !== 0)
    throw syscallError('mount tmpfs', directory);
}

/** Takes it away with all that is in it, even when something still uses it. @throws KernelError */
export function unmountScratch(directory: string): void {
  if (libc().umount2(directory, MNT_DETACH) !== 0) throw syscallError('umount2', directory);
}
