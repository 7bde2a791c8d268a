/**
 * `lab kubeconfig`: the path of the file that leads kubectl to this lab.
 */
import { runningLab } from '../running.js';

export function kubeconfig(name: string): void {
  process.stdout.write(`${runningLab(name).status.kubeconfig}\n`);
}
