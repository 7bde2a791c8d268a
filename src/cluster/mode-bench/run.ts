/**
 * The command's side of `lab bench modes`: starts the process that measures and collects what it says.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { cpus, release, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { forkPrivately } from '../../kernel/launch.js';
import type { ProxyMode } from '../../proxy/contract.js';
import { CommandFailure } from '../failure.js';
import { requireTools } from '../preflight.js';
import type { ModeBenchMessage, ModeBenchRequest, ModeFailure, ModePoint, ModeReport } from './contract.js';
import { serverCount } from './place.js';

const entry = fileURLToPath(new URL('./process.js', import.meta.url));

/** Measures every mode with every number of Services. @throws CommandFailure when nothing can be measured here */
export async function benchModes(
  modes: readonly ProxyMode[],
  services: readonly number[],
  progress: (text: string) => void,
): Promise<ModeReport> {
  requireTools(undefined);
  const folder = mkdtempSync(join(tmpdir(), 'kubewire-modes-'));
  const points: ModePoint[] = [];
  const failures: ModeFailure[] = [];
  const rootless = process.getuid?.() !== 0;
  try {
    await converse(join(folder, 'xtables.lock'), { modes, services, rootless }, (message) => {
      if (message.kind === 'progress') progress(message.text);
      if (message.kind === 'point') points.push(message.point);
      if (message.kind === 'failure') failures.push(message.failure);
    });
  } finally {
    rmSync(folder, { recursive: true });
  }
  const machine = { kernel: release(), node: process.versions.node, processors: cpus().length };
  return { machine, endpointsPerService: serverCount, points, failures };
}

/** Resolves when the process has said that it is done. */
async function converse(
  locks: string,
  request: ModeBenchRequest,
  hear: (message: ModeBenchMessage) => void,
): Promise<void> {
  const child = forkPrivately(entry, { ...process.env, XTABLES_LOCKFILE: locks });
  let done = false;
  child.on('message', (message: ModeBenchMessage) => {
    if (message.kind === 'ready') child.send(request);
    if (message.kind === 'done') done = true;
    hear(message);
  });
  const code = await new Promise<number | string>((resolve, reject) => {
    child.once('error', () => reject(new CommandFailure('missingTool', 'lab: cannot start "unshare" (util-linux)')));
    child.once('close', (exit, signal) => resolve(exit ?? signal ?? 0));
  });
  if (!done) throw new CommandFailure('failure', `lab: the measuring process ended (${code}) before it was done`);
}
