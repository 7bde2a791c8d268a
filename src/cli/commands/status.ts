/**
 * `lab status`: what runs, where and how.
 */

import type { LabStatus } from '../../cluster/state/state-directory.js';
import type { CloudConfig, RouterConfig } from '../../model/cluster-config.js';
import { ask, runningLab } from '../running.js';

type Now = LabStatus & { pods: number; services: number; router?: RouterConfig; cloud?: CloudConfig };

export async function status(name: string, options: { output: 'text' | 'json' }): Promise<void> {
  const lab = runningLab(name);
  const now = await ask<Now>(lab, 'status');
  if (options.output === 'json') return void process.stdout.write(`${JSON.stringify(now, null, 2)}\n`);
  const nodes = now.nodes.map((node) => `${node.name} ${node.address}`).join(', ');
  const lines = [
    `lab ${now.name}: up, process ${now.pid}, seed ${now.seed}${now.kernel === 'uml' ? ', in user-mode Linux' : ''}`,
    `Services by ${now.proxyMode} (iptables-${now.iptables}), balance ${now.balance}`,
    ...(now.socketLB ? ['ClusterIPs at the socket, by eBPF; "lab socket-lb" shows its maps'] : []),
    `nodes: ${nodes}`,
    ...(now.router ? [`router: ${now.router.address} AS ${now.router.asn}; its sessions: lab bgp`] : []),
    ...(now.cloud
      ? [`cloud: ${now.cloud.provider}, health checks ${now.cloud.healthChecks}; its load balancers: lab cloud`]
      : []),
    `${now.pods} pods, ${now.services} Services`,
    `kubeconfig: ${now.kubeconfig}`,
  ];
  process.stdout.write(`${lines.join('\n')}\n`);
}
