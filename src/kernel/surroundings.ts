/**
 * The namespaces a new process is born into: entered by the calling thread, inherited by `spawn`, left again.
 *
 * A network or UTS namespace moves the thread itself, a PID namespace only its children; none of them disturbs Node's
 * other threads. (A mount namespace would: that one is entered by the child, through nsenter.)
 * Source: namespaces(7), setns(2), pid_namespaces(7).
 */
import { closeSync, openSync } from 'node:fs';
import koffi from 'koffi';
import { libc, syscallError } from './libc.js';
import { inNamespace, type NetworkNamespace } from './netns.js';

/** linux/sched.h. */
const CLONE_NEWUTS = 0x04000000;
const CLONE_NEWPID = 0x20000000;

export interface Surroundings {
  network: NetworkNamespace;
  /** Descriptor of a UTS namespace; absent: the daemon's. */
  uts?: number;
  /** Descriptor of a PID namespace, or `new`: the next child is its init. Absent: the daemon's. */
  pid?: number | 'new';
}

interface Home {
  uts: number;
  pid: number;
}

let home: Home | undefined;

/** The daemon's own; made its own first, because the machine's UTS namespace lets no ordinary user back in. */
function homeOf(): Home {
  if (home) return home;
  if (libc().unshare(CLONE_NEWUTS) !== 0) throw syscallError('unshare', 'UTS namespace home');
  home = { uts: openSync('/proc/thread-self/ns/uts', 'r'), pid: openSync('/proc/thread-self/ns/pid', 'r') };
  return home;
}

/** Makes a UTS namespace with this hostname; the descriptor holds it. */
export function createUtsNamespace(hostname: string): number {
  const { uts } = homeOf();
  if (libc().unshare(CLONE_NEWUTS) !== 0) throw syscallError('unshare', `UTS namespace ${hostname}`);
  try {
    setHostname(hostname);
    return openSync('/proc/thread-self/ns/uts', 'r');
  } finally {
    enter(uts, CLONE_NEWUTS, 'UTS namespace home');
  }
}

/** Runs `work`, which must be synchronous and start at most one process, and comes back. */
export function inSurroundings<T>({ network, uts, pid }: Surroundings, work: () => T): T {
  const own = homeOf();
  try {
    if (uts !== undefined) enter(uts, CLONE_NEWUTS, 'UTS namespace');
    if (pid === 'new') {
      if (libc().unshare(CLONE_NEWPID) !== 0) throw syscallError('unshare', 'PID namespace');
    } else if (pid !== undefined) enter(pid, CLONE_NEWPID, 'PID namespace');
    return inNamespace(network, work);
  } finally {
    if (pid !== undefined) enter(own.pid, CLONE_NEWPID, 'PID namespace home');
    if (uts !== undefined) enter(own.uts, CLONE_NEWUTS, 'UTS namespace home');
  }
}

/** Holds a process's namespace open by a descriptor; undefined when the process has ended. */
export function openProcessNamespace(pid: number, kind: 'mnt' | 'pid'): number | undefined {
  try {
    return openSync(`/proc/${pid}/ns/${kind}`, 'r');
  } catch {
    return undefined;
  }
}

export function closeDescriptor(fd: number): void {
  closeSync(fd);
}

function enter(fd: number, flag: number, subject: string): void {
  if (libc().setns(fd, flag) !== 0) throw syscallError('setns', subject);
}

let sethostname: ((name: string, length: number) => number) | undefined;

function setHostname(hostname: string): void {
  sethostname ??= koffi.load('libc.so.6').func('int sethostname(str name, size_t length)') as (
    name: string,
    length: number,
  ) => number;
  if (sethostname(hostname, Buffer.byteLength(hostname)) !== 0) throw syscallError('sethostname', hostname);
}
