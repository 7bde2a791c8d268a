/**
 * `lab kubectl …`: the machine's own kubectl against this lab, through the wrapper that lab shells have too. The wrapper
 * says what to do when there is no kubectl.
 */
import { fileURLToPath } from 'node:url';
import { runInForeground } from '../foreground.js';
import { kubectlEnvironment } from '../kubectl-environment.js';
import { runningLab } from '../running.js';
import { installation } from '../version.js';

const wrapper = fileURLToPath(new URL('scripts/shell/kubectl', installation));

export async function kubectl(name: string, args: readonly string[]): Promise<void> {
  const env = { ...process.env, ...kubectlEnvironment(runningLab(name)) };
  process.exitCode = await runInForeground(wrapper, args, env);
}
