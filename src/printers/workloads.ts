/**
 * Controllers of pods: Deployments, ReplicaSets, ReplicationControllers, DaemonSets, StatefulSets, Jobs, CronJobs.
 *
 * Source: `pkg/printers/internalversion/printers.go`.
 */
import type { ControllerRevision, DaemonSet, Deployment, ReplicaSet, StatefulSet } from 'kubernetes-types/apps/v1.js';
import type { CronJob, Job } from 'kubernetes-types/batch/v1.js';
import type { PodTemplateSpec, ReplicationController } from 'kubernetes-types/core/v1.js';
import type { LabelSelector } from 'kubernetes-types/meta/v1.js';
import { humanDuration, since } from './duration.js';
import { containerCells, formatLabels, formatSelector, none } from './format.js';
import {
  age,
  ageColumn,
  type Cell,
  column,
  integer,
  nameColumn,
  nameOf,
  type PrintContext,
  type Printer,
  printer,
  wide,
} from './printer.js';

const templateColumns = [wide('Containers'), wide('Images')];
const controllerColumns = [...templateColumns, wide('Selector')];

/** The wide columns of everything that has a pod template and a selector. */
function controllerCells(spec: { template?: PodTemplateSpec; selector?: LabelSelector } | undefined): Cell[] {
  return [...containerCells(spec?.template?.spec?.containers), formatSelector(spec?.selector)];
}

/** `replicas` absent means 1 until defaulting has run. */
const defaultReplicas = 1;

export const deploymentPrinter = printer<Deployment>(
  [nameColumn, ...['Ready', 'Up-to-date', 'Available'].map((name) => column(name)), ageColumn, ...controllerColumns],
  (deployment, context) => [
    nameOf(deployment),
    `${deployment.status?.readyReplicas ?? 0}/${deployment.spec?.replicas ?? defaultReplicas}`,
    deployment.status?.updatedReplicas ?? 0,
    deployment.status?.availableReplicas ?? 0,
    age(deployment, context),
    ...controllerCells(deployment.spec),
  ],
);

const replicaColumns = [
  nameColumn,
  ...['Desired', 'Current', 'Ready'].map((name) => integer(name)),
  ageColumn,
  ...controllerColumns,
];

function replicaCells(object: ReplicaSet | ReplicationController, context: PrintContext): Cell[] {
  const { spec, status } = object;
  return [
    nameOf(object),
    spec?.replicas ?? defaultReplicas,
    status?.replicas ?? 0,
    status?.readyReplicas ?? 0,
    age(object, context),
  ];
}

export const replicaSetPrinter = printer<ReplicaSet>(replicaColumns, (set, context) => [
  ...replicaCells(set, context),
  ...controllerCells(set.spec),
]);

export const replicationControllerPrinter = printer<ReplicationController>(replicaColumns, (object, context) => [
  ...replicaCells(object, context),
  ...containerCells(object.spec?.template?.spec?.containers),
  formatLabels(object.spec?.selector),
]);

export const daemonSetPrinter = printer<DaemonSet>(
  [
    nameColumn,
    ...['Desired', 'Current', 'Ready', 'Up-to-date', 'Available'].map((name) => integer(name)),
    column('Node Selector'),
    ageColumn,
    ...controllerColumns,
  ],
  (set, context) => [
    nameOf(set),
    set.status?.desiredNumberScheduled ?? 0,
    set.status?.currentNumberScheduled ?? 0,
    set.status?.numberReady ?? 0,
    set.status?.updatedNumberScheduled ?? 0,
    set.status?.numberAvailable ?? 0,
    formatLabels(set.spec?.template?.spec?.nodeSelector),
    age(set, context),
    ...controllerCells(set.spec),
  ],
);

export const statefulSetPrinter = printer<StatefulSet>(
  [nameColumn, column('Ready'), ageColumn, ...templateColumns],
  (set, context) => [
    nameOf(set),
    `${set.status?.readyReplicas ?? 0}/${set.spec?.replicas ?? defaultReplicas}`,
    age(set, context),
    ...containerCells(set.spec?.template?.spec?.containers),
  ],
);

function jobCompletions({ spec, status }: Job): string {
  const done = status?.succeeded ?? 0;
  if (spec?.completions !== undefined) return `${done}/${spec.completions}`;
  const parallelism = spec?.parallelism ?? 0;
  return parallelism > 1 ? `${done}/1 of ${parallelism}` : `${done}/1`;
}

function jobDuration({ status }: Job, { now }: PrintContext): string {
  if (status?.startTime === undefined) return '';
  const end = status.completionTime === undefined ? now : Date.parse(status.completionTime);
  return humanDuration(end - Date.parse(status.startTime));
}

function jobStatus({ metadata, status }: Job): string {
  const has = (wanted: string) => (status?.conditions ?? []).some((c) => c.type === wanted && c.status === 'True');
  if (has('Complete')) return 'Complete';
  if (has('Failed')) return 'Failed';
  if (metadata?.deletionTimestamp !== undefined) return 'Terminating';
  if (has('Suspended')) return 'Suspended';
  return has('FailureTarget') ? 'FailureTarget' : 'Running';
}

/** First minor version whose Job table has a STATUS column (kubernetes PR 123226). */
const jobStatusSince = 31;

export const jobPrinter: Printer = {
  columns: ({ minor }) => [
    nameColumn,
    ...(minor >= jobStatusSince ? [column('Status')] : []),
    column('Completions'),
    column('Duration'),
    ageColumn,
    ...controllerColumns,
  ],
  cells: (object, context) => {
    const job = object as unknown as Job;
    return [
      nameOf(job),
      ...(context.minor >= jobStatusSince ? [jobStatus(job)] : []),
      jobCompletions(job),
      jobDuration(job, context),
      age(job, context),
      ...controllerCells(job.spec),
    ];
  },
};

export const cronJobPrinter = printer<CronJob>(
  [
    nameColumn,
    column('Schedule'),
    column('Timezone'),
    column('Suspend', { type: 'boolean' }),
    integer('Active'),
    column('Last Schedule'),
    ageColumn,
    ...controllerColumns,
  ],
  (job, context) => [
    nameOf(job),
    job.spec?.schedule ?? '',
    job.spec?.timeZone ?? none,
    job.spec?.suspend === undefined ? '<unset>' : job.spec.suspend ? 'True' : 'False',
    (job.status?.active ?? []).length,
    job.status?.lastScheduleTime === undefined ? none : since(job.status.lastScheduleTime, context.now),
    age(job, context),
    ...controllerCells(job.spec?.jobTemplate?.spec),
  ],
);

function controllerOf({ metadata }: ControllerRevision): string {
  const owner = (metadata?.ownerReferences ?? []).find(({ controller }) => controller === true);
  if (owner === undefined) return none;
  const group = owner.apiVersion.includes('/') ? `.${owner.apiVersion.split('/')[0]}` : '';
  return `${owner.kind.toLowerCase()}${group}/${owner.name}`;
}

export const controllerRevisionPrinter = printer<ControllerRevision>(
  [nameColumn, column('Controller'), column('Revision'), ageColumn],
  (object, context) => [nameOf(object), controllerOf(object), object.revision, age(object, context)],
);
