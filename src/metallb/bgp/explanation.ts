/**
 * Why a node announces a Service by BGP or does not: MetalLB's word, and a sentence for people.
 */
import type { BgpNode, BgpRefusal } from './contract.js';

export interface BgpExplanation {
  announces: boolean;
  /** `announcing`, or MetalLB's reason word. */
  word: string;
  because: string;
  prefixes: readonly string[];
  /** Names of those that hear of it. */
  peers: readonly string[];
}

/** @param plan the node's; absent when its speaker does not run */
export function explainBgp(service: string, plan: BgpNode | undefined): BgpExplanation {
  const silent = { announces: false, prefixes: [], peers: [] };
  if (!plan) return { ...silent, word: 'noSpeaker', because: 'its speaker does not run' };
  const announced = plan.services.find((one) => one.service === service);
  if (!announced) {
    const word = plan.refused[service] ?? 'noMatchingAdvertisement';
    return { ...silent, word, because: sentences[word] };
  }
  const { prefixes, peers } = announced;
  const because =
    peers.length > 0 ? `to ${peers.join(', ')}` : 'to nobody: no BGPPeer that it is for has a session here';
  return { announces: true, word: 'announcing', because, prefixes, peers };
}

const sentences: Readonly<Record<BgpRefusal, string>> = {
  noIPAllocated: 'the Service has no address yet',
  invalidIP: 'what is in the status is no address',
  ipNotAllowed: 'the address is in no pool',
  notOwner: 'no BGPAdvertisement selects this pool and this node',
  noMatchingAdvertisement: 'no BGPAdvertisement for this pool and node selects this Service',
  conflictingAdvertisements: 'two BGPAdvertisements for it want different local preferences',
  nodeNetworkUnavailable: 'the node has no network',
  nodeLabeledExcludeBalancers: 'the node has the label node.kubernetes.io/exclude-from-external-load-balancers',
  noLocalEndpoints: 'policy Local, and no ready pod here',
  noEndpoints: 'no endpoint of the Service is ready',
};
