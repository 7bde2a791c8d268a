/**
 * `lab vtysh MACHINE …`: FRR's shell on the router or a node.
 */
import { spawn } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { CommandFailure } from '../../cluster/failure.js';
import { vtysh as vtyshCommand } from '../../kernel/frr.js';
import { runningLab } from '../running.js';

export async function vtysh(name: string, machine: string, args: readonly string[]): Promise<void> {
  const { directory } = runningLab(name);
  const sockets = join(directory.frr, machine);
  if (!existsSync(sockets)) {
    const there = existsSync(directory.frr) ? readdirSync(directory.frr).join(', ') : '';
    const hint = there === '' ? 'no machine does; start one with: lab router up' : `these do: ${there}`;
    throw new CommandFailure('usage', `lab: ${machine} runs no FRR; ${hint}`);
  }
  // A node without BFD runs bgpd alone; vtysh must not look for the rest.
  const only = existsSync(join(sockets, 'zebra.vty')) ? [] : ['-d', 'bgpd'];
  const [program, ...options] = vtyshCommand(sockets);
  const child = spawn(program, [...options, ...only, ...args], { stdio: 'inherit' });
  process.exitCode = await new Promise<number>((resolve, reject) => {
    child.once('error', () => reject(new CommandFailure('missingTool', 'lab: vtysh is not here: apt-get install frr')));
    child.once('close', (code) => resolve(code ?? 1));
  });
}
