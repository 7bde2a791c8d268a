/**
 * Where a lab keeps what must outlive a command: its status, control socket, kubeconfig, journal and log.
 *
 * Root's labs are under /run/kubewire, a user's under $XDG_RUNTIME_DIR/kubewire, or /tmp/kubewire-UID without one.
 * The directory is the user's alone (mode 0700): the kubeconfig in it opens the lab.
 */
import {
  accessSync,
  chmodSync,
  constants,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  type Stats,
  writeFileSync,
} from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { processIsThere } from '../../kernel/launch.js';
import { CommandFailure } from '../failure.js';

/** What `lab status -o json` prints: what another process needs to find the lab. */
export interface LabStatus {
  name: string;
  /** The daemon's process id, as the machine sees it. */
  pid: number;
  /** The `unshare` process: when it ends, all of the lab is ended. */
  launcher: number;
  /** The first process of the lab's PID namespace. The kernel lets go of it last, once every other process is gone. */
  init: number;
  seed: number;
  balance: 'replayable' | 'faithful';
  proxyMode: string;
  /** Whether ClusterIPs are resolved at the socket. */
  socketLB: boolean;
  attach: boolean;
  iptables: 'legacy' | 'nft';
  nodes: { name: string; address: string }[];
  /** The daemon's process id as whoever is inside the lab sees it: in its PID namespace, or in its own kernel. */
  innerPid: number;
  kernel: 'machine' | 'uml';
  kubeconfig: string;
}

/** A lab's name: a DNS label, so that it can be a file name, a hostname and a kubeconfig context. */
export const labNamePattern = /^[a-z0-9]([-a-z0-9]{0,30}[a-z0-9])?$/;

/** The folder of all of this user's labs. */
export function stateRoot(environment: NodeJS.ProcessEnv = process.env): string {
  const uid = process.getuid?.() ?? 0;
  if (environment.KUBEWIRE_STATE) return resolve(environment.KUBEWIRE_STATE);
  if (uid === 0) return '/run/kubewire';
  const runtime = environment.XDG_RUNTIME_DIR;
  return runtime && existsSync(runtime) ? join(runtime, 'kubewire') : `/tmp/kubewire-${uid}`;
}

export interface StateDirectory {
  root: string;
  status: string;
  control: string;
  /** Where commands for a kernel of the lab's own are taken. */
  guest: string;
  kubeconfig: string;
  journal: string;
  log: string;
  /** Held by the daemon for as long as it lives. */
  lock: string;
  /** A folder for each machine that runs FRR. */
  frr: string;
  /** Where the names of the machines' iptables locks begin. */
  locks: string;
}

/** The paths of one lab. */
export function stateDirectory(name: string, root: string = stateRoot()): StateDirectory {
  const directory = join(root, name);
  const file = (base: string) => join(directory, base);
  return {
    root: directory,
    status: file('status.json'),
    control: file('control.sock'),
    guest: file('guest.sock'),
    kubeconfig: file('kubeconfig'),
    journal: file('journal.ndjson'),
    log: file('daemon.log'),
    lock: file('lock'),
    frr: file('frr'),
    locks: file('xtables.lock'),
  };
}

/** sun_path holds 108 bytes with the final zero. Source: unix(7). */
const LONGEST_SOCKET_PATH = 107;

/** Makes the directory, closed to others. @throws CommandFailure when this user cannot have it */
export function createStateDirectory(directory: StateDirectory): void {
  if (Buffer.byteLength(directory.control) > LONGEST_SOCKET_PATH) throw unusable(directory, 'its path is too long');
  try {
    mkdirSync(directory.root, { recursive: true, mode: 0o700 });
    requireOwn(directory);
    chmodSync(directory.root, 0o700);
    accessSync(directory.root, constants.W_OK);
  } catch (error) {
    if (error instanceof CommandFailure) throw error;
    const { code } = error as NodeJS.ErrnoException;
    // `lab down` has removed it in the same moment: whoever wants its lock sees that (cluster/state/state-lock.ts).
    if (code === 'ENOENT' && existsSync(dirname(directory.root))) return;
    throw unusable(directory, code ?? String(error));
  }
}

