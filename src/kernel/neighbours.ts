/**
 * A namespace's neighbour table, as `arp -an` prints it.
 */
import arpLookup from '@network-utils/arp-lookup';
import { inNamespace, type NetworkNamespace } from './netns.js';

export interface Neighbour {
  address: string;
  mac: string;
}

/** Those with a MAC. The package starts `arp` before it returns, so the child is born inside. */
export async function listNeighbours(namespace: NetworkNamespace): Promise<Neighbour[]> {
  const rows = await inNamespace(namespace, () => arpLookup.getTable());
  return rows.map(({ ip, mac }) => ({ address: ip, mac }));
}
