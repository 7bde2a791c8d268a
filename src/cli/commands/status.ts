/**
 * `lab status`: what runs, where and how.
 */

import type { LabStatus } from '../../cluster/state-directory.js';
import { ask, runningLab } from '../running.js';

export async function status(name: string, options: { output: 'text' | 'json' }): Promise<void> {
  const lab = runningLab(name);
  const now = await ask<LabStatus & { pods: number; services: number }>(lab, 'status');
  if (options.output === 'json') return void process.stdout.write(`${JSON.stringify(now, null, 2)}\n`);
  const nodes = now.nodes.map((node) => `${node.name} ${node.address}`).join(', ');
  const lines = [
    `lab ${now.name}: up, process ${now.pid}, seed ${now.seed}${now.guestPid === undefined ? '' : ', in user-mode Linux'}`,
    `Services by ${now.proxyMode} (iptables-${now.iptables}), balance ${now.balance}`,
    `nodes: ${nodes}`,
    `${now.pods} pods, ${now.services} Services`,
    `kubeconfig: ${now.kubeconfig}`,
  ];
  process.stdout.write(`${lines.join('\n')}\n`);
}
