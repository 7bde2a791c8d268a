/**
 * `lab kubectl …`: the machine's own kubectl against this lab.
 */
import { CommandFailure } from '../../cluster/failure.js';
import { runInForeground } from '../foreground.js';
import { howToGetKubectl, kubectlEnvironment } from '../kubectl-environment.js';
import { runningLab } from '../running.js';

export async function kubectl(name: string, args: readonly string[]): Promise<void> {
  const env = { ...process.env, ...kubectlEnvironment(runningLab(name)) };
  try {
    process.exitCode = await runInForeground('kubectl', args, env);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    throw new CommandFailure('missingTool', `lab: ${howToGetKubectl}`);
  }
}
