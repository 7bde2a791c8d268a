/**
 * `lab socket-lb`: the Services that eBPF resolves at the socket, as the kernel's maps hold them, node by node.
 */
import type { SocketLine } from '../../cluster/socket-report.js';
import { ask, runningLab } from '../running.js';
import { tableText } from '../table.js';

export async function socketLB(name: string, { output }: { output: 'text' | 'json' }): Promise<void> {
  const lines = await ask<SocketLine[]>(runningLab(name), 'sockets');
  const text = output === 'json' ? JSON.stringify(lines, null, 2) : tableOf(lines);
  process.stdout.write(`${text}\n`);
}

function tableOf(lines: readonly SocketLine[]): string {
  const rows = lines.map(({ node, service, address, port, protocol, endpoints, affinitySeconds, chosen }) => {
    const peers = endpoints.map((peer) => (peer ? `${peer.address}:${peer.port}` : '<empty>')).join(',') || '<none>';
    const affinity = affinitySeconds === 0 ? '-' : `${affinitySeconds}s`;
    return [node, service, `${address}:${port}`, protocol, peers, affinity, String(chosen)];
  });
  return tableText(['NODE', 'SERVICE', 'ADDRESS', 'PROTOCOL', 'ENDPOINTS', 'AFFINITY', 'CHOSEN'], rows);
}
