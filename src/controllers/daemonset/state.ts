/**
 * What a reconciliation of a DaemonSet looks at.
 */
import type { DaemonSet } from 'kubernetes-types/apps/v1.js';
import type { Stored } from '../../api/object.js';
import type { StoredPod } from '../pod-state.js';

export type StoredDaemonSet = Stored<DaemonSet>;

export interface DaemonState {
  daemonSet: StoredDaemonSet;
  /** Hash of the template that pods should have. */
  revision: string;
  /** Nodes that should run a pod, by name. */
  wanted: ReadonlySet<string>;
  /** Nodes whose pod is left alone: the wanted ones, and those that only take no new pods. */
  staying: ReadonlySet<string>;
  /** Pods by node, in the order of their names; terminating ones too. */
  pods: ReadonlyMap<string, readonly StoredPod[]>;
}
