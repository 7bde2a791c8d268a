/**
 * What a Deployment says of itself. Source: `pkg/controller/deployment/{sync,progress}.go` calculateStatus,
 * syncRolloutStatus; reasons and messages as `kubectl describe deployment` shows them.
 */
import type { DeploymentCondition, DeploymentStatus } from 'kubernetes-types/apps/v1.js';
import { deepEqual } from '../../registry/plain-data.js';
import type { Intent } from '../contract.js';
import { namespacedKey } from '../ownership.js';
import { allSets, desiredReplicas, fenceposts, type RolloutState, reported, totalReplicas } from './rollout-state.js';

/** Upstream's default `progressDeadlineSeconds`. */
const defaultDeadlineSeconds = 600;

/** The status write, when anything changed, and the wake-up at the progress deadline. */
export function statusIntents(state: RolloutState, options: { rollout: boolean }): Intent[] {
  const { deployment } = state;
  const counts = countsOf(state);
  const available = availableCondition(state, counts);
  const progressing = options.rollout ? progressingCondition(state, counts) : pausedCondition(state);
  const status = { ...counts, conditions: mergeConditions(state, [available, ...progressing]) };
  const intents: Intent[] = [];
  if (!deepEqual(status, deployment.status)) {
    intents.push({
      verb: 'updateStatus',
      object: { ...deployment, status },
      reason: 'its replica sets report something new',
    });
  }
  const wait = isComplete(state, counts) || !options.rollout ? undefined : deadlineInMs(state);
  if (wait !== undefined && wait > 0) {
    const { namespace = '', name } = deployment.metadata;
    intents.push({
      verb: 'requeue',
      key: namespacedKey({ namespace, name }),
      afterMs: wait,
      reason: 'the progress deadline',
    });
  }
  return intents;
}

function countsOf(state: RolloutState): DeploymentStatus {
  const sets = allSets(state);
  const available = reported(sets, 'availableReplicas');
  const positive = (count: number): number | undefined => (count > 0 ? count : undefined);
  return {
    observedGeneration: state.deployment.metadata.generation,
    replicas: positive(reported(sets, 'replicas')),
    updatedReplicas: positive(state.newSet ? reported([state.newSet], 'replicas') : 0),
    readyReplicas: positive(reported(sets, 'readyReplicas')),
    availableReplicas: positive(available),
    unavailableReplicas: positive(totalReplicas(sets) - available),
  };
}

/** Source: DeploymentComplete. */
export function isComplete(state: RolloutState, counts: DeploymentStatus = countsOf(state)): boolean {
  const desired = desiredReplicas(state.deployment);
  return (
    (counts.updatedReplicas ?? 0) === desired &&
    (counts.replicas ?? 0) === desired &&
    (counts.availableReplicas ?? 0) === desired
  );
}

type ConditionInput = Pick<DeploymentCondition, 'type' | 'status' | 'reason' | 'message'>;

function availableCondition({ deployment }: RolloutState, counts: DeploymentStatus): ConditionInput {
  const minimum = desiredReplicas(deployment) - fenceposts(deployment).maxUnavailable;
  return (counts.availableReplicas ?? 0) >= minimum
    ? {
        type: 'Available',
        status: 'True',
        reason: 'MinimumReplicasAvailable',
        message: 'Deployment has minimum availability.',
      }
    : {
        type: 'Available',
        status: 'False',
        reason: 'MinimumReplicasUnavailable',
        message: 'Deployment does not have minimum availability.',
      };
}

/** Source: checkPausedConditions. */
function pausedCondition({ deployment }: RolloutState): ConditionInput[] {
  const current = conditionOf(deployment.status, 'Progressing');
  const unknown = { type: 'Progressing', status: 'Unknown' };
  if (deployment.spec?.paused) return [{ ...unknown, reason: 'DeploymentPaused', message: 'Deployment is paused' }];
  if (current?.reason === 'DeploymentPaused')
    return [{ ...unknown, reason: 'DeploymentResumed', message: 'Deployment is resumed' }];
  return current ? [current] : [];
}

function progressingCondition(state: RolloutState, counts: DeploymentStatus): ConditionInput[] {
  const { deployment, newSet } = state;
  const what = newSet ? `ReplicaSet "${newSet.metadata.name}"` : `Deployment "${deployment.metadata.name}"`;
  const current = conditionOf(deployment.status, 'Progressing');
  const condition = (status: string, reason: string, message: string): ConditionInput => ({
    type: 'Progressing',
    status,
    reason,
    message,
  });
  if (isComplete(state, counts))
    return [condition('True', 'NewReplicaSetAvailable', `${what} has successfully progressed.`)];
  if (hasProgressed(deployment.status, counts))
    return [condition('True', 'ReplicaSetUpdated', `${what} is progressing.`)];
  const deadline = deadlineInMs(state);
  if (deadline !== undefined && deadline <= 0) {
    return [condition('False', 'ProgressDeadlineExceeded', `${what} has timed out progressing.`)];
  }
  if (current) return [current];
  return [
    condition(
      'True',
      'NewReplicaSetCreated',
      newSet ? `Created new replica set "${newSet.metadata.name}"` : `${what} is progressing.`,
    ),
  ];
}

/** Source: DeploymentProgressing. */
function hasProgressed(before: DeploymentStatus = {}, now: DeploymentStatus): boolean {
  const old = (status: DeploymentStatus): number => (status.replicas ?? 0) - (status.updatedReplicas ?? 0);
  return (
    (now.updatedReplicas ?? 0) > (before.updatedReplicas ?? 0) ||
    old(now) < old(before) ||
    (now.readyReplicas ?? 0) > (before.readyReplicas ?? 0) ||
    (now.availableReplicas ?? 0) > (before.availableReplicas ?? 0)
  );
}

/** Milliseconds until the rollout counts as stuck; undefined when none is under way. */
function deadlineInMs({ deployment, context }: RolloutState): number | undefined {
  const current = conditionOf(deployment.status, 'Progressing');
  if (!current || current.reason === 'NewReplicaSetAvailable' || current.reason === 'DeploymentPaused')
    return undefined;
  const since = Date.parse(current.lastUpdateTime ?? '');
  const seconds = deployment.spec?.progressDeadlineSeconds ?? defaultDeadlineSeconds;
  return Number.isNaN(since) ? undefined : since + seconds * 1000 - context.now;
}

function conditionOf(status: DeploymentStatus | undefined, type: string): DeploymentCondition | undefined {
  return status?.conditions?.find((condition) => condition.type === type);
}

/** Times move only when a condition says something else; the transition time only with the status. */
function mergeConditions(
  { deployment, context }: RolloutState,
  next: readonly ConditionInput[],
): DeploymentCondition[] {
  return next.map(({ type, status, reason, message }) => {
    const before = conditionOf(deployment.status, type);
    const told = before?.reason === reason && before?.status === status && before?.message === message;
    const lastUpdateTime = told ? before?.lastUpdateTime : context.timestamp;
    const lastTransitionTime = before?.status === status ? before.lastTransitionTime : context.timestamp;
    return { type, status, lastUpdateTime, lastTransitionTime, reason, message };
  });
}
