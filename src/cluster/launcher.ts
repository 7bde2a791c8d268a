/**
 * The command's side of a start: launches the daemon, tells it what to be, listens until it is ready.
 */
import { readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import type { Duplex } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { launchDaemon } from '../kernel/launch.js';
import { CommandFailure } from './failure.js';
import type { StartReport, StartRequest } from './start-request.js';
import { createStateDirectory, type StateDirectory } from './state-directory.js';

const daemonEntry = fileURLToPath(new URL('./daemon.js', import.meta.url));

/** Resolves when the lab answers. @throws CommandFailure in the daemon's words, or why there is no daemon. */
export async function launchLab(
  request: Omit<StartRequest, 'launcher' | 'rootless'>,
  directory: StateDirectory,
  progress: (text: string) => void,
): Promise<Extract<StartReport, { kind: 'ready' }>> {
  createStateDirectory(directory);
  const command = [process.execPath, ...process.execArgv, daemonEntry, `--lab=${request.name}`];
  const child = launchDaemon({
    command,
    logFile: directory.log,
    env: { ...process.env, XTABLES_LOCKFILE: directory.locks },
  });
  const channel = child.stdio[3] as Duplex;
  if (child.pid === undefined)
    throw new CommandFailure('missingTool', 'lab: cannot start "unshare" (package util-linux)');
  channel.write(`${JSON.stringify({ ...request, launcher: child.pid, rootless: process.getuid?.() !== 0 })}\n`);
  try {
    for await (const line of createInterface({ input: channel })) {
      const report = JSON.parse(line) as StartReport;
      if (report.kind === 'progress') progress(report.text);
      if (report.kind === 'failed') throw new CommandFailure(report.failure, report.message);
      if (report.kind === 'ready') return report;
    }
    throw whyNoDaemon(directory);
  } finally {
    channel.destroy();
    child.unref();
  }
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
