/**
 * Which kernel a lab runs in: the machine's, or one of its own in user-mode Linux.
 */
import { existsSync, readFileSync } from 'node:fs';
import { missingTools } from '../kernel/tool-table.js';
import { userModeModules, userModeProgram } from '../kernel/user-mode.js';
import { CommandFailure } from './failure.js';
import type { LabKernel, LabSettings } from './start-request.js';

/**
 * The one asked for; else user-mode Linux when IPVS is asked for, this kernel has none, and the package is there.
 * @throws CommandFailure when the one asked for cannot be
 */
export function chooseKernel({ kernel, proxyMode, attach }: LabSettings): LabKernel {
  const automatic = kernel === undefined && proxyMode === 'ipvs' && !attach && !machineHasIpvs() && hasUserMode();
  if (kernel !== 'uml') return automatic ? 'uml' : 'machine';
  if (attach) {
    throw new CommandFailure(
      'usage',
      'lab: --attach needs the machine’s kernel: a link cannot lead into another kernel',
    );
  }
  if (hasUserMode()) return 'uml';
  throw new CommandFailure(
    'missingTool',
    `lab: ${userModeProgram} or its modules not found (package user-mode-linux); install it with: scripts/provision --optional`,
  );
}

/** Loaded, built in, or one that root's ipvsadm will load. */
function machineHasIpvs(): boolean {
  if (existsSync('/proc/net/ip_vs')) return true;
  if (process.getuid?.() !== 0) return false;
  return ['modules.dep', 'modules.builtin'].some((list) => hasModule(`/lib/modules/${release()}/${list}`));
}

function hasModule(list: string): boolean {
  return existsSync(list) && /\/ip_vs\.ko/.test(readFileSync(list, 'utf8'));
}

function release(): string {
  return readFileSync('/proc/sys/kernel/osrelease', 'utf8').trim();
}

function hasUserMode(): boolean {
  return missingTools([userModeProgram]).length === 0 && existsSync(userModeModules);
}
