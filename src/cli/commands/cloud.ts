/**
 * `lab cloud`: the provider's load balancers, their targets and what the health checks say.
 */
import Table from 'cli-table3';
import type { CloudReport } from '../../cluster/cloud.js';
import { ask, runningLab } from '../running.js';
import { plainTable, trimmed } from '../table.js';

export async function cloud(name: string, { output }: { output: 'text' | 'json' }): Promise<void> {
  const report = await ask<CloudReport>(runningLab(name), 'cloud');
  if (output === 'json') return void process.stdout.write(`${JSON.stringify(report, null, 2)}\n`);
  process.stdout.write(`${[balancersTable(report), targetsTable(report)].filter(Boolean).join('\n\n')}\n`);
}

function balancersTable({ balancers, provider }: CloudReport): string {
  if (balancers.length === 0)
    return `No load balancer at ${provider}: no Service of type LoadBalancer has been given one.`;
  const table = new Table(plainTable(['SERVICE', 'KIND', 'SCHEME', 'ADDRESS', 'TARGETS', 'CLIENT', 'NAME']));
  for (const one of balancers) {
    const client = one.preservesClient ? 'preserved' : one.privateAddress;
    table.push([one.service, one.kind, one.scheme, one.address, one.targetType, client, one.hostname ?? one.name]);
  }
  return trimmed(table.toString());
}

function targetsTable({ balancers }: CloudReport): string {
  const rows = balancers.flatMap(({ service, targets }) =>
    targets.map(({ listener, id, address, check, state, used, reason }) => {
      return [service, listener, id, address, check, state, used ? 'yes' : 'no', reason];
    }),
  );
  if (rows.length === 0) return '';
  const table = new Table(plainTable(['SERVICE', 'PORT', 'TARGET', 'ADDRESS', 'CHECK', 'HEALTH', 'USED', 'REASON']));
  table.push(...rows);
  return trimmed(table.toString());
}
