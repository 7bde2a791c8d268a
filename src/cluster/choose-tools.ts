/**
 * Which of the kernel's interfaces a lab can use, and the one clear line when it cannot use what was asked for.
 */

import { release } from 'node:os';
import { type IptablesVariant, usableVariants } from '../kernel/iptables.js';
import { hasIpvs } from '../kernel/ipvs.js';
import type { NetworkNamespace } from '../kernel/netns.js';
import { nftWorks } from '../kernel/nft.js';
import { hasBuiltModules, inUserMode } from '../kernel/user-mode.js';
import type { ProxyMode } from '../proxy/contract.js';
import { CommandFailure } from './failure.js';

/** The variant asked for, or what works here, legacy first. @throws CommandFailure when there is none */
export async function chooseIptables(
  namespace: NetworkNamespace,
  asked: IptablesVariant | undefined,
): Promise<IptablesVariant> {
  const usable = await usableVariants(namespace);
  const chosen = asked ?? usable[0];
  if (chosen && usable.includes(chosen)) return chosen;
  const found = usable.length > 0 ? `usable here: ${usable.join(', ')}` : 'neither legacy nor nft works here';
  throw new CommandFailure(
    'missingKernelFeature',
    `lab: iptables${asked ? `-${asked}` : ''} cannot list a nat table (${found}); install the package iptables, or load ip_tables and iptable_nat, or nf_tables and nft_compat`,
  );
}

/** Makes sure that a mode can run here. @throws CommandFailure missingKernelFeature */
export async function requireMode(mode: ProxyMode, namespace: NetworkNamespace): Promise<void> {
  if (mode === 'ipvs' && !(await hasIpvs(namespace))) {
    throw new CommandFailure(
      'missingKernelFeature',
      'lab: proxy mode ipvs: this kernel has no ip_vs, or ipvsadm and ipset are missing; load it (modprobe ip_vs), or bring the lab up in a kernel of its own: lab up --kernel uml --proxy-mode ipvs (packages user-mode-linux, ipvsadm and ipset; "lab compile --proxy-mode ipvs" works everywhere)',
    );
  }
  if (mode !== 'nftables') return;
  const userMode = inUserMode() ? { release: release(), hasBuilt: hasBuiltModules() } : undefined;
  const refusal = nftablesRefusal(await nftWorks(namespace), userMode);
  if (refusal !== undefined) throw new CommandFailure('missingKernelFeature', `lab: proxy mode nftables: ${refusal}`);
}

/**
 * Why the mode nftables cannot run, and what to do; undefined when it can.
 * @param works whether nft can make an IPv4 table
 * @param userMode what there is when the kernel is user-mode Linux
 */
export function nftablesRefusal(works: boolean, userMode?: { release: string; hasBuilt: boolean }): string | undefined {
  if (works) return undefined;
  const otherwise = 'or take another mode: --proxy-mode iptables';
  if (userMode === undefined || userMode.hasBuilt) {
    return `nft cannot make an IPv4 table here; install the package nftables, load nf_tables, ${otherwise}`;
  }
  const { release: kernel } = userMode;
  return `user-mode Linux as Debian builds it (${kernel}) has no nf_tables for IPv4; build it once with scripts/provision --uml-nftables, take the lab down and up again, ${otherwise}`;
}
