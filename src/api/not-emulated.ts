/**
 * What the lab does not act on. The API stores such kinds where tools expect them; a manifest of the lab's own that asks for
 * one is refused, because whoever wrote it waits for something to happen.
 */
import type { KindInfo } from '../registry/contract.js';

/** Kinds of a real cluster that nothing in the lab acts on, and what to do in their place. */
export const notEmulated: Readonly<Record<string, string>> = {
  StatefulSet: 'the lab does not emulate it; a Deployment with a headless Service comes closest',
  CronJob: 'the lab does not emulate it; a Job runs once',
  NetworkPolicy: 'the lab does not emulate it: all pods reach each other',
  HorizontalPodAutoscaler: 'the lab does not emulate it; use "kubectl scale"',
  PodDisruptionBudget: 'the lab does not emulate it',
  PersistentVolume: 'the lab has no storage',
  PersistentVolumeClaim: 'the lab has no storage',
  StorageClass: 'the lab has no storage',
};

/** Does something in the lab act on objects of this kind, or read them? */
export function isEmulated({ kind }: KindInfo): boolean {
  return notEmulated[kind] === undefined;
}
