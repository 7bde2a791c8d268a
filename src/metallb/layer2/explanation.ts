/**
 * Why a node answers for an address or does not: MetalLB's word, and a sentence for people.
 */
import type { Decision, ServiceAdvertisement, WithdrawReason } from './contract.js';
import { electionOrder } from './election.js';

export interface Explanation {
  answers: boolean;
  /** `announcing`, or MetalLB's reason word. */
  word: string;
  because: string;
}

/**
 * @param decision of the node's own speaker; absent when it does not run
 * @param alive the nodes whose speakers it believes alive
 */
export function explain(
  node: string,
  advertisement: ServiceAdvertisement,
  decision: Decision | undefined,
  alive: readonly string[],
): Explanation {
  if (!decision) return { answers: false, word: 'noSpeaker', because: 'its speaker does not run' };
  const [first = ''] = advertisement.addresses;
  const order = electionOrder(
    advertisement.candidates.filter((one) => alive.includes(one)),
    first,
    advertisement.scores,
  );
  if (decision.announce) {
    const others = order.length > 1 ? `comes first of ${order.join(', ')}` : 'is the only candidate';
    return { answers: true, word: 'announcing', because: others };
  }
  return { answers: false, word: decision.reason, because: because(node, advertisement, decision.reason, order) };
}

function because(
  node: string,
  { withheld, candidates }: ServiceAdvertisement,
  reason: WithdrawReason,
  order: readonly string[],
): string {
  if (withheld === 'notOwner') return 'no endpoint of the Service is ready';
  if (reason !== 'notOwner') return sentences[reason];
  const [winner] = order;
  if (winner === undefined) return 'no node that may announce has a live speaker';
  if (candidates.includes(node)) return `${winner} comes first in the election`;
  return `it may not announce: excluded by label, without network, or policy Local and no ready pod here`;
}

const sentences: Readonly<Record<Exclude<WithdrawReason, 'notOwner'>, string>> = {
  notLoadBalancer: 'the Service is not of type LoadBalancer',
  noIPAllocated: 'the Service has no address yet',
  invalidIP: 'what is in the status is no address',
  ipNotAllowed: 'the address is in no pool',
  loadBalancerIPChanged: 'the Service has another address now',
  serviceDeleted: 'the Service is gone',
  sharedIPWithServiceSelector: 'a sharing key and an advertisement with serviceSelectors exclude each other',
  noMatchingAdvertisement: 'no L2Advertisement selects this pool, this Service and this node',
};
