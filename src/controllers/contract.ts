/**
 * One contract for all controllers: a change names keys, a key is reconciled into intents, the runner carries them out.
 *
 * Models: kube-controller-manager's controllers (informer handlers, work queue, sync function), made pure: what a
 * controller would write is a list of data.
 */
import type { KubeObject, ObjectKey } from '../api/object.js';
import type { ClusterConfig } from '../model/cluster-config.js';
import type { ChangeEvent, DeleteOptions } from '../registry/contract.js';
import type { IndexedLister } from '../registry/indexes.js';

/** An Event to record about an object. */
export interface EventInput {
  involved: KubeObject;
  type: 'Normal' | 'Warning';
  /** Kubernetes' CamelCase reason, such as `SuccessfulCreate`. */
  reason: string;
  message: string;
  /** `source.component`, such as `replicaset-controller`. */
  component: string;
}

/** An event whose message may hold `{name}` (of what was created) or `{error}` (why it could not be). */
export type EventTemplate = EventInput;

/** What a controller wants done. `reason` says why, in words for logs and lessons. */
export type Intent =
  | { verb: 'create'; object: KubeObject; reason: string; onSuccess?: EventTemplate; onFailure?: EventTemplate }
  | { verb: 'update'; object: KubeObject; reason: string }
  | { verb: 'updateStatus'; object: KubeObject; reason: string }
  | { verb: 'finalize'; object: KubeObject; reason: string }
  | { verb: 'delete'; key: ObjectKey; options?: DeleteOptions; reason: string; onSuccess?: EventTemplate }
  | { verb: 'event'; event: EventInput; reason: string }
  | { verb: 'requeue'; key: string; afterMs: number; reason: string };

export interface ControllerContext {
  readonly config: ClusterConfig;
  readonly seed: number;
  /** The moment of this reconciliation, milliseconds since the epoch. */
  readonly now: number;
  /** The same as RFC 3339. */
  readonly timestamp: string;
  /** The same with microseconds. */
  readonly microTimestamp: string;
}

export interface Controller {
  readonly name: string;
  /** The keys that a change concerns; a controller chooses its own key texts. */
  keysFor(change: ChangeEvent, lister: IndexedLister): string[];
  /** Bring the world of one key a step nearer to what it should be. Pure. */
  reconcile(key: string, lister: IndexedLister, context: ControllerContext): Intent[];
}
