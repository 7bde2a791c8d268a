/**
 * Pseudo-terminals through libc, without a native addon: the master for the lab, the slave for a child.
 *
 * The child makes the slave its controlling terminal with `setsid --ctty`. Source: pty(7), tty_ioctl(4), ptsname(3).
 */
import { closeSync, constants, openSync } from 'node:fs';
import { basename, join } from 'node:path';
import { ReadStream } from 'node:tty';
import koffi from 'koffi';
import { syscallError } from './libc.js';

/** asm-generic/ioctls.h. */
const TIOCSWINSZ = 0x5414;

/** struct winsize of asm-generic/termios.h. */
interface WindowSize {
  rows: number;
  columns: number;
  xpixel: number;
  ypixel: number;
}

interface PtyCalls {
  grantpt(fd: number): number;
  unlockpt(fd: number): number;
  ptsname_r(fd: number, buffer: Buffer, size: number): number;
  ioctl(fd: number, request: number, size: WindowSize): number;
}

let loaded: PtyCalls | undefined;

function calls(): PtyCalls {
  if (loaded) return loaded;
  const library = koffi.load('libc.so.6');
  koffi.struct('winsize', { rows: 'uint16', columns: 'uint16', xpixel: 'uint16', ypixel: 'uint16' });
  loaded = {
    grantpt: library.func('int grantpt(int fd)'),
    unlockpt: library.func('int unlockpt(int fd)'),
    ptsname_r: library.func('int ptsname_r(int fd, _Out_ uint8_t *buffer, size_t size)'),
    ioctl: library.func('int ioctl(int fd, ulong request, const winsize *size)'),
  } as PtyCalls;
  return loaded;
}

export interface Pty {
  /** Both directions: what the child prints, and what it reads as typed. Ends when the last slave is closed. */
  readonly master: ReadStream;
  /** For the child's stdin, stdout and stderr; the parent closes it with `releaseSlave` after the spawn. */
  readonly slave: number;
  releaseSlave(): void;
  resize(columns: number, rows: number): void;
}

/**
 * Opens a pair. `devices` is the /dev whose terminals it belongs to, so that `tty` inside a sandbox can name it.
 * @throws KernelError, or Node's error with a code, when there are no (more) pseudo-terminals
 */
export function openPty(columns = 80, rows = 24, devices = '/dev'): Pty {
  const fd = openMaster(devices);
  resizeMaster(fd, columns, rows);
  const slave = openSync(join(devices, 'pts', slaveNumber(fd)), constants.O_RDWR | constants.O_NOCTTY);
  const master = new ReadStream(fd);
  // Reading a master whose slaves are all closed fails with EIO: that is its end.
  master.on('error', () => master.destroy());
  let open = true;
  master.once('close', () => {
    open = false;
  });
  return {
    master,
    slave,
    releaseSlave: () => closeSync(slave),
    resize: (newColumns, newRows) => {
      if (open) resizeMaster(fd, newColumns, newRows);
    },
  };
}

function openMaster(devices: string): number {
  const { grantpt, unlockpt } = calls();
  // Node opens files with O_CLOEXEC: the lab's other children do not hold the terminal open.
  const fd = openSync(join(devices, 'ptmx'), constants.O_RDWR | constants.O_NOCTTY);
  if (devices === '/dev' && grantpt(fd) !== 0) throw syscallError('grantpt', '/dev/ptmx');
  if (unlockpt(fd) !== 0) throw syscallError('unlockpt', '/dev/ptmx');
  return fd;
}

/** The `3` of `/dev/pts/3`. */
function slaveNumber(fd: number): string {
  const buffer = Buffer.alloc(64);
  if (calls().ptsname_r(fd, buffer, buffer.length) !== 0) throw syscallError('ptsname_r', '/dev/ptmx');
  return basename(buffer.toString('utf8', 0, buffer.indexOf(0)));
}

function resizeMaster(fd: number, columns: number, rows: number): void {
  if (calls().ioctl(fd, TIOCSWINSZ, { rows, columns, xpixel: 0, ypixel: 0 }) !== 0)
    throw syscallError('ioctl TIOCSWINSZ', '/dev/ptmx');
}
