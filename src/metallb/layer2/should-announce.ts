/**
 * Whether this node's speaker announces a Service, and if not, in MetalLB's word, why.
 *
 * Models: MetalLB `speaker/layer2_controller.go` ShouldAnnounce.
 */
import type { Decision, ServiceAdvertisement } from './contract.js';
import { electionOrder } from './election.js';

/** @param isAlive whether a node's speaker is a live member, as this node sees it */
export function shouldAnnounce(
  node: string,
  advertisement: ServiceAdvertisement,
  isAlive: (node: string) => boolean,
): Decision {
  const { withheld, nodes, addresses } = advertisement;
  if (withheld) return { announce: false, reason: withheld };
  const interfaces = nodes[node];
  if (interfaces === undefined) return { announce: false, reason: 'noMatchingAdvertisement' };
  const [first = ''] = addresses;
  const order = electionOrder(advertisement.candidates.filter(isAlive), first, advertisement.scores);
  return order[0] === node ? { announce: true, interfaces } : { announce: false, reason: 'notOwner' };
}
