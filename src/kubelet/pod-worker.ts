/**
 * One pod on its node, from the first sight of it to the confirmation that it is gone.
 *
 * Models: kubelet `pod_workers.go` and `kubelet.go` SyncPod / SyncTerminatingPod / SyncTerminatedPod.
 */
import type { Container, PodStatus } from 'kubernetes-types/core/v1.js';
import type { Clock } from '../world/contract.js';
import { ContainerLoop } from './container-loop.js';
import type { EventRequest, NodePlace, PodAttachment, PodNetwork, StoredPod } from './contract.js';
import { type PodEvent, podEvents, podText } from './lifecycle/events.js';
import { initialized, isSidecar } from './lifecycle/phase.js';
import type { PodRecord } from './lifecycle/records.js';
import { podStatus } from './lifecycle/status.js';
import { checkVolumes, type PodStartParts, startOf, VolumeError } from './pod-start.js';
import type { ContainerStart, Containers } from './runtime/containers.js';
import type { RunningContainer } from './runtime/contract.js';

/** What the worker writes through the registry. */
export interface PodWriter {
  /** Status subresource, computed from the pod as it is stored now; nothing happens when it is gone. */
  writeStatus(pod: StoredPod, compute: (stored: StoredPod) => PodStatus): void;
  /** Deletion with grace period 0: the kubelet's confirmation. */
  confirmDeletion(pod: StoredPod): void;
}

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
  starts: PodStartParts;
  hooks: ContainerHooks;
  writer: PodWriter;
  recordEvent(event: EventRequest): void;
}

/** kubelet retries a pod sandbox that could not be made. */
const sandboxRetryMs = 5_000;

export class PodWorker {
  readonly loops = new Map<string, ContainerLoop>();
  #pod: StoredPod;
  #attachment: PodAttachment | undefined;
  #terminating: Promise<void> | undefined;
  #record: PodRecord;
  readonly #starts = new Map<string, ContainerStart>();
  #markBegun: () => void = () => {};
  /** Every container has been started once, or something keeps it from starting. */
  readonly begun = new Promise<void>((resolve) => {
    this.#markBegun = resolve;
  });

  constructor(
    pod: StoredPod,
    private readonly parts: WorkerParts,
  ) {
    this.#pod = pod;
    const waitingReason = (pod.spec?.initContainers ?? []).length > 0 ? 'PodInitializing' : 'ContainerCreating';
    const loops = (containers: readonly Container[] = []): ContainerLoop[] =>
      containers.map((one) => this.#loop(one, waitingReason));
    const init = loops(pod.spec?.initContainers).map(({ record }) => record);
    const containers = loops(pod.spec?.containers).map(({ record }) => record);
    this.#record = {
      init,
      containers,
      sandboxReady: false,
      startTime: parts.clock.timestamp(),
      podIPs: [],
      hostIP: parts.node.address,
    };
  }

  get pod(): StoredPod {
    return this.#pod;
  }

  get node(): NodePlace {
    return this.parts.node;
  }

  get attachment(): PodAttachment | undefined {
    return this.#attachment;
  }

