/**
 * `lab exec TARGET -- CMD…`: stdin, output and exit code pass through.
 */
import type { LabTarget } from '../../cluster/target.js';
import { runInside } from '../enter.js';
import { ask, runningLab } from '../running.js';

export async function exec(name: string, target: string, command: readonly string[]): Promise<void> {
  const lab = runningLab(name);
  const place = await ask<LabTarget>(lab, 'target', { target });
  process.exitCode = await runInside(lab, place, command);
}
