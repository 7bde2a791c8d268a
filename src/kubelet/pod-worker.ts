/**
 * One pod on its node, from the first sight of it to the confirmation that it is gone.
 *
 * Models: kubelet `pod_workers.go` and `kubelet.go` SyncPod / SyncTerminatingPod / SyncTerminatedPod.
 */
import type { Container, PodStatus } from 'kubernetes-types/core/v1.js';
import { ContainerLoop } from './container-loop.js';
import type { EventRequest, NodePlace, PodAttachment, StoredPod } from './contract.js';
import { type PodEvent, podEvents, podText } from './lifecycle/events.js';
import { initialized, isSidecar, restartPolicyOf } from './lifecycle/phase.js';
import type { PodRecord } from './lifecycle/records.js';
import { podStatus } from './lifecycle/status.js';
import { PodSetup, type PodSetupParts } from './pod-setup.js';
import { startOf } from './pod-start.js';
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

export interface WorkerParts extends PodSetupParts {
  containers: Containers;
  hooks: ContainerHooks;
  writer: PodWriter;
  recordEvent(event: EventRequest): void;
  onError(error: Error): void;
}

export class PodWorker {
  readonly loops = new Map<string, ContainerLoop>();
  #pod: StoredPod;
  #terminating: Promise<void> | undefined;
  readonly #setup: PodSetup;
  readonly #record: PodRecord;
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
    this.#setup = new PodSetup(parts, (event) => this.#delayed(event));
    const { initContainers = [], containers = [] } = pod.spec ?? {};
    const waitingReason = initContainers.length > 0 ? 'PodInitializing' : 'ContainerCreating';
    const records = (list: readonly Container[]) => list.map((one) => this.#loop(one, waitingReason).record);
    this.#record = {
      init: records(initContainers),
      containers: records(containers),
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
    return this.#setup.attachment;
  }

  /** Network, init containers one after the other, then all containers at once. */
  async start(): Promise<void> {
    const attachment = await this.#setup.ready(() => this.#pod);
    if (!attachment || this.#terminating) return;
    this.#record.podIPs = [...attachment.podIPs];
    this.#record.sandboxReady = true;
    if (!(await this.#runInitContainers())) return;
    const runs = (this.#pod.spec?.containers ?? []).map(({ name }) => this.#run(name));
    void Promise.all(runs.map(({ begun }) => begun)).then(this.#markBegun);
    await Promise.all(runs.map(({ done }) => done));
    if (!this.#terminating) await this.#finished();
  }

  /** The pod's object changed: deletion, another image, labels, status of others. */
  update(pod: StoredPod): void {
    const before = this.#pod;
    this.#pod = pod;
    this.#setup.changed(before, pod);
    const { deletionTimestamp, deletionGracePeriodSeconds = 0 } = pod.metadata;
    if (deletionTimestamp) void this.terminate(deletionGracePeriodSeconds * 1000);
    else if (pod.spec !== before.spec) this.#replaceImages(before);
  }

  /**
   * Stops everything, gives the network back, confirms. A later call with less grace hastens the first; both resolve at
   * the end, never with an error.
   */
  terminate(graceMilliseconds: number): Promise<void> {
    if (this.#terminating) for (const loop of this.loops.values()) loop.hasten(graceMilliseconds);
    this.#terminating ??= this.#terminate(graceMilliseconds).catch((error: Error) => this.parts.onError(error));
    return this.#terminating;
  }

  /** Writes the status as it is now. */
  publish(): void {
    this.parts.writer.writeStatus(this.#pod, (stored) => podStatus(stored, this.#record, this.parts.clock.timestamp()));
  }

  event(event: PodEvent): void {
    this.parts.recordEvent({ involved: this.#pod, ...event, component: 'kubelet', host: this.parts.node.name });
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
    const loop: ContainerLoop = new ContainerLoop({
      name: container.name,
      image: () => this.#spec(container).image ?? '',
      restartPolicy: restartPolicyOf(this.#pod.spec, container),
      podText: podText(name, namespace, uid),
      clock: parts.clock,
      waitingReason,
      start: (restartCount) => this.#startContainer(this.#spec(container), restartCount),
      postStart: (running) => parts.hooks.postStart(this, container, running),
      preStop: (running, graceMilliseconds) => parts.hooks.preStop(this, container, running, graceMilliseconds),
      changed: () => {
        parts.hooks.observe(this, container, loop);
        this.publish();
      },
      event: (event) => this.event(event),
    });
    this.loops.set(container.name, loop);
    return loop;
  }

  /** The container as the pod's object has it now: its image may have been changed. */
  #spec({ name }: Container): Container {
    const { containers = [], initContainers = [] } = this.#pod.spec ?? {};
    return [...containers, ...initContainers].find((one) => one.name === name) ?? { name };
  }

  async #startContainer(container: Container, restartCount: number): Promise<RunningContainer> {
    const { attachment } = this;
    if (!attachment) throw new Error('the pod has no network');
    const start = startOf(this.#pod, container, restartCount, attachment, this.parts.node, this.parts.starts);
    const running = await this.parts.containers.start(start);
    this.#starts.set(container.name, start);
    const notice = restartCount === 0 ? this.parts.containers.notice(start) : undefined;
    if (notice) this.event(podEvents.emulated(notice));
    return running;
  }

  #delayed(event: PodEvent): void {
    this.event(event);
    this.#record.sandboxReady = this.attachment !== undefined;
    this.publish();
    this.#markBegun();
  }

  /** One after the other; a sidecar (restartPolicy Always) only has to start. */
  async #runInitContainers(): Promise<boolean> {
    for (const container of this.#pod.spec?.initContainers ?? []) {
      const { begun, done } = this.#run(container.name);
      await begun;
      if (!isSidecar(container)) {
        this.#markBegun();
        await done;
      }
      if (this.#terminating) return false;
    }
    return initialized(this.#pod.spec ?? { containers: [] }, this.#record);
  }

  /** An image is the one part of a running container that may change: `kubectl set image pod/…`. */
  #replaceImages(before: StoredPod): void {
    for (const { name, image } of this.#pod.spec?.containers ?? []) {
      const old = before.spec?.containers.find((one) => one.name === name)?.image;
      if (old === image) continue;
      const graceSeconds = this.#pod.spec?.terminationGracePeriodSeconds ?? 30;
      void this.loops.get(name)?.restart(graceSeconds * 1000, podEvents.killingChanged(name), true);
    }
  }

  /** All containers have ended for good: the sandbox goes, the object and the logs stay. */
  async #finished(): Promise<void> {
    this.#record.sandboxReady = false;
    await this.#setup.release(this.#pod);
    this.publish();
  }

  /** Sidecars stop after the containers they serve. */
  async #terminate(graceMilliseconds: number): Promise<void> {
    this.#markBegun();
    const sidecars = new Set((this.#pod.spec?.initContainers ?? []).map(({ name }) => name));
    const stop = (names: readonly string[]): Promise<unknown> =>
      Promise.all(names.map(async (name) => this.loops.get(name)?.stop(graceMilliseconds)));
    await stop([...this.loops.keys()].filter((name) => !sidecars.has(name)));
    await stop([...sidecars]);
    this.#record.sandboxReady = false;
    await this.#setup.release(this.#pod).catch((error: Error) => this.parts.onError(error));
    this.publish();
    this.parts.containers.forget(this.#pod.metadata.uid ?? '');
    this.parts.writer.confirmDeletion(this.#pod);
  }
}
