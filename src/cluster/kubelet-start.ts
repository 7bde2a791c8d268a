/**
 * The kubelets with all they need: the pod-server process is started early, so that it warms up while the LAN is made.
 */
import type { PodSpec, PodStatus } from 'kubernetes-types/core/v1.js';
import type { KubeObject } from '../api/object.js';
import { recordEvent } from '../controllers/events.js';
import type { Namespaces } from '../kernel/operations.js';
import type { PodNetwork } from '../kubelet/contract.js';
import { mountScratch } from '../kernel/scratch.js';
import { createKubelet, type Kubelet } from '../kubelet/kubelet.js';
import { startServerProcess } from '../kubelet/servers/client.js';
import type { Lister } from '../registry/contract.js';
import type { World } from '../world/contract.js';
import type { DesiredState } from './desired.js';

export interface RunningKubelet {
  kubelet: Kubelet;
  /** Resolves when every pod that is bound has been started, or could not be. */
  settled(): Promise<void>;
}

export interface KubeletParts {
  desired: DesiredState;
  world: World;
  network: PodNetwork;
  namespaces: Namespaces;
  /** Where containers' files go; a tmpfs is mounted there, seen by this process only. */
  scratch: string;
}

/** Begins at once; the returned function finishes when the rest is there. */
export function startKubelet(): (parts: KubeletParts) => Promise<RunningKubelet> {
  const starting = startServerProcess();
  return async ({ desired, world, network, namespaces, scratch }) => {
    const { registry, config } = desired;
    mountScratch(scratch);
    const kubelet = createKubelet({
      registry,
      config,
      scratch,
      clock: world.clock,
      network,
      servers: await starting,
      node(name) {
        const node = config.nodes.find((one) => one.name === name);
        return node && { name, address: node.address, namespace: namespaces.get(name) };
      },
      recordEvent: (event) => recordEvent(registry, world.clock, event),
      onError: (error) => process.stderr.write(`kubelet: ${error.stack ?? error.message}\n`),
    });
    kubelet.start();
    return { kubelet, settled: () => untilStarted(registry) };
  };
}

function untilStarted(registry: DesiredState['registry']): Promise<void> {
  return new Promise((resolve) => {
    const look = () => allStarted(registry);
    if (look()) return resolve();
    const unwatch = registry.watch(undefined, ({ key }) => {
      if (key.kind !== 'Pod' || !look()) return;
      unwatch();
      resolve();
    });
  });
}

function allStarted(registry: Lister): boolean {
  return registry.list('', 'Pod').every((pod) => !isBound(pod) || isStarted(pod.status as PodStatus | undefined));
}

function isBound(pod: KubeObject): boolean {
  return (pod.spec as PodSpec).nodeName !== undefined && pod.metadata.deletionTimestamp === undefined;
}

/** Running, finished, or waiting for a reason that will not pass by itself in a moment. */
function isStarted(status: PodStatus | undefined): boolean {
  if (status?.phase !== 'Pending') return status?.phase !== undefined;
  const waiting = (status.containerStatuses ?? []).map((container) => container.state?.waiting?.reason);
  return waiting.some((reason) => reason !== undefined && reason !== 'ContainerCreating' && reason !== 'PodInitializing');
}
