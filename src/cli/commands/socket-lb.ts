/**
 * `lab socket-lb`: the Services that eBPF resolves at the socket, as the kernel's maps hold them, node by node.
 */
import Table from 'cli-table3';
import type { SocketLine } from '../../cluster/socket-report.js';
import { ask, runningLab } from '../running.js';
import { plainTable } from '../table.js';

export async function socketLB(name: string, { output }: { output: 'text' | 'json' }): Promise<void> {
  const lines = await ask<SocketLine[]>(runningLab(name), 'sockets');
  const text = output === 'json' ? JSON.stringify(lines, null, 2) : tableOf(lines);
  process.stdout.write(`${text}\n`);
}

function tableOf(lines: readonly SocketLine[]): string {
  const table = new Table(plainTable(['NODE', 'SERVICE', 'ADDRESS', 'PROTOCOL', 'ENDPOINTS', 'AFFINITY', 'CHOSEN']));
  for (const { node, service, address, port, protocol, endpoints, affinitySeconds, chosen } of lines) {
    const peers = endpoints.map((peer) => (peer ? `${peer.address}:${peer.port}` : '<empty>')).join(',') || '<none>';
    const affinity = affinitySeconds === 0 ? '-' : `${affinitySeconds}s`;
    table.push([node, service, `${address}:${port}`, protocol, peers, affinity, String(chosen)]);
  }
  return table.toString().replace(/ +$/gm, '');
}
