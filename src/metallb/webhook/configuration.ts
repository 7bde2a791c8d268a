/**
 * The whole configuration, checked as MetalLB parses it: the first thing that is wrong.
 * Source: MetalLB `internal/config/config.go` For.
 */
import type { Node } from 'kubernetes-types/core/v1.js';
import type { KubeObject, Stored } from '../../api/object.js';
import type { Lister } from '../../registry/contract.js';
import { type Community, communityAliases } from '../bgp/community.js';
import { checkAdvertisementsTogether, checkPeersTogether } from '../bgp/compatible.js';
import { type BGPAdvertisement, type BGPPeer, checkBGPAdvertisement, checkPeer } from '../bgp/configuration.js';
import type { L2Advertisement } from '../layer2/configuration.js';
import { type IPAddressPool, parsePools, type StoredNamespace } from '../pools/pool.js';
import { refuseDuplicateSelectors, refuseDuplicates } from '../pools/selectors.js';

/** @param objects all objects of a kind, with the write carried out. @throws Error in MetalLB's words */
export function checkConfiguration(objects: (kind: string) => readonly KubeObject[], lister: Lister): void {
  const nodes = lister.list<StoredNode & KubeObject>('', 'Node');
  const pools = objects('IPAddressPool') as IPAddressPool[];
  const peers = objects('BGPPeer') as BGPPeer[];
  const advertisements = objects('BGPAdvertisement') as BGPAdvertisement[];
  checkPeersTogether(peers, nodes);
  peers.forEach(checkPeer);
  communityAliases(objects('Community') as Community[]);
  parsePools(pools, lister.list<StoredNamespace & KubeObject>('', 'Namespace'));
  for (const advertisement of objects('L2Advertisement') as L2Advertisement[]) checkL2Advertisement(advertisement);
  advertisements.forEach(checkBGPAdvertisement);
  checkAdvertisementsTogether(advertisements, pools, nodes);
}

type StoredNode = Stored<Node>;

function checkL2Advertisement({ spec = {} }: L2Advertisement): void {
  refuseDuplicates(spec.ipAddressPools ?? [], 'ipAddressPools');
  refuseDuplicateSelectors(spec.ipAddressPoolSelectors ?? [], 'ipAddressPoolSelectors');
  refuseDuplicateSelectors(spec.nodeSelectors ?? [], 'nodeSelectors');
  refuseDuplicateSelectors(spec.serviceSelectors ?? [], 'serviceSelectors');
}
