/**
 * A Job with its pods, and whether that is the end of it.
 */
import type { Job } from 'kubernetes-types/batch/v1.js';
import type { Stored } from '../../api/object.js';
import type { ControllerContext } from '../contract.js';
import type { StoredPod } from '../pod-state.js';

export type StoredJob = Stored<Job>;

export const jobComponent = 'job-controller';

/** Upstream's default `backoffLimit`. */
const defaultBackoffLimit = 6;

export interface JobState {
  job: StoredJob;
  active: StoredPod[];
  succeeded: number;
  failed: number;
  context: ControllerContext;
}

/** How a Job ended: the condition that says so. */
export interface JobFinish {
  type: 'Complete' | 'Failed';
  reason?: string;
  message?: string;
}

export function isFinished(job: StoredJob): boolean {
  return (job.status?.conditions ?? []).some(
    ({ type, status }) => (type === 'Complete' || type === 'Failed') && status === 'True',
  );
}

/** The end that the pods' states mean, if they do. Source: syncJob. */
export function finishOf(state: JobState): JobFinish | undefined {
  const { job, active, succeeded, failed } = state;
  const { completions, backoffLimit = defaultBackoffLimit } = job.spec ?? {};
  const done = completions === undefined ? succeeded > 0 && active.length === 0 : succeeded >= completions;
  if (done) return { type: 'Complete' };
  if (failed > backoffLimit) {
    return { type: 'Failed', reason: 'BackoffLimitExceeded', message: 'Job has reached the specified backoff limit' };
  }
  const left = deadlineInMs(state);
  if (left === undefined || left > 0) return undefined;
  return { type: 'Failed', reason: 'DeadlineExceeded', message: 'Job was active longer than specified deadline' };
}

/** Milliseconds until activeDeadlineSeconds; undefined when there is none or the Job has not started. */
export function deadlineInMs({ job, context }: JobState): number | undefined {
  const { activeDeadlineSeconds } = job.spec ?? {};
  const start = Date.parse(job.status?.startTime ?? '');
  if (activeDeadlineSeconds === undefined || Number.isNaN(start)) return undefined;
  return start + activeDeadlineSeconds * 1000 - context.now;
}
