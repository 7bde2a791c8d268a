/**
 * `--attach`: may the LAN be put beside what the machine is connected to already?
 */
import { networkInterfaces } from 'node:os';
import ipaddr from 'ipaddr.js';
import type { ClusterConfig } from '../model/cluster-config.js';
import { CommandFailure } from './failure.js';

/**
 * @param rootless whether the lab runs in a user namespace, where uid 0 is an ordinary user
 * @throws CommandFailure when the user may not, or when an address of the machine lies on the lab's LAN
 */
export function refuseOverlap({ lan }: ClusterConfig, rootless: boolean): void {
  if (rootless) {
    throw new CommandFailure(
      'noPrivileges',
      "lab: --attach changes this machine's own network namespace, which needs root; without it everything works from: lab shell",
    );
  }
  const range = ipaddr.parseCIDR(lan.cidr);
  for (const [link, addresses] of Object.entries(networkInterfaces())) {
    for (const { address, cidr, family } of addresses ?? []) {
      if (family !== 'IPv4' || !overlap(range, ipaddr.parseCIDR(cidr ?? `${address}/32`))) continue;
      throw new CommandFailure(
        'failure',
        `lab: --attach would put ${lan.cidr} beside ${cidr} on ${link}; is another lab attached? Give this one another lan.cidr in its cluster.yaml`,
      );
    }
  }
}

/** @throws CommandFailure A cloud gives the host an address in the internet, which the machine must not have. */
export function refuseCloud({ cloud }: ClusterConfig): void {
  if (!cloud) return;
  const hint = `leave one of them out: without --attach, everything works from lab shell`;
  throw new CommandFailure('refused', `lab: --attach and a cloud (${cloud.provider}) do not go together; ${hint}`);
}

type Range = ReturnType<typeof ipaddr.parseCIDR>;

/** Two ranges overlap when the smaller one starts in the larger one. */
function overlap(one: Range, other: Range): boolean {
  return one[0].match(other) || other[0].match(one);
}
