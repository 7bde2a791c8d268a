/**
 * `lab down`: ends a lab and waits until nothing of it is left.
 */
import { rmSync } from 'node:fs';
import { askControl } from '../../cluster/control.js';
import { CommandFailure } from '../../cluster/failure.js';
import { isAlive, labNames, readStatus, stateDirectory } from '../../cluster/state-directory.js';
import { processIsThere } from '../../kernel/launch.js';
import { pause } from '../../world/pause.js';

/** How long the kernel may take to clear away a large lab before we say so. */
const PATIENCE_MS = 30_000;
const LOOK_EVERY_MS = 5;

export async function down(name: string, options: { all?: boolean }): Promise<void> {
  const names = options.all ? labNames() : [name];
  if (options.all && names.length === 0) return void process.stdout.write('no labs\n');
  for (const one of names) process.stdout.write(`lab ${one}: ${await takeDown(one)}\n`);
}

async function takeDown(name: string): Promise<string> {
  const directory = stateDirectory(name);
  const status = readStatus(directory);
  const running = status !== undefined && isAlive(status);
  if (running) {
    await askControl(directory.control, 'down').catch(() => process.kill(status.launcher, 'SIGKILL'));
    await waitUntilGone(name, [status.launcher, status.pid]);
  }
  rmSync(directory.root, { recursive: true, force: true });
  if (running) return 'down';
  return status ? 'was dead already; its state is removed' : 'was not up';
}

async function waitUntilGone(name: string, pids: readonly number[]): Promise<void> {
  for (let waited = 0; waited < PATIENCE_MS; waited += LOOK_EVERY_MS) {
    if (!pids.some(processIsThere)) return;
    await pause(LOOK_EVERY_MS);
  }
  throw new CommandFailure('failure', `lab: processes ${pids.join(', ')} of lab "${name}" are still there`);
}
