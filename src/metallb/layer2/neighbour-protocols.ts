/** The protocols that speakers speak, by name. */
import { arp } from './arp.js';
import { ndp } from './ndp.js';
import type { NeighbourProtocol } from './neighbour-protocol.js';

export const neighbourProtocols: Readonly<Record<NeighbourProtocol['name'], NeighbourProtocol>> = { arp, ndp };
