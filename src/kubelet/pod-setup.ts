/**
 * What a pod has before its containers: a network and volumes that can be filled. Tried until it is there, given back
 * once. Models: kubelet's sandbox creation and volume manager.
 */
import type { Clock } from '../world/contract.js';
import type { NodePlace, PodAttachment, PodNetwork, StoredPod } from './contract.js';
import { type PodEvent, podEvents } from './lifecycle/events.js';
import { checkVolumes, type PodStartParts, VolumeError } from './pod-start.js';
import { Sleep } from './sleep.js';

export interface PodSetupParts {
  node: NodePlace;
  clock: Clock;
  network: PodNetwork;
  starts: PodStartParts;
}

/** kubelet retries what keeps a pod from starting at its next sync. */
const retryMs = 5_000;
/** How long a pod waits in silence for its address, which comes within the same turn unless there is none left. */
const addressMs = 1_000;

export class PodSetup {
  attachment: PodAttachment | undefined;
  #attempt: Promise<unknown> = Promise.resolve();
  #stopped = false;
  readonly #sleep: Sleep;

  constructor(
    private readonly parts: PodSetupParts,
    /** Something keeps the pod from starting; it will be tried again. */
    private readonly delayed: (event: PodEvent) => void,
  ) {
    this.#sleep = new Sleep(parts.clock);
  }

  /**
   * Resolves to the network once the pod is attached and its volumes can be filled; to nothing when it is stopped first.
   * @param current the pod as its object is now, which an attempt may find changed
   */
  async ready(current: () => StoredPod): Promise<PodAttachment | undefined> {
    const { network, node, starts } = this.parts;
    if (network.awaitsAddress?.(current())) await this.#sleep.for(addressMs);
    this.attachment = await this.#untilDone(() => network.attach(current()), podEvents.failedSandbox);
    const { attachment } = this;
    if (!attachment) return undefined;
    return this.#untilDone(async () => {
      checkVolumes(current(), attachment, node, starts);
      return attachment;
    }, podEvents.failedSandbox);
  }

  /** The pod's object changed; what waits for its address goes on. */
  changed(before: StoredPod, now: StoredPod): void {
    const { awaitsAddress } = this.parts.network;
    if (awaitsAddress?.(before) && !awaitsAddress(now)) this.#sleep.wake();
  }

  /** No further attempt; resolves when the running one is over and the network is given back. */
  async release(pod: StoredPod): Promise<void> {
    this.#stopped = true;
    this.#sleep.wake();
    await this.#attempt;
    if (this.attachment) await this.parts.network.detach(pod);
    this.attachment = undefined;
    this.parts.starts.volumes.forget(pod.metadata.uid ?? '');
  }

  async #untilDone<T>(attempt: () => Promise<T>, failed: (message: string) => PodEvent): Promise<T | undefined> {
    while (!this.#stopped) {
      try {
        const running = attempt();
        this.#attempt = running.then(
          (result) => this.#keep(result),
          () => {},
        );
        return await running;
      } catch (error) {
        this.delayed(
          error instanceof VolumeError
            ? podEvents.failedMount(error.volume, error.message)
            : failed((error as Error).message),
        );
        await this.#sleep.for(retryMs);
      }
    }
    return undefined;
  }

  /** An attachment that comes after the pod was stopped must still be given back. */
  #keep(result: unknown): void {
    if (!this.attachment && result) this.attachment = result as PodAttachment;
  }
}
