/**
 * The kubelets with all they need: the pod-server process is started early, so that it warms up while the LAN is made.
 */
import { recordEvent } from '../controllers/events.js';
import type { Namespaces } from '../kernel/operations.js';
import { mountScratch } from '../kernel/scratch.js';
import type { PodNetwork } from '../kubelet/contract.js';
import { createKubelet, type Kubelet } from '../kubelet/kubelet.js';
import type { StartAgent } from '../kubelet/runtime/containers.js';
import { startServerProcess } from '../kubelet/servers/client.js';
import { routeServers } from '../kubelet/servers/routed.js';
import type { World } from '../world/contract.js';
import type { DesiredState } from './desired.js';
import type { ClusterDns } from './dns.js';

export interface KubeletParts {
  desired: DesiredState;
  world: World;
  network: PodNetwork;
  namespaces: Namespaces;
  /** Where containers' files go; a tmpfs is mounted there, seen by this process only. */
  scratch: string;
  dns: ClusterDns;
  agents: StartAgent;
}

/** Begins at once; the returned function finishes when the rest is there. */
export function startKubelet(): (parts: KubeletParts) => Promise<Kubelet> {
  const starting = startServerProcess();
  return async ({ desired, world, network, namespaces, scratch, dns, agents }) => {
    const { registry, config } = desired;
    mountScratch(scratch);
    const kubelet = createKubelet({
      registry,
      config,
      scratch,
      agents,
      clock: world.clock,
      network,
      servers: routeServers(await starting, dns.servers, ({ behaviour }) => behaviour === 'coredns'),
      node(name) {
        const node = config.nodes.find((one) => one.name === name);
        return node && { name, address: node.address, namespace: namespaces.get(name) };
      },
      recordEvent: (event) => recordEvent(registry, world.clock, event),
      onError: (error) => process.stderr.write(`kubelet: ${error.stack ?? error.message}\n`),
    });
    kubelet.start();
    return kubelet;
  };
}
