/**
 * What a kind does of its own when it is written: the registry calls these between decoding and storing.
 *
 * Models: apiserver `registry/rest` RESTCreateStrategy and RESTUpdateStrategy, and the Service REST's allocators.
 * All functions are pure: they look at the cluster through the context and return new objects.
 */
import type { KubeObject } from '../../api/object.js';
import type { StatusCause } from '../../api/status.js';
import type { AddressBlock } from '../../model/address-block.js';
import type { ClusterConfig } from '../../model/cluster-config.js';
import type { NodeBlocks } from '../../model/pod-addresses-blocks.js';
import type { DeleteOptions } from '../contract.js';
import type { IndexedLister } from '../indexes.js';

/** Values that documents of the same batch ask for by name: automatic choices keep away from them. */
export interface Reservations {
  readonly addresses: ReadonlySet<string>;
  readonly ports: ReadonlySet<number>;
}

export interface StrategyContext {
  readonly config: ClusterConfig;
  readonly lister: IndexedLister;
  /** Every node's pod address blocks. */
  readonly blocks: readonly NodeBlocks[];
  /** The same, as one list: where no ClusterIP may come from. */
  readonly podRanges: readonly AddressBlock[];
  readonly reserved: Reservations;
  timestamp(): string;
}

/** An object with its allocated fields, and what could not be allocated. */
export interface Allocation {
  object: KubeObject;
  causes: StatusCause[];
}

export interface Strategy {
  /** Does `metadata.generation` count this kind's changes outside metadata and status? */
  readonly generation?: boolean;
  /** Server-owned fields of a new object, which has its uid already. */
  prepareForCreate?(object: KubeObject, context: StrategyContext): KubeObject;
  prepareForUpdate?(next: KubeObject, previous: KubeObject, context: StrategyContext): KubeObject;
  /** Allocate what is missing, claim what is asked for. `previous` is absent at creation. */
  allocate?(next: KubeObject, previous: KubeObject | undefined, context: StrategyContext): Allocation;
  /** Seconds of grace that a deletion must give; 0 deletes at once. */
  graceSeconds?(object: KubeObject, options: DeleteOptions): number;
  /** What else a first deletion request sets (Namespace: phase Terminating). */
  prepareForDelete?(object: KubeObject): KubeObject;
  /** Why this object may not be deleted at all. */
  refusesDelete?(object: KubeObject): string | undefined;
}
