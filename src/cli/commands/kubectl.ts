/**
 * `lab kubectl …`: the machine's own kubectl against this lab.
 */
import { spawn } from 'node:child_process';
import { CommandFailure } from '../../cluster/failure.js';
import { runningLab } from '../running.js';

/** What to say when there is none; every kubectl from 1.20 on works. */
export const howToGetKubectl =
  'kubectl is not on this machine; on Debian and Ubuntu: apt-get install kubernetes-client (any version from 1.20 on works)';

export async function kubectl(name: string, args: readonly string[]): Promise<void> {
  const { status, directory } = runningLab(name);
  // Discovery is cached by server address, and labs come and go on the same port: each lab has a cache of its own.
  const env = { ...process.env, KUBECONFIG: status.kubeconfig, KUBECACHEDIR: `${directory.root}/kube-cache` };
  const child = spawn('kubectl', args, { stdio: 'inherit', env });
  process.on('SIGINT', () => undefined);
  process.exitCode = await new Promise<number>((resolve, reject) => {
    child.once('error', () => reject(new CommandFailure('missingTool', `lab: ${howToGetKubectl}`)));
    child.once('close', (code) => resolve(code ?? 1));
  });
}
