/**
 * Starting the lab's daemon inside namespaces of its own, and entering them later.
 *
 * `unshare` makes a mount and a PID namespace (and a user namespace for ordinary users) and keeps the network
 * namespace. The first process inside is a shell that only waits: it reaps orphans, and when it ends, for whatever
 * reason, the kernel ends everything in the PID namespace, and with it every network namespace, link and rule.
 * `--kill-child` ends it when `unshare` itself is killed. Source: pid_namespaces(7), unshare(1), prctl(2) PR_SET_PDEATHSIG.
 */
import { type ChildProcess, fork, spawn } from 'node:child_process';
import { openSync, readFileSync } from 'node:fs';
import { systemPath } from './process.js';

/** The waiting shell: file descriptor 3 is the daemon's channel to whoever started it, 4 the lab's lock, held as long as it waits. */
const INIT = '"$@" & wait $!';

export interface LaunchOptions {
  /** Program and arguments of the daemon. */
  command: string[];
  logFile: string;
  /** Descriptor of the lab's lock, which the daemon inherits. */
  lock: number;
  env: NodeJS.ProcessEnv;
}

/** Starts it detached; `stdio[3]` of the child is a pipe that it writes JSON lines to. */
export function launchDaemon({ command, logFile, lock, env }: LaunchOptions): ChildProcess {
  const log = openSync(logFile, 'a', 0o600);
  const rootless = process.getuid?.() !== 0 ? ['--user', '--map-root-user'] : [];
  const args = [
    ...rootless,
    '--mount',
    '--pid',
    '--fork',
    '--kill-child=SIGKILL',
    '--',
    '/bin/sh',
    '-c',
    INIT,
    'lab-init',
  ];
  return spawn('unshare', [...args, ...command], {
    detached: true,
    env: { ...env, PATH: `${env.PATH ?? ''}:${systemPath}` },
    stdio: ['ignore', log, log, 'pipe', lock],
  });
}

/**
 * Forks a compiled entry file inside mount and PID namespaces of its own, with an IPC channel: what it starts ends when it
 * does, and it ends when whoever forked it does.
 */
export function forkPrivately(entry: string, env: NodeJS.ProcessEnv): ChildProcess {
  const rootless = process.getuid?.() !== 0 ? ['--user', '--map-root-user'] : [];
  const namespaces = [...rootless, '--mount', '--pid', '--fork', '--kill-child=SIGKILL', '--'];
  return fork(entry, [], {
    execPath: 'unshare',
    execArgv: [...namespaces, '/bin/sh', '-c', INIT, 'lab-init', process.execPath, ...process.execArgv],
    env: { ...env, PATH: `${env.PATH ?? ''}:${systemPath}` },
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
}

/** Starts it where there is nobody but the lab; its `stdio[3]` is its channel. */
export function startDaemonProcess({
  command: [program = '', ...args],
  env,
}: Omit<LaunchOptions, 'logFile' | 'lock'>): ChildProcess {
  return spawn(program, args, { env, cwd: '/', stdio: ['ignore', 'inherit', 'inherit', 'pipe'] });
}

/** Descriptors of the daemon's: the namespaces that make up a place. What is absent is the daemon's own. */
export interface EnteredNamespaces {
  mount?: number;
  uts?: number;
  pid?: number;
  /** Absent: the machine's own, under `--attach`. */
  network?: number;
}

/**
 * What to type in front of a command so that it runs in the lab, in one of its places. One nsenter is enough: it opens
 * every namespace before it enters the first. `asRoot`: whether whoever types it is the root of the daemon's kernel.
 */
export function enterCommand(
  daemonPid: number,
  { mount, uts, pid, network }: EnteredNamespaces,
  asRoot: boolean = process.getuid?.() === 0,
): string[] {
  const rootless = asRoot ? [] : ['--user', '--preserve-credentials'];
  const held = (option: string, fd: number | undefined): string[] =>
    fd === undefined ? [] : [`--${option}=/proc/${daemonPid}/fd/${fd}`];
  return [
    'nsenter',
    `--target=${daemonPid}`,
    ...rootless,
    ...(mount === undefined ? ['--mount'] : held('mount', mount)),
    ...(pid === undefined ? ['--pid'] : held('pid', pid)),
    ...held('uts', uts),
    ...held('net', network),
    '--',
  ];
}

/** Is there a process of that id that still runs? One that only waits to be reaped does not count. */
export function processIsThere(pid: number): boolean {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The state follows the command's name in parentheses, which may itself hold anything. Source: proc(5).
    return stat.slice(stat.lastIndexOf(')') + 2, stat.lastIndexOf(')') + 3) !== 'Z';
  } catch {
    return false;
  }
}
