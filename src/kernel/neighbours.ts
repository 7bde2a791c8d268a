/**
 * A namespace's neighbour table, as `arp -an` prints it.
 */
import arpLookup from '@network-utils/arp-lookup';
import { inNamespace, type NetworkNamespace } from './netns.js';
import { runProcess } from './process.js';

export interface Neighbour {
  address: string;
  mac: string;
}

/** Those with a MAC. The package starts `arp` before it returns, so the child is born inside. */
export async function listNeighbours(namespace: NetworkNamespace): Promise<Neighbour[]> {
  const rows = await inNamespace(namespace, () => arpLookup.getTable());
  return rows.map(({ ip, mac }) => ({ address: ip, mac }));
}

/** Drops the entries that wait for an answer, so that the next packet asks at once. @throws ProcessError */
export async function forgetUnanswered(namespace: NetworkNamespace): Promise<void> {
  await runProcess(namespace, ['ip', 'neigh', 'flush', 'nud', 'incomplete']);
}
