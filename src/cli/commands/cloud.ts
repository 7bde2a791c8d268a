/**
 * `lab cloud`: the provider's load balancers, their targets and what the health checks say.
 */
import type { CloudReport } from '../../cluster/cloud.js';
import { ask, runningLab } from '../running.js';
import { tableText } from '../table.js';

export async function cloud(name: string, { output }: { output: 'text' | 'json' }): Promise<void> {
  const report = await ask<CloudReport>(runningLab(name), 'cloud');
  if (output === 'json') return void process.stdout.write(`${JSON.stringify(report, null, 2)}\n`);
  process.stdout.write(`${[balancersTable(report), targetsTable(report)].filter(Boolean).join('\n\n')}\n`);
}

function balancersTable({ balancers, provider }: CloudReport): string {
  if (balancers.length === 0)
    return `No load balancer at ${provider}: no Service of type LoadBalancer has been given one.`;
  const rows = balancers.map((one) => {
    const client = one.preservesClient ? 'preserved' : one.privateAddress;
    return [one.service, one.kind, one.scheme, one.address, one.targetType, client, one.hostname ?? one.name];
  });
  return tableText(['SERVICE', 'KIND', 'SCHEME', 'ADDRESS', 'TARGETS', 'CLIENT', 'NAME'], rows);
}

function targetsTable({ balancers }: CloudReport): string {
  const rows = balancers.flatMap(({ service, targets }) =>
    targets.map(({ listener, id, address, check, state, used, reason }) => {
      return [service, listener, id, address, check, state, used ? 'yes' : 'no', reason];
    }),
  );
  if (rows.length === 0) return '';
  return tableText(['SERVICE', 'PORT', 'TARGET', 'ADDRESS', 'CHECK', 'HEALTH', 'USED', 'REASON'], rows);
}
