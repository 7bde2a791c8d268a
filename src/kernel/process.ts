/**
 * Running a program to its end inside a network namespace.
 *
 * The child inherits the namespace of the calling thread, so no `nsenter` stands between. Source: namespaces(7).
 */
import { spawn } from 'node:child_process';
import { inNamespace, type NetworkNamespace } from './netns.js';

export interface ProcessResult {
  code: number;
  stdout: string;
  stderr: string;
}

/** A program that could not be started, or that ended badly: what was run, where, and what it said. */
export class ProcessError extends Error {
  override readonly name = 'ProcessError';

  constructor(
    readonly command: readonly string[],
    readonly namespace: string,
    readonly code: number,
    readonly stderr: string,
  ) {
    super(`${command.join(' ')} (in ${namespace}) ended with ${code}: ${stderr.trim()}`);
  }
}

/** Where system administration tools live; an ordinary user's PATH often lacks the sbin folders. */
export const systemPath = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';

/**
 * Where tools are looked for: along the user's PATH, then in the system's folders. What npm puts in front is left out: a
 * package's `nft` in node_modules/.bin would hide the real one.
 */
export function toolPath(): string {
  const folders = (process.env.PATH ?? '').split(':').filter((folder) => !folder.endsWith('/node_modules/.bin'));
  return [...folders, systemPath].join(':');
}

/**
 * The environment that gives each machine of a lab a lock of its own for iptables-legacy. The usual /run/xtables.lock is
 * root's alone, and machines that share one wait for each other. Source: iptables(8), XTABLES_LOCKFILE.
 * @param base path of the lab's locks; absent outside a lab
 */
export function lockFile(base: string | undefined, machine: string): { XTABLES_LOCKFILE?: string } {
  return base === undefined ? {} : { XTABLES_LOCKFILE: `${base}.${machine.replaceAll('/', '-')}` };
}

/** What system administration tools get to see in that namespace. */
export function environmentIn({ name }: NetworkNamespace): NodeJS.ProcessEnv {
  const lock = lockFile(process.env.XTABLES_LOCKFILE, name);
  return { ...process.env, PATH: toolPath(), LC_ALL: 'C', ...lock };
}

/** Runs it and waits; whatever its exit code. @throws ProcessError (code 127) when it cannot be started. */
export function runProcess(
  namespace: NetworkNamespace,
  command: readonly [string, ...string[]],
  input = '',
): Promise<ProcessResult> {
  const [program, ...args] = command;
  const env = environmentIn(namespace);
  return new Promise((resolve, reject) => {
    const child = inNamespace(namespace, () => spawn(program, args, { env, stdio: 'pipe' }));
    const stdout: Buffer[] = [];
    const stderr: Buffer[] = [];
    child.stdout.on('data', (chunk: Buffer) => stdout.push(chunk));
    child.stderr.on('data', (chunk: Buffer) => stderr.push(chunk));
    child.once('error', (error) => reject(new ProcessError(command, namespace.name, 127, error.message)));
    child.once('close', (code) => resolve({ code: code ?? 128, stdout: text(stdout), stderr: text(stderr) }));
    // A program that ends before it has read everything says why on stderr; the broken pipe adds nothing.
    child.stdin.on('error', () => undefined);
    child.stdin.end(input);
  });
}

function text(chunks: readonly Buffer[]): string {
  return Buffer.concat(chunks).toString('utf8');
}
