/**
 * Drives the controllers from registry events to a fixed point: synchronously, in the controllers' order and in sorted
 * key order, so that what comes out depends on the objects and not on their arrival.
 *
 * Each round takes all waiting keys of the first controller that has any. Controllers late in the list (scheduler,
 * endpoints) therefore see everything that the earlier ones (deployment, replicaset) had to create.
 */
import { StatusError } from '../api/status.js';
import type { ClusterConfig } from '../model/cluster-config.js';
import type { ChangeEvent } from '../registry/contract.js';
import type { LabRegistry } from '../registry/registry.js';
import type { World } from '../world/contract.js';
import { carryOut } from './carry-out.js';
import type { Controller, ControllerContext, Intent } from './contract.js';
import { WorkQueue } from './work-queue.js';

/** A key worked on this often without coming to rest is two controllers at odds; it is put off, not looped on. */
const mostRounds = 500;

export interface RunnerOptions {
  registry: LabRegistry;
  world: World;
  config: ClusterConfig;
  /** In order of precedence. */
  controllers: readonly Controller[];
  /** Told of every intent that was refused; the key is tried again after a back-off. */
  onRefusal?: (controller: string, key: string, error: StatusError) => void;
  /** Told of a controller's own fault, which is otherwise thrown; the key is tried again after a back-off. */
  onFault?: (controller: string, key: string, error: unknown) => void;
}

export interface ControllerRunner {
  /** Look at everything there is, and from now on settle by itself after each change. */
  start(): void;
  stop(): void;
  /** Something outside the registry changed: these keys of a controller are worked on again. */
  reconsider(controller: string, keys: readonly string[]): void;
  /** Work until no key waits. Returns how many keys were reconciled. */
  settle(): number;
}

/** A runner that does nothing until it is started or settled. */
export function createRunner(options: RunnerOptions): ControllerRunner {
  return new Runner(options);
}

class Runner implements ControllerRunner {
  readonly #options: RunnerOptions;
  readonly #queues: readonly { controller: Controller; queue: WorkQueue }[];
  readonly #timers = new Map<string, { due: number; cancel: () => void }>();
  #unwatch: (() => void) | undefined;
  #settling = false;
  #wakeUp: (() => void) | undefined;

  constructor(options: RunnerOptions) {
    this.#options = options;
    this.#queues = options.controllers.map((controller) => ({ controller, queue: new WorkQueue() }));
  }

  start(): void {
    if (this.#unwatch) return;
    const { registry } = this.#options;
    for (const { object, ...key } of everything(registry)) {
      this.#enqueue({ type: 'ADDED', key, object, resourceVersion: registry.resourceVersion });
    }
    this.#unwatch = registry.watch(undefined, (event) => {
      this.#enqueue(event);
      this.#settleSoon();
    });
    this.#settleSoon();
  }

  stop(): void {
    this.#unwatch?.();
    this.#unwatch = undefined;
    this.#wakeUp?.();
    this.#wakeUp = undefined;
    for (const { cancel } of this.#timers.values()) cancel();
    this.#timers.clear();
  }

  reconsider(name: string, keys: readonly string[]): void {
    const { queue } = this.#queues.find(({ controller }) => controller.name === name) ?? {};
    for (const key of keys) queue?.add(key);
    this.#settleSoon();
  }

  settle(): number {
    if (this.#settling) return 0;
    this.#settling = true;
    let count = 0;
    try {
      for (let next = this.#nextQueue(); next; next = this.#nextQueue()) {
        const keys = next.queue.takeAll();
        for (const key of keys) this.#work(next.controller, next.queue, key);
        count += keys.length;
      }
    } finally {
      this.#settling = false;
    }
    for (const { queue } of this.#queues) queue.atRest();
    return count;
  }

  #nextQueue(): { controller: Controller; queue: WorkQueue } | undefined {
    return this.#queues.find(({ queue }) => queue.size > 0);
  }

  #enqueue(event: ChangeEvent): void {
    for (const { controller, queue } of this.#queues) {
      for (const key of controller.keysFor(event, this.#options.registry)) queue.add(key);
    }
  }

  #settleSoon(): void {
    if (this.#settling || this.#wakeUp) return;
    this.#wakeUp = this.#options.world.clock.after(0, () => {
      this.#wakeUp = undefined;
      this.settle();
    });
  }

  #work(controller: Controller, queue: WorkQueue, key: string): void {
    if (queue.countRound(key) > mostRounds) return this.#later(controller, queue, key, queue.delayAfterFailure(key));
    const intents = this.#reconcile(controller, key);
    if (!intents) return this.#later(controller, queue, key, queue.delayAfterFailure(key));
    const refusals = intents.flatMap((intent) => this.#try(controller, queue, intent));
    for (const error of refusals) this.#options.onRefusal?.(controller.name, key, error);
    if (refusals.length > 0) this.#later(controller, queue, key, queue.delayAfterFailure(key));
    else queue.succeeded(key);
  }

  /** The controller's intents; undefined after a fault, so that one strange object does not stop the others. */
  #reconcile(controller: Controller, key: string): Intent[] | undefined {
    const { registry, onFault } = this.#options;
    try {
      return controller.reconcile(key, registry, this.#context());
    } catch (error) {
      if (!onFault) throw error;
      onFault(controller.name, key, error);
      return undefined;
    }
  }

  #try(controller: Controller, queue: WorkQueue, intent: Intent): StatusError[] {
    if (intent.verb === 'requeue') {
      this.#later(controller, queue, intent.key, intent.afterMs);
      return [];
    }
    try {
      carryOut(intent, this.#options.registry, this.#options.world.clock);
      return [];
    } catch (error) {
      if (error instanceof StatusError) return [error];
      throw error;
    }
  }

  /** Queue the key after a while, unless it is to be queued sooner anyway. */
  #later(controller: Controller, queue: WorkQueue, key: string, afterMs: number): void {
    const { clock } = this.#options.world;
    const timerKey = `${controller.name} ${key}`;
    const due = clock.now() + afterMs;
    const waiting = this.#timers.get(timerKey);
    if (waiting && waiting.due <= due) return;
    waiting?.cancel();
    const cancel = clock.after(afterMs, () => {
      this.#timers.delete(timerKey);
      queue.add(key);
      this.#settleSoon();
    });
    this.#timers.set(timerKey, { due, cancel });
  }

  #context(): ControllerContext {
    const { config, world } = this.#options;
    const { clock } = world;
    const now = clock.now();
    return {
      config,
      seed: world.seed,
      now,
      get timestamp() {
        return clock.timestamp(now);
      },
      get microTimestamp() {
        return clock.microTimestamp(now);
      },
    };
  }
}

function everything(registry: LabRegistry): (ChangeEvent['key'] & { object: ChangeEvent['object'] })[] {
  return registry.kinds().flatMap(({ group, kind }) =>
    registry.list(group, kind).map((object) => ({
      group,
      kind,
      namespace: object.metadata.namespace ?? '',
      name: object.metadata.name,
      object,
    })),
  );
}
