/**
 * `npm run lab` without a command: the first workshop. Up with its manifests, one answered request, a shell on `host`.
 */
import { fileURLToPath } from 'node:url';
import type { LabTarget } from '../../cluster/target.js';
import { missingTools } from '../../kernel/tool-table.js';
import { runInside } from '../enter.js';
import { howToGetKubectl } from '../kubectl-environment.js';
import { readTextFile } from '../read-files.js';
import { ask, runningLab } from '../running.js';
import { installation } from '../version.js';
import { shell } from './shell.js';
import { bringUp } from './up.js';

const firstManifest = fileURLToPath(new URL('lab/workshop/01-nodeport.yaml', installation));
const firstRequest = ['curl', '-s', '--max-time', '5', '192.168.56.101:30090/hostname'];

const whatNext = (name: string) => `
What next:
  lab shell                     a shell on host; kubectl, curl, arp and dig work as in the course notes
  lab exec k8s-node1 -- iptables -t nat -L KUBE-NODEPORTS -n
  lab status · lab down
(lab is scripts/lab; the lab's name is "${name}")
`;

export async function workshop(name: string): Promise<void> {
  await bringUp(name, { shell: false }, [readTextFile(firstManifest)]);
  const lab = runningLab(name);
  const host = await ask<LabTarget>(lab, 'target', { target: 'host' });
  process.stdout.write(`host$ ${firstRequest.filter((word) => !/^(-|5$)/.test(word)).join(' ')}\n`);
  const code = await runInside(lab, host, firstRequest);
  if (code !== 0) process.exitCode = code;
  if (missingTools(['kubectl']).length > 0) process.stdout.write(`${howToGetKubectl}\n`);
  if (process.stdin.isTTY && process.stdout.isTTY) return shell(name, 'host');
  process.stdout.write(whatNext(name));
}
