/**
 * The registry: the lab's object store with Kubernetes' write semantics. The REST face, the controllers and the CLI
 * all write through this one contract, so a Service gets its clusterIP and its refusals in one place.
 *
 * Everything is synchronous and in memory. Objects handed out are frozen values: to change one, pass a new one.
 * Models: apiserver `registry/generic/registry/store.go` and the per-kind strategies.
 */
import type { KubeObject, ObjectKey } from '../api/object.js';

/** A kind that the lab stores: what discovery lists and what REST paths are made of. */
export interface KindInfo {
  group: string;
  /** All served versions, preferred first. Objects are stored in the first. */
  versions: string[];
  kind: string;
  plural: string;
  singular: string;
  shortNames: string[];
  namespaced: boolean;
  /** `all` puts it into `kubectl get all`. */
  categories: string[];
  /** `status`, `scale`, … in the order discovery prints them. */
  subresources: string[];
}

export type WatchEventType = 'ADDED' | 'MODIFIED' | 'DELETED';

/** One committed change. `object` after the change; for DELETED the last state with the deletion's resourceVersion. */
export interface ChangeEvent {
  type: WatchEventType;
  key: ObjectKey;
  object: KubeObject;
  /** The state before, absent for ADDED. */
  previous?: KubeObject;
  resourceVersion: number;
}

export interface WriteOptions {
  /** Validate, default and allocate, store nothing. */
  dryRun?: boolean;
  fieldManager?: string;
  /**
   * The object was made by the lab itself from objects that have been defaulted and validated (a controller's update, a
   * kubelet's status): do neither again. Allocation, versions and preconditions are checked as ever.
   */
  trusted?: boolean;
}

export interface UpdateOptions extends WriteOptions {
  /** `status` writes only status (and vice versa a plain update keeps the old status), `finalize` only a Namespace's
   *  spec.finalizers, as upstream. */
  subresource?: 'status' | 'scale' | 'finalize';
  /** A write of `status` carries metadata too, as that of the API's own kinds may. */
  metadata?: boolean;
}

export interface DeleteOptions extends WriteOptions {
  gracePeriodSeconds?: number;
  propagationPolicy?: 'Background' | 'Foreground' | 'Orphan';
  preconditions?: { uid?: string; resourceVersion?: string };
}

export interface ListOptions {
  /** Absent: all namespaces. */
  namespace?: string;
  /** Predicate after parsing a selector; the registry itself knows no selector syntax. */
  where?: (object: KubeObject) => boolean;
}

export interface ListResult {
  items: KubeObject[];
  /** The store's version at the time of the list: a watch may start here. */
  resourceVersion: string;
}

/** Read side: what controllers and planners see. Items come ordered by namespace, then name. */
export interface Lister {
  get<T extends KubeObject = KubeObject>(key: ObjectKey): T | undefined;
  /** All objects of a kind (`group`, `kind`). */
  list<T extends KubeObject = KubeObject>(group: string, kind: string, options?: ListOptions): T[];
}

/**
 * @throws StatusError in Kubernetes' words: AlreadyExists, NotFound, Conflict, Invalid, …
 */
export interface Registry extends Lister {
  kinds(): readonly KindInfo[];
  listWithVersion(kind: KindInfo, options?: ListOptions): ListResult;
  create(object: KubeObject, options?: WriteOptions): KubeObject;
  /** PUT: an absent resourceVersion is unconditional; a stale one is a Conflict. An update that changes nothing returns
   *  the stored object with its old resourceVersion and emits no event. */
  update(object: KubeObject, options?: UpdateOptions): KubeObject;
  /** Returns the object as it was, or with deletionTimestamp set when finalizers or a grace period keep it. */
  delete(key: ObjectKey, options?: DeleteOptions): KubeObject;
  /** Events with resourceVersion > from, first the logged ones, then live. `undefined` = live only.
   *  @throws StatusError Expired when `from` is older than the log. */
  watch(from: number | undefined, listener: (event: ChangeEvent) => void): () => void;
  readonly resourceVersion: number;
}
