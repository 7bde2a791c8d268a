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
  process.exitCode = await runInside(lab, place, ['bash', '--rcfile', startFile, '-i']);
}
