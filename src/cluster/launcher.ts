/**
 * The command's side of a start: launches the daemon, tells it what to be, listens until it is ready.
 */
import { closeSync, existsSync, readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import type { Duplex } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { type CertificateRequest, loadX509, makeCertificates } from '../apiserver/certificates.js';
import { launchDaemon } from '../kernel/launch.js';
import { chooseKernel } from './choose-kernel.js';
import { beingStarted, CommandFailure, type FailureKind } from './failure.js';
import { requireTools } from './preflight.js';
import type { CertificateAnswer, StartReport, StartRequest } from './start-request.js';
import type { StateDirectory } from './state/state-directory.js';
import { removeState, takeState } from './state/state-lock.js';

const entries = {
  machine: fileURLToPath(new URL('./daemon.js', import.meta.url)),
  uml: fileURLToPath(new URL('./guest/keeper.js', import.meta.url)),
};

type Ready = Extract<StartReport, { kind: 'ready' }>;

interface Launch {
  request: Omit<StartRequest, 'launcher' | 'rootless'>;
  directory: StateDirectory;
  kernel: keyof typeof entries;
  /** Descriptor of the lab's lock: the daemon has it from its first moment. */
  lock: number;
  progress(text: string): void;
}

/** Resolves when the lab answers. @throws CommandFailure in the daemon's words, or why there is no daemon. */
export async function launchLab(
  request: Launch['request'],
  directory: StateDirectory,
  progress: Launch['progress'],
): Promise<Ready> {
  requireTools(request.settings.iptables);
  const kernel = chooseKernel(request.settings);
  const lock = await takeState(directory);
  if (lock === undefined) throw beingStarted(request.name);
  try {
    return await launch({ request, directory, kernel, lock, progress });
  } finally {
    closeSync(lock);
  }
}

async function launch({ request, directory, kernel, lock, progress }: Launch): Promise<Ready> {
  const command = [process.execPath, ...process.execArgv, entries[kernel], `--lab=${request.name}`];
  const child = launchDaemon({
    command,
    logFile: directory.log,
    lock,
    env: { ...process.env, XTABLES_LOCKFILE: directory.locks },
  });
  const channel = child.stdio[3] as Duplex;
  if (child.pid === undefined) throw new CommandFailure('missingTool', 'lab: cannot start "unshare" (util-linux)');
  const library = loadX509();
  const ended = new Promise((resolve) => child.once('exit', resolve));
  // In a kernel of its own a lab is root's, whoever the user is.
  const rootless = kernel === 'machine' && process.getuid?.() !== 0;
  const settings = { ...request.settings, kernel };
  channel.write(`${JSON.stringify({ ...request, settings, launcher: child.pid, rootless })}\n`);
  try {
    for await (const report of reportsFrom(channel)) {
      if (report.kind === 'progress') progress(report.text);
      if (report.kind === 'certificates') void library.then(() => answer(channel, report.request));
      if (report.kind === 'failed') throw new CommandFailure(report.failure, report.message);
      if (report.kind === 'ready') return report;
    }
    throw whyNoDaemon(directory);
  } catch (error) {
    await ended;
    const mine = error instanceof CommandFailure && leavesNothing(error.kind) && !existsSync(directory.journal);
    if (mine) removeState(directory);
    throw error;
  } finally {
    channel.destroy();
    child.unref();
  }
}

/** The daemon needs them last of all, so nobody waits for them here. */
async function answer(channel: Duplex, request: CertificateRequest): Promise<void> {
  const reply: CertificateAnswer = { certificates: await makeCertificates(request) };
  if (channel.writable) channel.write(`${JSON.stringify(reply)}\n`);
}

/** What the daemon says until it ends. One that ends before it has read anything says why in its log: the broken pipe adds nothing. */
async function* reportsFrom(channel: Duplex): AsyncGenerator<StartReport> {
  try {
    for await (const line of createInterface({ input: channel })) yield JSON.parse(line) as StartReport;
  } catch (error) {
    if (!['EPIPE', 'ECONNRESET'].includes((error as NodeJS.ErrnoException).code ?? '')) throw error;
  }
}

/** A log is worth keeping only when the line does not say all. */
function leavesNothing(kind: FailureKind): boolean {
  return kind !== 'failure';
}

/** The daemon ended without a word: its log says why, if only in the words of `unshare`. */
function whyNoDaemon(directory: StateDirectory): CommandFailure {
  const last = readFileSync(directory.log, 'utf8').trim().split('\n').at(-1) ?? '';
  if (/unshare|uid_map|setgroups|not permitted/i.test(last)) {
    return new CommandFailure(
      'noPrivileges',
      `lab: this user may not make namespaces here (${last}); run as root, or allow it: sysctl kernel.unprivileged_userns_clone=1 (Debian), kernel.apparmor_restrict_unprivileged_userns=0 (Ubuntu), in a container --privileged`,
    );
  }
  return new CommandFailure('failure', `lab: the daemon ended before it was ready (${last}); see ${directory.log}`);
}