/** S_IWOTH and S_ISVTX, sys/stat.h. */
const [OTHERS_WRITE, STICKY] = [0o002, 0o1000];

/**
 * Another user who made these folders first could answer as the lab, or lead its commands into a trap.
 * @throws CommandFailure when a folder is somebody else's, or open to others
 */
function requireOwn(directory: StateDirectory): void {
  for (const path of [directory.root, dirname(directory.root)]) {
    const found = whatIsAt(path);
    // A folder of root's in which everybody has only their own, like /tmp, is as good as one's own.
    if (!found || (path !== directory.root && found.uid === 0 && (found.mode & STICKY) !== 0)) continue;
    if (found.uid !== process.getuid?.()) throw unusable(directory, `${path} belongs to user ${found.uid}`);
    if (!found.isDirectory()) throw unusable(directory, `${path} is no folder`);
    if ((found.mode & OTHERS_WRITE) !== 0) throw unusable(directory, `others may write to ${path}`);
  }
}

/** Itself, and not what a link leads to. */
function whatIsAt(path: string): Stats | undefined {
  try {
    return lstatSync(path);
  } catch {
    return undefined;
  }
}

function unusable({ root }: StateDirectory, why: string): CommandFailure {
  return new CommandFailure(
    'stateDirectory',
    `lab: cannot use the state directory ${root} (${why}); remove it, or name another place with KUBEWIRE_STATE=FOLDER`,
  );
}

/** Written aside and renamed, so that a reader sees a whole file or none. */
export function writeStatus(directory: StateDirectory, status: LabStatus): void {
  const fresh = `${directory.status}.new`;
  writeFileSync(fresh, `${JSON.stringify(status, null, 2)}\n`, { mode: 0o600 });
  renameSync(fresh, directory.status);
}

/**
 * What a lab last said of itself, or undefined when there is none of that name.
 * @throws CommandFailure when somebody else may have said it
 */
export function readStatus(directory: StateDirectory): LabStatus | undefined {
  requireOwn(directory);
  try {
    return JSON.parse(readFileSync(directory.status, 'utf8')) as LabStatus;
  } catch {
    return undefined;
  }
}

/** Is the process that wrote this status still there? A pid that now belongs to another program does not count. */
export function isAlive(status: LabStatus): boolean {
  return pidFromHere(status) !== undefined;
}

/** The daemon's process id as this process sees it: inside the lab it is another. Source: pid_namespaces(7) */
export function pidFromHere({ name, pid, innerPid }: LabStatus): number | undefined {
  return [pid, innerPid].find((one) => isOf(name, commandLine(one)));
}

/**
 * Is nothing left of a lab that has ended or is ending? Its daemon may be gone while others of its processes still write
 * to its directory: only the first process of its PID namespace outlives them all. Source: pid_namespaces(7).
 */
export function isGone({ name, launcher, init }: LabStatus): boolean {
  // A process that ends has no command line any more; one that has another was given the pid since.
  const isOurs = (line: string) => line === '' || isOf(name, line);
  return ![launcher, init].some((pid) => processIsThere(pid) && isOurs(commandLine(pid)));
}

/** A process' program and arguments, each ended by a zero; nothing when it ends or is gone. Source: proc(5). */
function commandLine(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8');
  } catch {
    return '';
  }
}

function isOf(name: string, line: string): boolean {
  return line.split('\0').includes(`--lab=${name}`);
}

/** Names of all labs that left a directory, sorted. */
export function labNames(root: string = stateRoot()): string[] {
  try {
    return readdirSync(root)
      .filter((name) => labNamePattern.test(name))
      .sort();
  } catch {
    return [];
  }
}
