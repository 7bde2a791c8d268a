/**
 * `lab exec TARGET -- CMD…`: stdin, output and exit code pass through.
 */
import { CommandFailure } from '../../cluster/failure.js';
import type { LabTarget } from '../../cluster/target.js';
import { runInside } from '../enter.js';
import { ask, runningLab } from '../running.js';

/** @param words what follows the target: a `--`, if there is one, then the command */
export async function exec(name: string, target: string, words: readonly string[]): Promise<void> {
  const command = words[0] === '--' ? words.slice(1) : words;
  if (command.length === 0)
    throw new CommandFailure('usage', `lab: exec ${target} -- what? For a shell: lab shell ${target}`);
  const lab = runningLab(name);
  const place = await ask<LabTarget>(lab, 'target', { target });
  process.exitCode = await runInside(lab, place, command);
}
