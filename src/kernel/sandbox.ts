/**
 * A machine within the machine: a file system, a hostname and, if wanted, processes of its own, in one of the lab's
 * network namespaces. Pods' containers run in one; so do shells on nodes and on the host.
 *
 * Everything of it lives in the mount namespace of its first process and in a directory of the lab's scratch tmpfs, so
 * nothing outlives the lab. Models: what containerd and runc set up for a container, as far as it is seen from inside.
 */
import { chmodSync, existsSync, mkdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Readable } from 'node:stream';
import type { NetworkNamespace } from './netns.js';
import { systemPath } from './process.js';
import { findProgram, type SandboxCommand, type SandboxProcess, spawnIn } from './sandbox-process.js';
import { type Bind, notFound, readyWord, sandboxScript } from './sandbox-script.js';
import { closeDescriptor, createUtsNamespace, openProcessNamespace, type Surroundings } from './surroundings.js';

export type { SandboxCommand, SandboxExit, SandboxProcess } from './sandbox-process.js';
export type { Bind } from './sandbox-script.js';

export interface SandboxOptions {
  /** Names its directory under `scratch`; unique among those that live. */
  id: string;
  /** A directory on a tmpfs of the daemon's mount namespace, see `mountScratch`. */
  scratch: string;
  network: NetworkNamespace;
  hostname: string;
  /** `own` (default): a root of its own over the machine's. `machine`: the machine's root, with an /etc of its own. */
  root?: 'own' | 'machine';
  /** A PID namespace of its own (default), in which only its processes are seen; else the daemon's. */
  processes?: 'own' | 'daemon';
  /** Files under /etc (and, with a root of its own, under /var and /usr): absolute path to text. */
  files?: Readonly<Record<string, string>>;
  binds?: readonly Bind[];
  /** The process that the sandbox is for: it is process 1 and the sandbox ends with it. Absent: it lasts until `remove`. */
  init?: SandboxCommand;
}

/** Descriptors, in this process, of what another process enters to be inside: `nsenter --mount=/proc/PID/fd/N …`. */
export interface SandboxNamespaces {
  mount: number;
  uts: number;
  /** Absent when it shares the daemon's processes. */
  pid?: number;
  network: number;
}

export interface MachineSandbox {
  /** Process 1. */
  readonly init: SandboxProcess;
  /** @throws SandboxError when it has ended */
  readonly namespaces: SandboxNamespaces;
  /** One more process inside. @throws Error when the sandbox has ended */
  run(command: SandboxCommand): SandboxProcess;
  /** Ends every process in it and forgets its files. */
  remove(): Promise<void>;
}

/** Where a file that was written inside a sandbox is on the lab's disk. */
export function writtenPath(scratch: string, id: string, path: string): string {
  return join(scratch, id, 'upper', path);
}

/** A sandbox could not be built: the kernel's or a tool's own words. */
export class SandboxError extends Error {
  override readonly name = 'SandboxError';
}

/** Waits, reaps what is orphaned, ends on SIGTERM. */
const waitForever = ['/bin/sh', '-c', 'trap "exit 0" TERM; while :; do sleep 2147483647 & wait $!; done'];

/** Builds it; resolves when its first process is about to start. @throws SandboxError */
export async function createSandbox(options: SandboxOptions): Promise<MachineSandbox> {
  const directory = prepareDirectory(options);
  const ownProcesses = options.processes !== 'daemon';
  const uts = createUtsNamespace(options.hostname);
  const surroundings: Surroundings = { network: options.network, uts, ...(ownProcesses ? { pid: 'new' } : {}) };
  const script = sandboxScript({ root: options.root ?? 'own', ownProcesses, binds: options.binds ?? [] });
  const command = options.init ?? { argv: waitForever, env: { PATH: systemPath } };
  const builder = [
    findProgram('unshare'),
    '--mount',
    '--propagation',
    'private',
    '--',
    '/bin/sh',
    '-c',
    script,
    'sandbox',
    directory,
    command.cwd ?? '/',
  ];
  let init: SandboxProcess | undefined;
  try {
    const spawned = spawnIn(surroundings, [...builder, ...command.argv], command, true);
    init = spawned.process;
    await built(spawned.report as Readable);
  } catch (error) {
    init?.kill('SIGKILL');
    await discard(directory, uts, init);
    throw error;
  }
  return new RunningSandbox(init, { network: options.network, uts }, ownProcesses, directory);
}

