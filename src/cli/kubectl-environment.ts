/**
 * How kubectl finds a lab, and what to say where there is no kubectl.
 */
import type { RunningLab } from './running.js';

/** What to say when there is none, as `scripts/shell/kubectl` does; every kubectl from 1.20 on works. */
export const howToGetKubectl =
  'kubectl is not on this machine; on Debian and Ubuntu: apt-get install kubernetes-client (any version from 1.20 on works)';

/** Discovery is cached by server address, and labs come and go on the same port: each lab has a cache of its own. */
export function kubectlEnvironment({ status, directory }: RunningLab): { KUBECONFIG: string; KUBECACHEDIR: string } {
  return { KUBECONFIG: status.kubeconfig, KUBECACHEDIR: `${directory.root}/kube-cache` };
}
