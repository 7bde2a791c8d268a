/**
 * `lab kubectl …`: the machine's own kubectl against this lab, through the wrapper that lab shells have too.
 */
import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { runningLab } from '../running.js';
import { installation } from '../version.js';

/** It says what to do when there is no kubectl. */
const wrapper = fileURLToPath(new URL('scripts/shell/kubectl', installation));

export async function kubectl(name: string, args: readonly string[]): Promise<void> {
  const { status, directory } = runningLab(name);
  // Discovery is cached by server address, and labs come and go on the same port: each lab has a cache of its own.
  const env = { ...process.env, KUBECONFIG: status.kubeconfig, KUBECACHEDIR: `${directory.root}/kube-cache` };
  const child = spawn(wrapper, args, { stdio: 'inherit', env });
  process.on('SIGINT', () => undefined);
  process.exitCode = await new Promise<number>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => resolve(code ?? 1));
  });
}
