/**
 * The few libc functions that Node does not offer, called through koffi.
 */
import { createRequire } from 'node:module';

type Koffi = typeof import('koffi').default;

/** A system call that failed: what was tried, on what, and the errno's name. */
export class KernelError extends Error {
  override readonly name = 'KernelError';

  constructor(
    readonly syscall: string,
    readonly subject: string,
    readonly errno: number,
    readonly code: string,
  ) {
    super(`${syscall} ${subject}: ${code}`);
  }
}

interface Libc {
  unshare(flags: number): number;
  setns(fd: number, nstype: number): number;
  mount(source: string, target: string, type: string | null, flags: number, data: string | null): number;
  umount2(target: string, flags: number): number;
  socket(domain: number, type: number, protocol: number): number;
  setsockopt(fd: number, level: number, name: number, value: Buffer, length: number): number;
  getsockopt(fd: number, level: number, name: number, value: Buffer, length: Buffer): number;
  /** For calls that libc has no function for. */
  syscall(number: number, command: number, attributes: Buffer, size: number): number;
  bind(fd: number, address: Buffer, length: number): number;
  listen(fd: number, backlog: number): number;
  connect(fd: number, address: Buffer, length: number): number;
  flock(fd: number, operation: number): number;
  send(fd: number, bytes: Buffer, length: number, flags: number): number;
  recv(fd: number, bytes: Buffer, length: number, flags: number): number;
}

let bridge: Koffi | undefined;

/** Loaded at first use: commands that touch no kernel run where it cannot be loaded, and start sooner. */
function koffi(): Koffi {
  bridge ??= createRequire(import.meta.url)('koffi') as Koffi;
  return bridge;
}

let loaded: Libc | undefined;

/** libc. @throws Error where there is none of that name (musl, other systems) */
export function libc(): Libc {
  if (loaded) return loaded;
  const library = koffi().load('libc.so.6');
  loaded = {
    unshare: library.func('int unshare(int flags)'),
    setns: library.func('int setns(int fd, int nstype)'),
    mount: library.func('int mount(str source, str target, str type, ulong flags, str data)'),
    umount2: library.func('int umount2(str target, int flags)'),
    socket: library.func('int socket(int domain, int type, int protocol)'),
    setsockopt: library.func('int setsockopt(int fd, int level, int name, void *value, int length)'),
    getsockopt: library.func('int getsockopt(int fd, int level, int name, void *value, void *length)'),
    syscall: library.func('long syscall(long number, int command, void *attributes, uint size)'),
    bind: library.func('int bind(int fd, void *address, int length)'),
    listen: library.func('int listen(int fd, int backlog)'),
    connect: library.func('int connect(int fd, void *address, int length)'),
    flock: library.func('int flock(int fd, int operation)'),
    send: library.func('long send(int fd, void *bytes, size_t length, int flags)'),
    recv: library.func('long recv(int fd, void *bytes, size_t length, int flags)'),
  };
  return loaded;
}

/** Where a buffer's bytes are in memory, for structures that point to them; they must outlive the call. */
export function addressOf(bytes: Buffer): bigint {
  return koffi().address(bytes);
}

/** The number of finit_module(2) by architecture: glibc has no function of that name. Source: asm/unistd.h. */
const FINIT_MODULE: Partial<Record<NodeJS.Architecture, number>> = { x64: 313, arm64: 273, ia32: 350, riscv64: 273 };

let syscall: ((number: number | undefined, fd: number, parameters: string, flags: number) => number) | undefined;

/** Loads an open module file. @throws KernelError naming `subject`; a module that is there already is none */
export function finitModule(fd: number, subject: string): void {
  syscall ??= koffi()
    .load('libc.so.6')
    .func('long syscall(long number, long fd, str parameters, long flags)') as NonNullable<typeof syscall>;
  if (syscall(FINIT_MODULE[process.arch], fd, '', 0) === 0) return;
  const error = syscallError('finit_module', subject);
  if (error.code !== 'EEXIST') throw error;
}

/** The error of the system call that has just failed; call it before anything else. */
export function syscallError(syscall: string, subject: string): KernelError {
  const errno = koffi().errno();
  return new KernelError(syscall, subject, errno, systemErrorName(errno));
}

/** The name of an errno: 17 gives `EEXIST`. */
export function systemErrorName(errno: number): string {
  return Object.entries(koffi().os.errno).find(([, value]) => value === errno)?.[0] ?? `errno ${errno}`;
}
