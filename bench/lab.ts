/**
 * A lab as a user has one: the executable and its arguments (docs: README, "Commands"). Benchmarks know nothing of what is inside.
 */
import { execa } from 'execa';
import { ask, runningLab } from '../src/cli/running.js';

const executable = 'scripts/lab';

/** Runs `lab ARGS --name NAME`. @throws ExecaError with the lab's own message */
export async function lab(name: string, args: readonly string[], input = ''): Promise<string> {
  const [own, command] = splitAtDashes(args);
  const { stdout } = await execa(executable, ['--name', name, ...own, ...command], { input, timeout: 120_000 });
  return stdout;
}

/** Options belong before `--`; what follows it is the command that runs in the lab. */
function splitAtDashes(args: readonly string[]): [string[], string[]] {
  const at = args.indexOf('--');
  return at < 0 ? [[...args], []] : [args.slice(0, at), args.slice(at)];
}

/**
 * What a command would ask the daemon, without the command: looking again and again must not cost what is measured its
 * processor time. @throws CommandFailure
 */
export function asked<T>(name: string, request: string, body?: unknown): Promise<T> {
  return ask<T>(runningLab(name), request, body);
}

export interface Status {
  name: string;
  /** The daemon's, as this machine sees it. */
  pid: number;
  /** Path of the file. */
  kubeconfig: string;
}

export async function statusOf(name: string): Promise<Status> {
  return JSON.parse(await lab(name, ['status', '-o', 'json'])) as Status;
}

/** Brings a lab up, lets `use` work with it, and takes it down whatever happens. */
export async function withLab<T>(name: string, up: readonly string[], use: () => Promise<T>): Promise<T> {
  try {
    await lab(name, ['up', '--no-shell', ...up]);
    return await use();
  } finally {
    await lab(name, ['down']);
  }
}

/** A name that no other lab on this machine has. */
export const benchName = (what: string): string => `bench-${what}-${process.pid}`;
