/**
 * The lab's CNI: gives pods their namespaces and wires. Calls of one turn of the event loop are wired together, so that
 * a thousand pods cost a few batches and not a thousand.
 */

import { blockFinder } from '../fabric/claimed-blocks.js';
import { podNamespace } from '../fabric/naming.js';
import type { Piece } from '../fabric/operation.js';
import { planPod } from '../fabric/pods.js';
import type { NetworkNamespace } from '../kernel/netns.js';
import type { PodAttachment, PodNetwork, StoredPod } from '../kubelet/contract.js';
import type { ClusterConfig } from '../model/cluster-config.js';
import { podIPAnnotation } from '../model/pod-addresses.js';
import type { Wiring } from './wiring.js';

interface Round {
  wanted: Piece[];
  unwanted: string[];
  done: Promise<void>;
}

export function createPodNetwork(wiring: Wiring, config: ClusterConfig): PodNetwork {
  let round: Round | undefined;
  const blockOf = blockFinder(config);
  const addressOf = (node: string) => config.nodes.find(({ name }) => name === node)?.address ?? '';

  function join(): Round {
    if (round) return round;
    const fresh: Round = { wanted: [], unwanted: [], done: Promise.resolve() };
    fresh.done = new Promise<void>((resolve) => setImmediate(resolve)).then(() => {
      round = undefined;
      return wiring.change(fresh.wanted, fresh.unwanted);
    });
    round = fresh;
    return fresh;
  }

  return {
    async attach(pod) {
      const node = pod.spec?.nodeName ?? '';
      if (pod.spec?.hostNetwork) return attachment(wiring.namespaces.get(node), addressOf(node));
      const address = plannedAddress(pod);
      const current = join();
      const block = blockOf({ node, address });
      if (block) current.wanted.push(block);
      current.wanted.push(planPod({ ...placeOf(pod), node, address }));
      await current.done;
      const { namespace, name } = placeOf(pod);
      return attachment(wiring.namespaces.get(podNamespace(namespace, name)), address);
    },
    async detach(pod) {
      if (pod.spec?.hostNetwork) return;
      const { namespace, name } = placeOf(pod);
      const current = join();
      current.unwanted.push(`pod/${namespace}/${name}`);
      await current.done;
    },
  };
}

function placeOf(pod: StoredPod): { namespace: string; name: string } {
  return { namespace: pod.metadata.namespace ?? 'default', name: pod.metadata.name };
}

/** @throws Error in Calico's words when address management gave none */
function plannedAddress(pod: StoredPod): string {
  const address = pod.metadata.annotations?.[podIPAnnotation]?.split('/')[0];
  if (address) return address;
  throw new Error('plugin type="calico" failed (add): failed to request IPv4 addresses: no address was assigned');
}

function attachment(namespace: NetworkNamespace, address: string): PodAttachment {
  return { namespace, namespacePath: `/proc/${process.pid}/fd/${namespace.fd}`, podIPs: [address] };
}
