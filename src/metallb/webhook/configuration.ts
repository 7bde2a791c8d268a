/**
 * The whole configuration, checked as MetalLB parses it: the first thing that is wrong.
 * Source: MetalLB `internal/config/config.go` For.
 */
import type { KubeObject } from '../../api/object.js';
import type { Lister } from '../../registry/contract.js';
import { type BGPAdvertisement, type BGPPeer, checkBGPAdvertisement, checkPeer } from '../bgp/configuration.js';
import type { L2Advertisement } from '../layer2/advertisements.js';
import { type IPAddressPool, parsePools, type StoredNamespace } from '../pools/pool.js';
import { refuseDuplicateSelectors, refuseDuplicates } from '../pools/selectors.js';

/** @param objects all objects of a kind, with the write carried out. @throws Error in MetalLB's words */
export function checkConfiguration(objects: (kind: string) => readonly KubeObject[], lister: Lister): void {
  parsePools(objects('IPAddressPool') as IPAddressPool[], lister.list<StoredNamespace & KubeObject>('', 'Namespace'));
  for (const peer of objects('BGPPeer') as BGPPeer[]) checkPeer(peer);
  for (const advertisement of objects('BGPAdvertisement') as BGPAdvertisement[]) checkBGPAdvertisement(advertisement);
  for (const advertisement of objects('L2Advertisement') as L2Advertisement[]) checkL2Advertisement(advertisement);
}

function checkL2Advertisement({ spec = {} }: L2Advertisement): void {
  refuseDuplicates(spec.ipAddressPools ?? [], 'ipAddressPools');
  refuseDuplicateSelectors(spec.ipAddressPoolSelectors ?? [], 'ipAddressPoolSelectors');
  refuseDuplicateSelectors(spec.nodeSelectors ?? [], 'nodeSelectors');
  refuseDuplicateSelectors(spec.serviceSelectors ?? [], 'serviceSelectors');
}
