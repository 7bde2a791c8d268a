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

/** What one pod asks of the wiring. */
interface Demand {
  wanted: Piece[];
  unwanted: string[];
}

interface Round {
  demands: Demand[];
  done: Promise<void>;
}

export function createPodNetwork(wiring: Wiring, config: ClusterConfig): PodNetwork {
  let round: Round | undefined;
  const blockOf = blockFinder(config);
  const addressOf = (node: string) => config.nodes.find(({ name }) => name === node)?.address ?? '';

  function join(demand: Demand): Round {
    round ??= open();
    round.demands.push(demand);
    return round;
  }

  function open(): Round {
    const demands: Demand[] = [];
    const done = new Promise<void>((resolve) => setImmediate(resolve)).then(() => {
      round = undefined;
      return wiring.change(
        demands.flatMap(({ wanted }) => wanted),
        demands.flatMap(({ unwanted }) => unwanted),
      );
    });
    return { demands, done };
  }

  /** One pod that cannot be wired must not keep the others of its round from it: then each has its own try. */
  async function together(demand: Demand): Promise<void> {
    const { demands, done } = join(demand);
    try {
      await done;
    } catch (error) {
      if (demands.length === 1) throw error;
      await wiring.change(demand.wanted, demand.unwanted);
    }
  }

  return {
    awaitsAddress: (pod) => !pod.spec?.hostNetwork && pod.metadata.annotations?.[podIPAnnotation] === undefined,
    async attach(pod) {
      const node = pod.spec?.nodeName ?? '';
      if (pod.spec?.hostNetwork) return attachment(wiring.namespaces.get(node), addressOf(node));
      const address = plannedAddress(pod);
      const { namespace, name } = placeOf(pod);
      const block = blockOf({ node, address });
      await together({
        wanted: [...(block ? [block] : []), planPod({ namespace, name, node, address })],
        unwanted: [],
      });
      return attachment(wiring.namespaces.get(podNamespace(namespace, name)), address);
    },
    async detach(pod) {
      if (pod.spec?.hostNetwork) return;
      const { namespace, name } = placeOf(pod);
      await together({ wanted: [], unwanted: [`pod/${namespace}/${name}`] });
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
