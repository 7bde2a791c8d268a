/**
 * The configuration of MetalLB up to 0.12, a ConfigMap, which nothing reads any more: refused with the way on.
 */
import type { ConfigMap } from 'kubernetes-types/core/v1.js';
import type { KubeObject, Stored } from '../../api/object.js';
import { StatusError } from '../../api/status.js';

/** @throws StatusError Forbidden */
export function refuseOldConfigMap(object: KubeObject): void {
  const { metadata, data } = object as Stored<ConfigMap>;
  if (metadata.namespace !== 'metallb-system' || metadata.name !== 'config') return;
  if (!/^\s*(address-pools|peers):/m.test(data?.['config'] ?? '')) return;
  throw new StatusError(
    'Forbidden',
    'configmaps "config" is forbidden: MetalLB 0.13 and later do not read this ConfigMap: write each entry of address-pools as an IPAddressPool (metallb.io/v1beta1), with an L2Advertisement for protocol layer2 or a BGPAdvertisement for protocol bgp, and each peer as a BGPPeer (metallb.io/v1beta2)',
    { name: 'config', kind: 'configmaps' },
  );
}
