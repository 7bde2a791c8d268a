/**
 * Who makes what is scheduled real: the kubelet with its pods, MetalLB's speakers, the router, and the machines' rooms.
 */
import { join } from 'node:path';
import { routerNamespace } from '../../fabric/machines.js';
import { frrouting } from '../../kernel/frr.js';
import type { Kubelet } from '../../kubelet/kubelet.js';
import { startProxyAgent } from '../../node/kube-proxy/proxy-agent.js';
import type { ClusterDns } from '../dns.js';
import type { startKubelet } from '../kubelet-start.js';
import { createMachineRooms, type MachineRooms } from '../machine-rooms.js';
import { createMetalLB, type MetalLB } from '../metallb/metallb.js';
import { LabRouter } from '../metallb/router.js';
import type { Datapath } from './datapath.js';
import type { Foundation } from './foundation.js';

export interface Workloads {
  readonly rooms: MachineRooms;
  readonly router: LabRouter;
  readonly metallb: MetalLB;
  readonly kubelet: Kubelet;
}

/** Processes that were started early, since they take a while to be there. */
export interface Early {
  readonly kubelet: ReturnType<typeof startKubelet>;
  readonly dns: ClusterDns;
}

/** Pods begin to start; nobody waits for them here. */
export async function startWorkloads(foundation: Foundation, datapath: Datapath, early: Early): Promise<Workloads> {
  const { request, directory, world, desired, wiring } = foundation;
  const { config } = desired;
  const { namespaces } = wiring;
  const scratch = join(directory.root, 'scratch');
  const rooms = createMachineRooms({ config, namespaces, scratch });
  const router = new LabRouter({
    config,
    wiring,
    routing: frrouting,
    directory: directory.frr,
    attach: request.settings.attach,
    leaving: () => rooms.leave(routerNamespace),
  });
  const metallb = createMetalLB({ desired, world, namespaces, frrDirectory: directory.frr });
  const kubelet = await early.kubelet({
    desired,
    world,
    network: datapath.network,
    namespaces,
    scratch,
    dns: early.dns,
    agents: (agent, start) =>
      agent === 'kube-proxy' ? startProxyAgent(start, datapath.logs) : metallb.startSpeaker(start),
  });
  return { rooms, router, metallb, kubelet };
}
