/**
 * Network namespaces: made with `unshare`, entered with `setns`, both on the calling thread.
 *
 * Node runs JavaScript on one thread, so a *synchronous* function called between two `setns` calls does all its socket
 * and file work in the other namespace: listeners opened there stay there. Nothing may be awaited in between.
 * Source: namespaces(7), setns(2), network_namespaces(7).
 */
import { closeSync, openSync } from 'node:fs';
import { libc, syscallError } from './libc.js';

/** CLONE_NEWNET, linux/sched.h. */
const CLONE_NEWNET = 0x40000000;

/** A network namespace held open by a descriptor. It lives as long as a descriptor, a mount or a process holds it. */
export interface NetworkNamespace {
  readonly name: string;
  readonly fd: number;
}

let ownFd: number | undefined;

/** The namespace this process was started in. */
function homeFd(): number {
  ownFd ??= openSync('/proc/thread-self/ns/net', 'r');
  return ownFd;
}

/**
 * Leaves the machine's network namespace for an empty one, for good: the way back needs rights over the machine's, which
 * an ordinary user's lab has not. Sockets opened before stay where they are; that is how the API listens on the
 * machine's loopback. Returns the namespace left behind, for `--attach`. Call before any other function here.
 */
export function leaveMachineNamespace(): NetworkNamespace {
  const machine = { name: 'machine', fd: openSync('/proc/thread-self/ns/net', 'r') };
  if (libc().unshare(CLONE_NEWNET) !== 0) throw syscallError('unshare', 'network namespace home');
  return machine;
}

/** Makes an empty namespace. @throws KernelError EPERM without CAP_SYS_ADMIN. */
export function createNamespace(name: string): NetworkNamespace {
  const home = homeFd();
  if (libc().unshare(CLONE_NEWNET) !== 0) throw syscallError('unshare', `network namespace ${name}`);
  try {
    return { name, fd: openSync('/proc/thread-self/ns/net', 'r') };
  } finally {
    enter(home, 'home');
  }
}

/** Opens a namespace that another process holds, by path (`/proc/PID/fd/N`, or a pinned file). */
export function openNamespace(name: string, path: string): NetworkNamespace {
  return { name, fd: openSync(path, 'r') };
}

/** Lets go of it: the kernel removes it with all its links once nothing else holds it. */
export function closeNamespace(namespace: NetworkNamespace): void {
  closeSync(namespace.fd);
}

/** Runs `work` inside the namespace and comes back, whatever happens. `work` must be synchronous. */
export function inNamespace<T>(namespace: NetworkNamespace, work: () => T): T {
  const home = homeFd();
  enter(namespace.fd, namespace.name);
  try {
    return work();
  } finally {
    enter(home, 'home');
  }
}

function enter(fd: number, name: string): void {
  if (libc().setns(fd, CLONE_NEWNET) !== 0) throw syscallError('setns', `network namespace ${name}`);
}
