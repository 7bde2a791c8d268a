/**
 * `lab list`: the labs of this user, running or left over.
 */
import { isAlive, labNames, readStatus, stateDirectory } from '../../cluster/state/state-directory.js';
import { tableText } from '../table.js';

export function list(options: { output: 'text' | 'json' }): void {
  const labs = labNames().flatMap((name) => {
    const status = readStatus(stateDirectory(name));
    return status ? [{ ...status, state: isAlive(status) ? 'up' : 'dead' }] : [];
  });
  if (options.output === 'json') return void process.stdout.write(`${JSON.stringify(labs, null, 2)}\n`);
  if (labs.length === 0) return void process.stdout.write('no labs; start one with: lab up\n');
  const rows = labs.map(({ name, state, pid, seed, proxyMode, balance, nodes }) => {
    return [name, state, pid, seed, proxyMode, balance, nodes.length];
  });
  process.stdout.write(`${tableText(['NAME', 'STATE', 'PID', 'SEED', 'MODE', 'BALANCE', 'NODES'], rows)}\n`);
}