  /** Network, init containers one after the other, then all containers at once. */
  async start(): Promise<void> {
    if (!(await this.#attach()) || !(await this.#mountVolumes())) return;
    if (!(await this.#runInitContainers())) return;
    const runs = (this.#pod.spec?.containers ?? []).map(({ name }) => this.#run(name));
    void Promise.all(runs.map(({ begun }) => begun)).then(this.#markBegun);
    await Promise.all(runs.map(({ done }) => done));
    await this.#finished();
  }

  /** The pod's object changed: labels, deletion, status of others. */
  update(pod: StoredPod): void {
    this.#pod = pod;
    if (pod.metadata.deletionTimestamp) void this.terminate((pod.metadata.deletionGracePeriodSeconds ?? 0) * 1000);
  }

  /** Stops everything, gives the network back, confirms. Later calls wait for the first. */
  terminate(graceMilliseconds: number): Promise<void> {
    this.#terminating ??= this.#terminate(graceMilliseconds);
    return this.#terminating;
  }

  /** Writes the status as it is now. */
  publish(): void {
    this.parts.writer.writeStatus(this.#pod, (stored) => podStatus(stored, this.#record, this.parts.clock.timestamp()));
  }

  /** How one of its containers was started last. */
  startOf(container: string): ContainerStart | undefined {
    return this.#starts.get(container);
  }

  /** Services came, went or changed: emulated images listen where they are asked for. */
  servicesChanged(): void {
    for (const [name, start] of this.#starts) {
      if (this.loops.get(name)?.record.state.kind === 'running') void this.parts.containers.followServices(start);
    }
  }

  /** `begun`: started once, or failed to; `done`: will not run again. */
  #run(name: string): { begun: Promise<void>; done: Promise<void> } {
    let begin: () => void = () => {};
    const begun = new Promise<void>((resolve) => {
      begin = resolve;
    });
    return { begun, done: this.loops.get(name)?.run(begin) ?? Promise.resolve() };
  }

  #loop(container: Container, waitingReason: 'ContainerCreating' | 'PodInitializing'): ContainerLoop {
    const { parts } = this;
    const { name, namespace = '', uid = '' } = this.#pod.metadata;
    const isInit = this.#pod.spec?.initContainers?.includes(container) ?? false;
    const policy = this.#pod.spec?.restartPolicy ?? 'Always';
    const loop: ContainerLoop = new ContainerLoop({
      name: container.name,
      image: container.image ?? '',
      restartPolicy: isSidecar(container as { restartPolicy?: string })
        ? 'Always'
        : isInit && policy === 'Always'
          ? 'OnFailure'
          : policy,
      podText: podText(name, namespace, uid),
      clock: parts.clock,
      waitingReason,
      start: (restartCount) => this.#startContainer(container, restartCount),
      postStart: (running) => parts.hooks.postStart(this, container, running),
      preStop: (running, graceMilliseconds) => parts.hooks.preStop(this, container, running, graceMilliseconds),
      changed: () => this.#changed(container, loop),
      event: (event) => this.event(event),
    });
    this.loops.set(container.name, loop);
    return loop;
  }

  async #startContainer(container: Container, restartCount: number): ReturnType<WorkerParts['containers']['start']> {
    const attachment = this.#attachment;
    if (!attachment) throw new Error('the pod has no network');
    const start = startOf(this.#pod, container, restartCount, attachment, this.parts.node, this.parts.starts);
    const running = await this.parts.containers.start(start);
    this.#starts.set(container.name, start);
    const notice = restartCount === 0 ? this.parts.containers.notice(start) : undefined;
    if (notice) this.event(podEvents.emulated(notice));
    return running;
  }

  #changed(container: Container, loop: ContainerLoop): void {
    this.parts.hooks.observe(this, container, loop);
    this.publish();
  }

  event(event: PodEvent): void {
    this.parts.recordEvent({ involved: this.#pod, ...event, component: 'kubelet', host: this.parts.node.name });
  }

  async #attach(): Promise<boolean> {
    while (!this.#terminating) {
      try {
        this.#attachment = await this.parts.network.attach(this.#pod);
        this.#record.podIPs = [...this.#attachment.podIPs];
        this.#record.sandboxReady = true;
        return !this.#terminating;
      } catch (error) {
        this.event(podEvents.failedSandbox((error as Error).message));
        this.publish();
        this.#markBegun();
        await new Promise<void>((resolve) => this.parts.clock.after(sandboxRetryMs, resolve));
      }
    }
    return false;
  }

  /** Containers are not started before every volume can be filled. */
  async #mountVolumes(): Promise<boolean> {
    const { clock, node, starts } = this.parts;
    while (!this.#terminating && this.#attachment) {
      try {
        checkVolumes(this.#pod, this.#attachment, node, starts);
        return true;
      } catch (error) {
        if (!(error instanceof VolumeError)) throw error;
        this.event(podEvents.failedMount(error.volume, error.message));
        this.publish();
        this.#markBegun();
        await new Promise<void>((resolve) => clock.after(sandboxRetryMs, resolve));
      }
    }
    return false;
  }

  /** One after the other; a sidecar (restartPolicy Always) only has to start. */
  async #runInitContainers(): Promise<boolean> {
    for (const container of this.#pod.spec?.initContainers ?? []) {
      const { begun, done } = this.#run(container.name);
      await begun;
      if (!isSidecar(container as { restartPolicy?: string })) {
        this.#markBegun();
        await done;
      }
      if (this.#terminating) return false;
    }
    return initialized(this.#pod.spec ?? { containers: [] }, this.#record);
  }

  /** All containers have ended for good: the sandbox goes, the object and the logs stay. */
  async #finished(): Promise<void> {
    if (this.#terminating) return;
    this.#record.sandboxReady = false;
    await this.parts.network.detach(this.#pod);
    this.publish();
  }

  async #terminate(graceMilliseconds: number): Promise<void> {
    this.#markBegun();
    const sidecars = new Set((this.#pod.spec?.initContainers ?? []).map(({ name }) => name));
    const stop = (names: readonly string[]): Promise<unknown> =>
      Promise.all(names.map(async (name) => this.loops.get(name)?.stop(graceMilliseconds)));
    await stop([...this.loops.keys()].filter((name) => !sidecars.has(name)));
    await stop([...sidecars]);
    if (this.#record.sandboxReady) await this.parts.network.detach(this.#pod);
    this.#record.sandboxReady = false;
    this.publish();
    this.parts.containers.forget(this.#pod.metadata.uid ?? '');
    this.parts.starts.volumes.forget(this.#pod.metadata.uid ?? '');
    this.parts.writer.confirmDeletion(this.#pod);
  }
}
