/**
 * What a Job says of itself, and the events of its end. Source: `pkg/controller/job/job_controller.go` trackJobStatus.
 */
import type { JobStatus } from 'kubernetes-types/batch/v1.js';
import { type KubeObject, keyOf } from '../../api/object.js';
import { deepEqual } from '../../registry/plain-data.js';
import type { Intent } from '../contract.js';
import { namespacedKey } from '../ownership.js';
import { isReady } from '../pod-state.js';
import { deadlineInMs, finishOf, type JobFinish, type JobState, jobComponent } from './job-state.js';

/** The status write, the event of the end, and the wake-up at the deadline. */
export function statusIntents(state: JobState): Intent[] {
  const { job, context } = state;
  const finish = finishOf(state);
  const status = statusOf(state, finish);
  if (deepEqual(status, job.status)) return [];
  const intents: Intent[] = [{ verb: 'updateStatus', object: { ...job, status }, reason: 'its pods have changed' }];
  if (finish) intents.push(finishEvent(state, finish));
  const startTime = status.startTime;
  const left = finish ? undefined : deadlineInMs({ ...state, job: { ...job, status: { startTime } }, context });
  if (left !== undefined && left > 0) {
    const key = namespacedKey(keyOf(job as KubeObject));
    intents.push({ verb: 'requeue', key, afterMs: left, reason: 'its active deadline' });
  }
  return intents;
}

function statusOf(state: JobState, finish: JobFinish | undefined): JobStatus {
  const { job, active, succeeded, failed, context } = state;
  const { startTime: before } = job.status ?? {};
  const positive = (count: number): number | undefined => (count > 0 ? count : undefined);
  const suspended = job.spec?.suspend === true;
  return {
    active: finish ? undefined : positive(active.length),
    ready: finish ? 0 : active.filter(isReady).length,
    succeeded: positive(succeeded),
    failed: positive(failed),
    startTime: suspended ? undefined : (before ?? context.timestamp),
    ...(finish?.type === 'Complete' ? { completionTime: context.timestamp } : {}),
    ...conditionsOf(state, finish, suspended),
    uncountedTerminatedPods: {},
  };
}

/** Source: newCondition, ensureJobConditionStatus. */
function conditionsOf(
  { job, context }: JobState,
  finish: JobFinish | undefined,
  suspended: boolean,
): Pick<JobStatus, 'conditions'> {
  const known = job.status?.conditions ?? [];
  const wasSuspended = known.find(({ type }) => type === 'Suspended')?.status === 'True';
  const times = { lastProbeTime: context.timestamp, lastTransitionTime: context.timestamp };
  const others = known.filter(({ type }) => type !== 'Suspended');
  const suspension = known.filter(({ type }) => type === 'Suspended');
  if (suspended && !wasSuspended) {
    suspension.splice(0, 1, {
      type: 'Suspended',
      status: 'True',
      ...times,
      reason: 'JobSuspended',
      message: 'Job suspended',
    });
  } else if (!suspended && wasSuspended) {
    suspension.splice(0, 1, {
      type: 'Suspended',
      status: 'False',
      ...times,
      reason: 'JobResumed',
      message: 'Job resumed',
    });
  }
  const end = finish ? [{ ...finish, status: 'True', ...times }] : [];
  const conditions = [...suspension, ...others, ...end];
  return conditions.length > 0 ? { conditions } : {};
}

function finishEvent({ job }: JobState, { type, reason, message }: JobFinish): Intent {
  const event =
    type === 'Complete'
      ? { type: 'Normal' as const, reason: 'Completed', message: 'Job completed' }
      : { type: 'Warning' as const, reason: reason ?? 'Failed', message: message ?? 'Job failed' };
  return { verb: 'event', event: { involved: job, component: jobComponent, ...event }, reason: 'the Job has ended' };
}
