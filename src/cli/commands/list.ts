/**
 * `lab list`: the labs of this user, running or left over.
 */
import Table from 'cli-table3';
import { isAlive, labNames, readStatus, stateDirectory } from '../../cluster/state-directory.js';
import { plainTable } from '../table.js';

export function list(options: { output: 'text' | 'json' }): void {
  const labs = labNames().flatMap((name) => {
    const status = readStatus(stateDirectory(name));
    return status ? [{ ...status, state: isAlive(status) ? 'up' : 'dead' }] : [];
  });
  if (options.output === 'json') return void process.stdout.write(`${JSON.stringify(labs, null, 2)}\n`);
  const table = new Table(plainTable(['NAME', 'STATE', 'PID', 'SEED', 'MODE', 'BALANCE', 'NODES']));
  for (const lab of labs) {
    table.push([lab.name, lab.state, lab.pid, lab.seed, lab.proxyMode, lab.balance, lab.nodes.length]);
  }
  process.stdout.write(labs.length === 0 ? 'no labs; start one with: lab up\n' : `${table}\n`);
}
