/**
 * `lab vtysh MACHINE …`: FRR's shell on the router or a node.
 */
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { CommandFailure } from '../../cluster/failure.js';
import { vtysh as vtyshCommand } from '../../kernel/frr.js';
import { runInGuest } from '../enter-guest.js';
import { runInForeground } from '../foreground.js';
import { runningLab } from '../running.js';

export async function vtysh(name: string, machine: string, args: readonly string[]): Promise<void> {
  const { status, directory, inside } = runningLab(name);
  const sockets = join(directory.frr, machine);
  if (!existsSync(sockets)) {
    const there = existsSync(directory.frr) ? readdirSync(directory.frr).join(', ') : '';
    const hint = there === '' ? 'no machine does; start one with: lab router up' : `these do: ${there}`;
    throw new CommandFailure('usage', `lab: ${machine} runs no FRR; ${hint}`);
  }
  // A node without BFD runs bgpd alone; vtysh must not look for the rest.
  const only = existsSync(join(sockets, 'zebra.vty')) ? [] : ['-d', 'bgpd'];
  const command = [...vtyshCommand(sockets), ...only, ...args];
  // The sockets of a kernel of its own lead nowhere outside of it.
  const elsewhere = status.kernel === 'uml' && !inside;
  process.exitCode = await (elsewhere
    ? runInGuest(directory.guest, { argv: command, env: terminal() })
    : here(command));
}

/** vtysh pages and edits its line as the terminal can. */
const terminal = (): Record<string, string> => (process.env.TERM ? { TERM: process.env.TERM } : {});

function here([program = '', ...args]: readonly string[]): Promise<number> {
  return runInForeground(program, args, process.env).catch(() => {
    throw new CommandFailure('missingTool', 'lab: vtysh is not here: apt-get install frr');
  });
}
