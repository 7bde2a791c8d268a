/**
 * The pods that have wires of their own, as placed and addressed in the registry.
 */
import type { PodSpec } from 'kubernetes-types/core/v1.js';
import type { PodPlacement } from '../fabric/pods.js';
import { podIPAnnotation } from '../model/pod-addresses.js';
import type { Lister } from '../registry/contract.js';

export function wiredPods(registry: Lister): PodPlacement[] {
  return registry.list('', 'Pod').flatMap((pod) => {
    const { nodeName, hostNetwork } = pod.spec as PodSpec;
    const address = pod.metadata.annotations?.[podIPAnnotation]?.split('/')[0];
    if (!nodeName || hostNetwork || !address) return [];
    const { namespace = 'default', name } = pod.metadata;
    return [{ namespace, name, node: nodeName, address }];
  });
}
