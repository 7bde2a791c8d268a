/**
 * `lab shell [TARGET]`: an interactive shell where the course notes' commands work as typed.
 */
import { fileURLToPath } from 'node:url';
import type { LabTarget } from '../../cluster/target.js';
import { runInside } from '../enter.js';
import { ask, runningLab } from '../running.js';
import { installation } from '../version.js';

const startFile = fileURLToPath(new URL('scripts/shell/bashrc', installation));

export async function shell(name: string, target: string): Promise<void> {
  const lab = runningLab(name);
  const place = await ask<LabTarget>(lab, 'target', { target });
  // A pod has a root of its own, where the start file is not.
  const start = place.kind === 'pod' ? [] : ['--rcfile', startFile];
  process.exitCode = await runInside(lab, place, ['bash', ...start, '-i']);
}
