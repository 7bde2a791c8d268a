/**
 * User-mode Linux: a Linux kernel as an ordinary program, with this machine's files as its root and one serial line.
 *
 * Models nothing of Kubernetes. Source: kernel Documentation/virt/uml/user_mode_linux_howto_v2.rst; Debian's package
 * user-mode-linux, whose modules are not where `uname -r` would have them.
 */
import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { release } from 'node:os';
import { join } from 'node:path';
import type { Duplex } from 'node:stream';
import { ReadStream } from 'node:tty';
import { mountScratch } from './scratch.js';

export const userModeProgram = 'linux.uml';

/** Where Debian's package keeps the modules, a folder a kernel release. */
export const userModeModules = '/usr/lib/uml/modules';

/** Where scripts/provision --uml-nftables puts those that Debian left out or built without IPv4, likewise. */
export const builtModules = '/usr/local/lib/kubewire/uml-modules';

/** The descriptor of the serial line inside, see scripts/guest-init. */
const SERIAL_DESCRIPTOR = 3;

export interface UserModeOptions {
  /** Absolute paths. */
  program: string;
  /** The first process inside. */
  init: string;
  /** What that process finds in its environment; plain words or paths. */
  environment: Readonly<Record<string, string>>;
  /** An empty folder of the caller's: holds the memory, on a tmpfs that only the caller's mount namespace sees. */
  scratch: string;
  memoryMiB: number;
}

export interface UserModeMachine {
  /** The other end of the serial line. */
  readonly line: Duplex;
  /** When the kernel has ended, and how. */
  readonly ended: Promise<string>;
}

/** Starts it. What its console prints goes where this process' output goes. */
export function startUserMode({ program, init, environment, scratch, memoryMiB }: UserModeOptions): UserModeMachine {
  mountScratch(scratch);
  const folder = join(scratch, 'uml');
  mkdirSync(folder, { mode: 0o700 });
  const args = [
    `mem=${memoryMiB}M`,
    'root=/dev/root',
    'rootfstype=hostfs',
    'rootflags=/',
    'rw',
    `init=${quoted(init)}`,
    'quiet',
    'con=null',
    'con0=null,fd:1',
    'ssl=null',
    'ssl0=fd:3,fd:3',
    `uml_dir=${folder}/`,
    'umid=lab',
    ...Object.entries(environment).map(([name, value]) => `${name}=${quoted(value)}`),
  ];
  // TMPDIR is where the guest's memory is a file without a name: /dev/shm is 64 MB in a container.
  const env = { ...process.env, TMPDIR: folder };
  const child = spawn(program, args, { env, stdio: ['ignore', 'inherit', 'inherit', 'pipe'] });
  const ended = new Promise<string>((resolve) => {
    child.once('error', (error) => resolve(error.message));
    child.once('exit', (code, signal) => resolve(signal ?? `exit code ${code}`));
  });
  return { line: child.stdio[3] as Duplex, ended };
}

/** Whether this process runs in such a kernel. Source: arch/um/kernel/um_arch.c, show_cpuinfo. */
export function inUserMode(): boolean {
  return /^vendor_id\s*: User Mode Linux$/m.test(readFileSync('/proc/cpuinfo', 'utf8'));
}

/** Whether modules were built for the running kernel. */
export function hasBuiltModules(): boolean {
  return existsSync(join(builtModules, release()));
}

/** The serial line, as the guest's processes have it. */
export function guestLine(): Duplex {
  return new ReadStream(SERIAL_DESCRIPTOR);
}

/** The kernel's command line is split at blanks outside of double quotes. Source: lib/cmdline.c, next_arg. */
function quoted(value: string): string {
  return /\s/.test(value) ? `"${value}"` : value;
}
