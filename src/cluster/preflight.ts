/**
 * Before a daemon is started: are the tools there without which no lab comes up? What they belong to is in
 * `scripts/provision`, the one list of packages; what a lesson types (curl, dig, arp) may be missing.
 */
import { readFileSync } from 'node:fs';
import { missingTools, readToolTable } from '../kernel/tool-table.js';
import { CommandFailure } from './failure.js';

const provision = new URL('../../../scripts/provision', import.meta.url);
const essential = ['unshare', 'nsenter', 'setpriv', 'ip'];
const restorers = { legacy: 'iptables-legacy-restore', nft: 'iptables-nft-restore' } as const;

/** @throws CommandFailure missingTool, naming the tools and their packages */
export function requireTools(iptables: 'legacy' | 'nft' | undefined): void {
  if (process.platform !== 'linux') {
    throw new CommandFailure(
      'missingKernelFeature',
      'lab: a lab needs Linux; "lab compile" and "lab up --plan" work here',
    );
  }
  const gone = missingTools([...essential, ...Object.values(restorers)]);
  const asked = iptables === undefined ? Object.values(restorers) : [restorers[iptables]];
  const unmet = [
    ...essential.filter((tool) => gone.includes(tool)),
    ...(asked.every((tool) => gone.includes(tool)) ? asked : []),
  ];
  if (unmet.length === 0) return;
  const table = readToolTable(readFileSync(provision, 'utf8'));
  const packages = [...new Set(unmet.map((tool) => table.get(tool) ?? tool))];
  throw new CommandFailure(
    'missingTool',
    `lab: ${unmet.join(', ')} not found (package ${packages.join(', ')}); install what is missing with: scripts/provision`,
  );
}
