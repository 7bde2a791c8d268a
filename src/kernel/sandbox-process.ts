/**
 * A process in a sandbox: spawned in given surroundings, with pipes or a terminal, seen from outside by its streams,
 * its signals and its end.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { accessSync, constants as fsConstants } from 'node:fs';
import { constants } from 'node:os';
import { delimiter, join } from 'node:path';
import { PassThrough, type Readable, Writable } from 'node:stream';
import { systemPath } from './process.js';
import { openPty } from './pty.js';
import { inSurroundings, type Surroundings } from './surroundings.js';

/** What to run. */
export interface SandboxCommand {
  argv: readonly string[];
  /** The whole environment; nothing is inherited. */
  env: Readonly<Record<string, string>>;
  /** Default `/`. */
  cwd?: string;
  /** A terminal instead of pipes: `stdout` carries all output. */
  tty?: boolean;
  columns?: number;
  rows?: number;
  /** The /dev whose terminals a `tty` is one of; default the machine's. */
  devices?: string;
  /** Without it stdin is empty. */
  stdin?: boolean;
}

/** `exitCode` is 128 + signal for a process that a signal ended, as shells and container runtimes count. */
export interface SandboxExit {
  exitCode: number;
  signal?: number;
}

export interface SandboxProcess {
  /** As the lab's PID namespace numbers it. */
  readonly pid: number;
  readonly stdin: Writable;
  readonly stdout: Readable;
  readonly stderr: Readable;
  readonly ended: Promise<SandboxExit>;
  resize(columns: number, rows: number): void;
  /** To the process and those it started, or, with `alone`, to it only. A process that is gone hears nothing. */
  kill(signal: NodeJS.Signals, alone?: boolean): void;
}

/** What a spawn gives besides the process itself. */
export interface Spawned {
  process: SandboxProcess;
  /** Descriptor 3 of the child, when asked for. */
  report: Readable | undefined;
}

/**
 * Starts `argv` (a program by absolute path), without `surroundings` where this process is; with `report` the child has a
 * descriptor 3 to talk on.
 */
export function spawnIn(
  surroundings: Surroundings | undefined,
  argv: readonly string[],
  command: SandboxCommand,
  report = false,
): Spawned {
  return command.tty
    ? spawnOnTerminal(surroundings, argv, command, report)
    : spawnOnPipes(surroundings, argv, command, report);
}

function startIn(surroundings: Surroundings | undefined, start: () => ChildProcess): ChildProcess {
  return surroundings === undefined ? start() : inSurroundings(surroundings, start);
}

function spawnOnPipes(
  surroundings: Surroundings | undefined,
  [program = '', ...args]: readonly string[],
  command: SandboxCommand,
  report: boolean,
): Spawned {
  const child = startIn(surroundings, () =>
    spawn(program, args, {
      env: { ...command.env },
      cwd: '/',
      detached: true,
      stdio: [command.stdin ? 'pipe' : 'ignore', 'pipe', 'pipe', ...(report ? (['pipe'] as const) : [])],
    }),
  );
  const stdin = child.stdin ?? nowhere();
  // A process that ends before it has read everything breaks the pipe; its exit code says the rest.
  stdin.on('error', () => {});
  const process = {
    pid: child.pid ?? 0,
    stdin,
    stdout: child.stdout as Readable,
    stderr: child.stderr as Readable,
    ended: endOf(child, 'close'),
    resize: () => {},
    kill: killer(child),
  };
  return { process, report: (child.stdio[3] ?? undefined) as Readable | undefined };
}

function spawnOnTerminal(
  surroundings: Surroundings | undefined,
  argv: readonly string[],
  command: SandboxCommand,
  report: boolean,
): Spawned {
  const pty = openPty(command.columns, command.rows, command.devices);
  const { slave, master } = pty;
  const child = startIn(surroundings, () =>
    // Not `detached`: setsid(1) must not be a group's leader already, or it would fork.
    spawn(findProgram('setsid'), ['--ctty', ...argv], {
      env: { TERM: 'xterm', ...command.env },
      cwd: '/',
      stdio: [slave, slave, slave, ...(report ? (['pipe'] as const) : [])],
    }),
  );
  pty.releaseSlave();
  const stdout = new PassThrough();
  const stderr = new PassThrough();
  stderr.end();
  master.on('data', (chunk: Buffer) => {
    if (!stdout.write(chunk)) master.pause();
  });
  stdout.on('drain', () => master.resume());
  const drained = new Promise<void>((resolve) => {
    master.once('close', () => {
      stdout.end();
      resolve();
    });
  });
  const ended = endOf(child, 'exit').then(async (end) => {
    await drained;
    return end;
  });
  const process = {
    pid: child.pid ?? 0,
    stdin: command.stdin ? typing(master) : nowhere(),
    stdout,
    stderr,
    ended,
    resize: pty.resize,
    kill: killer(child),
  };
  return { process, report: (child.stdio[3] ?? undefined) as Readable | undefined };
}

/** Keys typed on a terminal. Its end types Ctrl-D: a terminal has no other. */
function typing(master: Writable & { destroyed: boolean }): Writable {
  const endOfTransmission = '\x04';
  const write = (data: Buffer | string, done: () => void): void => {
    if (master.destroyed) done();
    else master.write(data, () => done());
  };
  return new Writable({
    write: (chunk: Buffer, _encoding, done) => write(chunk, done),
    final: (done) => write(endOfTransmission, done),
  });
}

function nowhere(): Writable {
  return new Writable({ write: (_chunk, _encoding, done) => done() });
}

function endOf(child: ChildProcess, event: 'exit' | 'close'): Promise<SandboxExit> {
  return new Promise((resolve) => {
    child.once('error', () => resolve({ exitCode: 127 }));
    child.once(event, (code: number | null, name: NodeJS.Signals | null) => {
      const signal = name === null ? undefined : constants.signals[name];
      resolve(signal === undefined ? { exitCode: code ?? 0 } : { exitCode: 128 + signal, signal });
    });
  });
}

function killer(child: ChildProcess): SandboxProcess['kill'] {
  return (signal, alone = false) => {
    if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
    try {
      process.kill(alone ? child.pid : -child.pid, signal);
    } catch {
      // It ended in between, or has not made its process group yet.
      child.kill(signal);
    }
  };
}

const found = new Map<string, string>();

/** The absolute path of one of the machine's tools, whatever the PATH of what will run. @throws Error when it is missing */
export function findProgram(name: string): string {
  const known = found.get(name);
  if (known) return known;
  for (const folder of `${process.env['PATH'] ?? ''}${delimiter}${systemPath}`.split(delimiter)) {
    const path = join(folder, name);
    if (!isExecutable(path)) continue;
    found.set(name, path);
    return path;
  }
  throw new Error(`cannot find the program "${name}" (package util-linux)`);
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, fsConstants.X_OK);
    return true;
  } catch {
    return false;
  }
}
