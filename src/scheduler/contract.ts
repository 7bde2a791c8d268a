/**
 * What the scheduler looks at and what it answers. Pure data; no clock, no chance.
 */
import type { Node, Pod } from 'kubernetes-types/core/v1.js';
import type { Stored } from '../api/object.js';

export type SchedulablePod = Stored<Pod>;
export type SchedulableNode = Stored<Node>;

/** The pods of each node that still use it (not Succeeded or Failed), by node name. */
export type PodsByNode = ReadonlyMap<string, readonly SchedulablePod[]>;

/** Why a node was chosen: the scoring step that decided. */
export type ScoreReason = 'onlyNodeThatFits' | 'fewestPodsOfTheSameOwner' | 'fewestPods' | 'hashOfNames';

export type Placement =
  | { node: string; reason: ScoreReason }
  /** `message` in kube-scheduler's words, for the condition PodScheduled and the event FailedScheduling. */
  | { unschedulable: true; message: string };
