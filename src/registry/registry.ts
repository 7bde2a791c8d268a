/**
 * The registry: the verbs of the contract over one table, one event log, one transaction at a time.
 */

import { builtinKinds } from '../api/kinds.js';
import type { KubeObject, ObjectKey } from '../api/object.js';
import { applyDocuments, type BatchItem } from './batch.js';
import type {
  ChangeEvent,
  DeleteOptions,
  KindInfo,
  ListOptions,
  ListResult,
  Registry,
  UpdateOptions,
  WriteOptions,
} from './contract.js';
import { Core, type RegistryOptions } from './core.js';
import { createObject } from './create.js';
import { deleteObject } from './delete.js';
import { EventLog } from './event-log.js';
import type { IndexedLister, IndexName } from './indexes.js';
import { updateObject } from './update.js';

/** How many changes a watch can look back. */
const defaultLogSize = 10_000;

export interface CreateRegistryOptions extends Omit<RegistryOptions, 'kinds'> {
  /** Default: every built-in kind. */
  kinds?: readonly KindInfo[];
  /** Changes that a watch can replay; default 10,000. */
  logSize?: number;
}

/** Everything a registry holds, as plain data: what a journal writes and `restore` reads. */
export interface RegistrySnapshot {
  objects: KubeObject[];
  resourceVersion: number;
  /** How often each name and uid was handed out. */
  counts: Record<string, number>;
}

/** The contract plus what the lab's own parts use: indexes, batches, snapshots. */
export interface LabRegistry extends Registry, IndexedLister {
  /**
   * Create or update all documents, or none. The outcome does not depend on their order.
   * @throws BatchError with everything that is wrong
   */
  applyBatch(documents: readonly KubeObject[], options?: WriteOptions): BatchItem[];
  snapshot(): RegistrySnapshot;
  /** Take over a snapshot. Only for a registry that nobody watches yet. */
  restore(snapshot: RegistrySnapshot): void;
}

/** An empty registry. */
export function createRegistry(options: CreateRegistryOptions): LabRegistry {
  return new MemoryRegistry(options);
}

class MemoryRegistry implements LabRegistry {
  readonly #core: Core;
  readonly #log: EventLog;

  constructor(options: CreateRegistryOptions) {
    this.#core = new Core({ ...options, kinds: options.kinds ?? builtinKinds });
    this.#log = new EventLog(options.logSize ?? defaultLogSize);
  }

  get resourceVersion(): number {
    return this.#core.resourceVersion;
  }

  kinds(): readonly KindInfo[] {
    return this.#core.kinds;
  }

  get<T extends KubeObject = KubeObject>(key: ObjectKey): T | undefined {
    return this.#core.store.get<T>(key);
  }

  list<T extends KubeObject = KubeObject>(group: string, kind: string, options: ListOptions = {}): T[] {
    return this.#core.store.list<T>(group, kind, options);
  }

  indexed<T extends KubeObject = KubeObject>(index: IndexName, value: string): T[] {
    return this.#core.store.indexed<T>(index, value);
  }

  listWithVersion(kind: KindInfo, options: ListOptions = {}): ListResult {
    return { items: this.list(kind.group, kind.kind, options), resourceVersion: String(this.resourceVersion) };
  }

  create(object: KubeObject, options: WriteOptions = {}): KubeObject {
    return this.#write(options, () => createObject(this.#core, object, options));
  }

  update(object: KubeObject, options: UpdateOptions = {}): KubeObject {
    return this.#write(options, () => updateObject(this.#core, object, options));
  }

  delete(key: ObjectKey, options: DeleteOptions = {}): KubeObject {
    return this.#write(options, () => deleteObject(this.#core, key, options));
  }

  applyBatch(documents: readonly KubeObject[], options: WriteOptions = {}): BatchItem[] {
    return this.#write(options, () => applyDocuments(this.#core, documents));
  }

  watch(from: number | undefined, listener: (event: ChangeEvent) => void): () => void {
    return this.#log.watch(from, listener);
  }

  snapshot(): RegistrySnapshot {
    const objects = this.#core.kinds.flatMap((kind) => this.list(kind.group, kind.kind));
    return { objects, resourceVersion: this.resourceVersion, counts: this.#core.identity.save() };
  }

  restore(snapshot: RegistrySnapshot): void {
    for (const object of snapshot.objects) this.#core.store.put(object);
    this.#core.resourceVersion = snapshot.resourceVersion;
    this.#core.identity.restore(snapshot.counts);
    this.#log.forgetBefore(snapshot.resourceVersion);
  }

  #write<T>(options: WriteOptions, run: () => T): T {
    const { value, events } = this.#core.transact(!options.dryRun, run);
    this.#log.publish(events);
    return value;
  }
}
