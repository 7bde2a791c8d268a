/**
 * Strategies of the workload kinds: a fresh status, counted generations, and a Job's own selector.
 * Source: `pkg/registry/apps/*` and `pkg/registry/batch/job/strategy.go`.
 */
import type { Job } from 'kubernetes-types/batch/v1.js';
import type { KubeObject, Stored } from '../../api/object.js';
import type { Strategy } from './contract.js';

/** A kind whose status starts as given and is written by its controller. */
export function withFreshStatus(status: Readonly<Record<string, unknown>>): Strategy {
  return { generation: true, prepareForCreate: (object) => ({ ...object, status: { ...status } }) };
}

export const jobStrategy: Strategy = {
  generation: true,
  prepareForCreate: (object) => ({ ...generateSelector(object as Stored<Job>), status: {} }),
};

/** A Job without manualSelector selects its pods by its own uid. Source: strategy.go generateSelector. */
function generateSelector(job: Stored<Job>): KubeObject {
  if (!job.spec || job.spec.manualSelector) return job;
  const { name, uid = '' } = job.metadata;
  const byUid = { 'batch.kubernetes.io/controller-uid': uid };
  const own = { ...byUid, 'controller-uid': uid, 'batch.kubernetes.io/job-name': name, 'job-name': name };
  const { template } = job.spec;
  const metadata = { ...template.metadata, labels: { ...template.metadata?.labels, ...own } };
  const matchLabels = { ...job.spec.selector?.matchLabels, ...byUid };
  return {
    ...job,
    spec: { ...job.spec, selector: { ...job.spec.selector, matchLabels }, template: { ...template, metadata } },
  };
}
