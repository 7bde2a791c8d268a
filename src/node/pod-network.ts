/**
 * The lab's CNI: gives pods their namespaces and wires. Calls of one turn of the event loop are wired together, so that
 * a thousand pods cost a few batches and not a thousand.
 */
import { type PodPlacement, planPod } from '../fabric/pods.js';
import { podNamespace } from '../fabric/naming.js';
import type { NetworkNamespace } from '../kernel/netns.js';
import type { Wiring } from './wiring.js';

export interface AttachedPod {
  namespace: NetworkNamespace;
  /** Where the lab's other processes can open the namespace. */
  namespacePath: string;
}

export interface PodNetwork {
  /** CNI ADD: resolves when the pod's interface is up with its address. */
  attach(pod: PodPlacement): Promise<AttachedPod>;
  /** CNI DEL: resolves when the wires and the namespace are given back; nothing happens when there were none. */
  detach(pod: Pick<PodPlacement, 'namespace' | 'name'>): Promise<void>;
}

interface Round {
  wanted: PodPlacement[];
  unwanted: string[];
  done: Promise<void>;
}

export function createPodNetwork(wiring: Wiring): PodNetwork {
  let round: Round | undefined;

  function join(): Round {
    if (round) return round;
    const fresh: Round = { wanted: [], unwanted: [], done: Promise.resolve() };
    fresh.done = new Promise<void>((resolve) => setImmediate(resolve)).then(() => {
      round = undefined;
      return wiring.change(fresh.wanted.map(planPod), fresh.unwanted);
    });
    round = fresh;
    return fresh;
  }

  return {
    async attach(pod) {
      const current = join();
      current.wanted.push(pod);
      await current.done;
      const namespace = wiring.namespaces.get(podNamespace(pod.namespace, pod.name));
      return { namespace, namespacePath: `/proc/${process.pid}/fd/${namespace.fd}` };
    },
    async detach({ namespace, name }) {
      const current = join();
      current.unwanted.push(`pod/${namespace}/${name}`);
      await current.done;
    },
  };
}
