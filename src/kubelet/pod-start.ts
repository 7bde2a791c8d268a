/**
 * What a pod worker is made of, and what one start of one container is given.
 */
import type { Container } from 'kubernetes-types/core/v1.js';
import type { Clock } from '../world/contract.js';
import type { ContainerLoop } from './container-loop.js';
import type { EventRequest, NodePlace, PodAttachment, PodNetwork, StoredPod } from './contract.js';
import { literalEnvironment } from './images/catalogue.js';
import type { PodWorker, PodWriter } from './pod-worker.js';
import type { ContainerStart, Containers } from './runtime/containers.js';
import type { RunningContainer } from './runtime/contract.js';

/** Hooks and probes: what happens around a container's life. */
export interface ContainerHooks {
  /** Resolves to why the container must be killed, if it must. */
  postStart(worker: PodWorker, container: Container, running: RunningContainer): Promise<string | undefined>;
  preStop(worker: PodWorker, container: Container, running: RunningContainer, graceMilliseconds: number): Promise<void>;
  /** Sets `ready` and `started` of the record, and keeps probes going while the container runs. */
  observe(worker: PodWorker, container: Container, loop: ContainerLoop): void;
}

export interface WorkerParts {
  node: NodePlace;
  clock: Clock;
  network: PodNetwork;
  containers: Containers;
  hooks: ContainerHooks;
  writer: PodWriter;
  recordEvent(event: EventRequest): void;
}

/** The hostname inside the pod: `spec.hostname`, else its name, cut to 63 characters. Source: kubelet GeneratePodHostNameAndDomain. */
export function hostnameOf(pod: StoredPod): string {
  return pod.spec?.hostname ?? pod.metadata.name.slice(0, 63).replace(/[-.]+$/, '');
}

export function startOf(
  pod: StoredPod,
  container: Container,
  restartCount: number,
  attachment: PodAttachment,
  parts: WorkerParts,
): ContainerStart {
  const { name, namespace = '', uid = '' } = pod.metadata;
  const hostname = pod.spec?.hostNetwork ? parts.node.name : hostnameOf(pod);
  return {
    pod,
    place: { uid, namespace, name, hostname, node: parts.node.name },
    attachment,
    container,
    env: literalEnvironment(container),
    restartCount,
    files: {},
  };
}
