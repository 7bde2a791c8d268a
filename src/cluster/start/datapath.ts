/**
 * What carries out Services: a kube-proxy a node, and beside it, with `--socket-lb`, the eBPF programs.
 */
import { join } from 'node:path';
import type { PodNetwork } from '../../kubelet/contract.js';
import { ProxyLogs } from '../../node/kube-proxy/proxy-log.js';
import { createServiceProxies, type ServiceProxies } from '../../node/kube-proxy/service-proxies.js';
import { createPodNetwork } from '../../node/pod-network.js';
import type { BalanceOptions } from '../../proxy/contract.js';
import { createNodeProxies, type NodeProxies } from '../proxy/proxies.js';
import { type SocketLB, startSocketLB } from '../socket-lb.js';
import type { StartRequest } from '../start-request.js';
import type { Foundation } from './foundation.js';

export interface Datapath {
  /** Each node's kube-proxy, whatever its mode. */
  readonly modes: NodeProxies;
  /** What syncs all of them. */
  readonly proxies: ServiceProxies;
  readonly sockets: SocketLB | undefined;
  readonly network: PodNetwork;
  readonly logs: ProxyLogs;
}

export function balanceOf({ settings: { seed, balance } }: StartRequest): BalanceOptions {
  return { seed, balance };
}

/** No rule is written yet. @throws CommandFailure when this machine cannot run the mode */
export async function createDatapath(foundation: Foundation): Promise<Datapath> {
  const { request, world, desired, wiring, iptables } = foundation;
  const logs = new ProxyLogs(world.clock);
  const modes = await createNodeProxies({
    config: desired.config,
    registry: desired.registry,
    namespaces: wiring.namespaces,
    balance: balanceOf(request),
    variant: iptables,
    rootless: request.rootless,
    clock: world.clock,
    logs,
  });
  const sockets = request.settings.socketLB ? await startSockets(foundation) : undefined;
  const proxied = sockets ? sockets.beside(modes.proxied) : modes.proxied;
  const wires = createPodNetwork(wiring, desired.config);
  return {
    modes,
    proxies: createServiceProxies(desired.registry, proxied, desired.positionOf),
    sockets,
    network: sockets ? sockets.around(wires) : wires,
    logs,
  };
}

function startSockets({ request, directory, desired, wiring }: Foundation): Promise<SocketLB> {
  return startSocketLB({
    nodes: desired.config.nodes.map(({ name }) => ({ name, namespace: wiring.namespaces.get(name) })),
    balance: balanceOf(request),
    folder: join(directory.root, 'bpf'),
  });
}
