/**
 * `lab fault`: failures made on purpose, and mended again.
 */
import { CommandFailure } from '../../cluster/failure.js';
import { type Fault, type FaultKind, faultActions } from '../../cluster/faults.js';
import { ask, type RunningLab, runningLab } from '../running.js';

export interface FaultArguments {
  what?: string;
  node?: string;
  action?: string;
}

const kinds = Object.keys(faultActions) as FaultKind[];
const usage = kinds.map((kind) => `lab fault ${kind} NODE ${faultActions[kind].join('|')}`).join(', ');

export async function fault(
  name: string,
  given: FaultArguments,
  { output }: { output: 'text' | 'json' },
): Promise<void> {
  const faults = await carryOut(runningLab(name), given);
  if (output === 'json') return void process.stdout.write(`${JSON.stringify(faults, null, 2)}\n`);
  const lines = faults.map(({ kind, node }) => `${kind} ${node} ${faultActions[kind][0]}`);
  process.stdout.write(`${lines.length > 0 ? lines.join('\n') : 'nothing is broken'}\n`);
}

function carryOut(lab: RunningLab, { what, node, action }: FaultArguments): Promise<Fault[]> {
  if (what === undefined) return ask<Fault[]>(lab, 'faults');
  if (what === 'clear' && node === undefined) return ask<Fault[]>(lab, 'clear-faults');
  const kind = kinds.find((one) => one === what);
  if (!kind || node === undefined || action === undefined) {
    throw new CommandFailure('usage', `lab: what should fail? ${usage}, lab fault clear`);
  }
  return ask<Fault[]>(lab, 'fault', { kind, node, action });
}
