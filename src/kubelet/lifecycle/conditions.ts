/**
 * Pod conditions in the order that `kubectl describe pod` prints them.
 * Source: kubelet `status/generate.go`, `kubelet_pods.go` generateAPIPodStatus.
 */
import type { PodCondition, PodSpec, PodStatus } from 'kubernetes-types/core/v1.js';
import { incompleteInit, type PodPhase } from './phase.js';
import type { PodRecord } from './records.js';

interface Verdict {
  type: string;
  status: 'True' | 'False';
  reason?: string;
  message?: string;
}

/** The kubelet's own conditions, then those of others in their order. A time changes only when the status does. */
export function conditionsOf(
  spec: PodSpec,
  record: PodRecord,
  phase: PodPhase,
  previous: PodStatus | undefined,
  now: string,
): PodCondition[] {
  const containersReady = containersReadiness(spec, record, phase);
  const verdicts: Verdict[] = [
    { type: 'PodReadyToStartContainers', status: record.sandboxReady ? 'True' : 'False' },
    initialization(spec, record, phase),
    podReadiness(spec, containersReady, previous),
    { ...containersReady, type: 'ContainersReady' },
    { type: 'PodScheduled', status: 'True' },
  ];
  const own = verdicts.map((verdict) => stamp(verdict, previous, now));
  const others = (previous?.conditions ?? []).filter(({ type }) => !verdicts.some((verdict) => verdict.type === type));
  return [...own, ...others];
}

function stamp(verdict: Verdict, previous: PodStatus | undefined, now: string): PodCondition {
  const before = previous?.conditions?.find(({ type }) => type === verdict.type);
  const lastTransitionTime =
    before?.status === verdict.status && before.lastTransitionTime ? before.lastTransitionTime : now;
  return { ...verdict, lastProbeTime: null as unknown as undefined, lastTransitionTime };
}

function initialization(spec: PodSpec, record: PodRecord, phase: PodPhase): Verdict {
  if (phase === 'Succeeded') return { type: 'Initialized', status: 'True', reason: 'PodCompleted' };
  const incomplete = incompleteInit(spec, record);
  if (incomplete.length === 0) return { type: 'Initialized', status: 'True' };
  const message = `containers with incomplete status: [${incomplete.join(' ')}]`;
  return { type: 'Initialized', status: 'False', reason: 'ContainersNotInitialized', message };
}

function containersReadiness(spec: PodSpec, record: PodRecord, phase: PodPhase): Verdict {
  const type = 'ContainersReady';
  if (phase === 'Succeeded') return { type, status: 'False', reason: 'PodCompleted' };
  if (phase === 'Failed') return { type, status: 'False', reason: 'PodFailed' };
  const unready = record.containers.filter(({ ready }) => !ready).map(({ name }) => name);
  if (unready.length === 0 && incompleteInit(spec, record).length === 0) return { type, status: 'True' };
  return {
    type,
    status: 'False',
    reason: 'ContainersNotReady',
    message: `containers with unready status: [${unready.join(' ')}]`,
  };
}

/** Ready is ContainersReady and every readiness gate. */
function podReadiness(spec: PodSpec, containersReady: Verdict, previous: PodStatus | undefined): Verdict {
  if (containersReady.status === 'False') return { ...containersReady, type: 'Ready' };
  const isTrue = (type: string): boolean =>
    previous?.conditions?.find((condition) => condition.type === type)?.status === 'True';
  const failing = (spec.readinessGates ?? []).filter(({ conditionType }) => !isTrue(conditionType));
  if (failing.length === 0) return { type: 'Ready', status: 'True' };
  const words = failing.map(({ conditionType }) => {
    const exists = previous?.conditions?.some((condition) => condition.type === conditionType);
    return exists
      ? `the status of pod readiness gate "${conditionType}" is not "True", but False`
      : `corresponding condition of pod readiness gate "${conditionType}" does not exist.`;
  });
  return { type: 'Ready', status: 'False', reason: 'ReadinessGatesNotReady', message: words.join(', ') };
}
