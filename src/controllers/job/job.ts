/**
 * Job: runs pods until enough of them have succeeded, or too many have failed.
 *
 * Source: `pkg/controller/job/job_controller.go` syncJob, manageJob; `pkg/controller/ttlafterfinished`.
 * Differs: completionMode Indexed runs like NonIndexed, pod failure policies are not looked at, and failed pods are replaced without back-off.
 */
import { type KubeObject, keyOf } from '../../api/object.js';
import type { ChangeEvent } from '../../registry/contract.js';
import type { IndexedLister } from '../../registry/indexes.js';
import type { Controller, ControllerContext, Intent } from '../contract.js';
import { keyFrom, namespacedKey, ownerKey } from '../ownership.js';
import { isActive } from '../pod-state.js';
import { claimPods, createPod, deletePod, inDeletionOrder, podFromTemplate } from '../replica-pods.js';
import { finishOf, isFinished, type JobState, jobComponent, type StoredJob } from './job-state.js';
import { statusIntents } from './job-status.js';

export const jobController: Controller = { name: 'job', keysFor, reconcile };

function keysFor({ key, object, previous }: ChangeEvent): string[] {
  if (key.group === 'batch' && key.kind === 'Job') return [namespacedKey(key)];
  if (key.group !== '' || key.kind !== 'Pod') return [];
  return [object, previous].flatMap((pod) => (pod ? (ownerKey(pod, 'batch', 'Job') ?? []) : [])).map(namespacedKey);
}

function reconcile(key: string, lister: IndexedLister, context: ControllerContext): Intent[] {
  const job = lister.get<StoredJob>(keyFrom(key, 'batch', 'Job'));
  if (!job || job.metadata.deletionTimestamp) return [];
  if (isFinished(job)) return afterFinish(job, context);
  const { own, intents } = claimPods(job, lister, job.spec?.selector);
  if (intents.length > 0) return intents;
  const active = own.filter(isActive);
  const state: JobState = {
    job,
    active,
    succeeded: own.filter(({ status }) => status?.phase === 'Succeeded').length,
    failed: own.filter(({ status }) => status?.phase === 'Failed').length,
    context,
  };
  return [...managePods(state), ...statusIntents(state)];
}

function managePods(state: JobState): Intent[] {
  const { job, active } = state;
  if (finishOf(state)?.type === 'Failed' || job.spec?.suspend) {
    return active.map((pod) => deletePod(job, pod, jobComponent, 'the Job runs no more'));
  }
  const wanted = wantedActive(state);
  if (active.length > wanted) {
    const surplus = inDeletionOrder(active).slice(0, active.length - wanted);
    return surplus.map((pod) => deletePod(job, pod, jobComponent, `${wanted} pods are to run`));
  }
  const pod = podFromTemplate(job, job.spec?.template ?? {});
  const reason = `${active.length} of ${wanted} pods run`;
  return Array.from({ length: wanted - active.length }, () => createPod(job, pod, jobComponent, reason));
}

/** Without `completions` one success ends it all: nothing new is started after it. */
function wantedActive({ job, active, succeeded }: JobState): number {
  const { completions, parallelism = 1 } = job.spec ?? {};
  if (completions === undefined) return succeeded > 0 ? active.length : parallelism;
  return Math.min(Math.max(0, completions - succeeded), parallelism);
}

/** A finished Job goes by itself after ttlSecondsAfterFinished. */
function afterFinish(job: StoredJob, { now }: ControllerContext): Intent[] {
  const { ttlSecondsAfterFinished } = job.spec ?? {};
  if (ttlSecondsAfterFinished === undefined) return [];
  const finished = job.status?.conditions?.find(({ type }) => type === 'Complete' || type === 'Failed');
  const afterMs = Date.parse(finished?.lastTransitionTime ?? '') + ttlSecondsAfterFinished * 1000 - now;
  const key = keyOf(job as KubeObject);
  if (afterMs > 0) return [{ verb: 'requeue', key: namespacedKey(key), afterMs, reason: 'its time to live ends' }];
  return [{ verb: 'delete', key, options: { propagationPolicy: 'Foreground' }, reason: 'its time to live is over' }];
}