class RunningSandbox implements MachineSandbox {
  /** Descriptors of its namespaces; absent when process 1 ended before anybody could look. */
  readonly #mounts: number | undefined;
  readonly #pid: number | undefined;
  readonly #devices: string;
  #removed: Promise<void> | undefined;
  #ended = false;

  constructor(
    readonly init: SandboxProcess,
    private readonly place: Surroundings & { uts: number },
    ownProcesses: boolean,
    private readonly directory: string,
  ) {
    this.#devices = `/proc/${init.pid}/root/dev`;
    this.#mounts = openProcessNamespace(init.pid, 'mnt');
    this.#pid = ownProcesses ? openProcessNamespace(init.pid, 'pid') : undefined;
    void init.ended.then(() => {
      this.#ended = true;
    });
  }

  get namespaces(): SandboxNamespaces {
    if (this.#ended || this.#removed || this.#mounts === undefined) throw new SandboxError('the sandbox has ended');
    const { uts, network } = this.place;
    return { mount: this.#mounts, uts, network: network.fd, ...(this.#pid === undefined ? {} : { pid: this.#pid }) };
  }

  run(command: SandboxCommand): SandboxProcess {
    const { mount, pid } = this.namespaces;
    const enter = [findProgram('nsenter'), `--mount=/proc/${process.pid}/fd/${mount}`, '--'];
    const surroundings = { ...this.place, ...(pid === undefined ? {} : { pid }) };
    return spawnIn(surroundings, [...enter, ...launched(command)], { devices: this.#devices, ...command }).process;
  }

  remove(): Promise<void> {
    this.#removed ??= this.#remove();
    return this.#removed;
  }

  async #remove(): Promise<void> {
    this.init.kill('SIGKILL');
    for (const fd of [this.#mounts, this.#pid]) if (fd !== undefined) closeDescriptor(fd);
    await discard(this.directory, this.place.uts, this.init);
  }
}

/** Changes to its directory, says in a container runtime's words when there is no such program, and becomes it. */
const launcher = `cd "$1" || exit 126
unset OLDPWD
shift
command -v -- "$1" >/dev/null 2>&1 || { printf '${notFound}' "$1" >&2; exit 127; }
exec "$@"`;

function launched({ argv, cwd = '/' }: SandboxCommand): readonly string[] {
  return ['/bin/sh', '-c', launcher, 'launch', cwd, ...argv];
}

/**
 * Directories that a container may write to even when the machine's root owns them and the lab is an ordinary user's:
 * made in the upper layer, they are the user's own.
 * Differs: rootless, other directories and files of the machine's root can be read but not changed in a container.
 */
const ownDirectories = [
  'etc',
  'opt',
  'srv',
  'usr',
  'usr/local',
  'usr/local/bin',
  'usr/share',
  'var',
  'var/cache',
  'var/lib',
  'var/log',
  'var/tmp',
];

function prepareDirectory({ scratch, id, files = {} }: SandboxOptions): string {
  const directory = join(scratch, id);
  for (const name of ['upper', 'work', 'root']) mkdirSync(join(directory, name), { recursive: true });
  for (const name of ownDirectories.filter((one) => existsSync(join('/', one)))) {
    mkdirSync(join(directory, 'upper', name), { recursive: true });
    chmodSync(join(directory, 'upper', name), statSync(join('/', name)).mode);
  }
  for (const [path, text] of Object.entries(files)) {
    const file = join(directory, 'upper', path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text);
  }
  return directory;
}

/** Reads what the builder says: complaints, then `ready`. */
async function built(report: Readable): Promise<void> {
  let said = '';
  for await (const chunk of report) {
    said += String(chunk);
    if (said.split('\n').includes(readyWord)) return;
  }
  throw new SandboxError(said.trim() || 'the sandbox ended before it was ready');
}

/** Without a first process when none could be started, for want of processes or memory. */
async function discard(directory: string, uts: number, init: SandboxProcess | undefined): Promise<void> {
  init?.stdout.resume();
  init?.stderr.resume();
  await init?.ended;
  closeDescriptor(uts);
  rmSync(directory, { recursive: true, force: true });
}
