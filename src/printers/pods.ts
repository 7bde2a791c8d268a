/**
 * READY, STATUS and RESTARTS of a pod: the summary that people read first.
 *
 * Source: `pkg/printers/internalversion/printers.go`, `printPod`, v1.30 to v1.34.
 */
import type { Container, ContainerState, ContainerStatus, Pod, PodStatus } from 'kubernetes-types/core/v1.js';
import type { KubeObject } from '../api/object.js';
import { since } from './duration.js';
import { none } from './format.js';
import {
  age,
  ageColumn,
  type Cell,
  column,
  nameColumn,
  nameOf,
  type PrintContext,
  type Printer,
  printer,
  type RowCondition,
  wide,
} from './printer.js';

/** What the containers add up to. `lastRestart` is an RFC 3339 time, '' when nothing restarted. */
interface Summary {
  ready: number;
  total: number;
  reason: string;
  restarts: number;
  lastRestart: string;
}

/** kubelet's reason on pods of a node that no longer answers (`pkg/util/node`, NodeUnreachablePodReason). */
const nodeLost = 'NodeLost';

/** A sidecar: an init container that keeps running (KEP-753). */
function isRestartable(container: Container | undefined): boolean {
  return (container as { restartPolicy?: string } | undefined)?.restartPolicy === 'Always';
}

function hasCondition(status: PodStatus | undefined, type: string): boolean {
  return (status?.conditions ?? []).some((condition) => condition.type === type && condition.status === 'True');
}

function laterOf(time: string, status: ContainerStatus): string {
  const finished = status.lastState?.terminated?.finishedAt ?? '';
  return finished > time ? finished : time;
}

/** `Error`, `ExitCode:3` or `Signal:9`. */
function terminatedReason({ terminated }: ContainerState): string {
  if (terminated?.reason) return terminated.reason;
  return terminated?.signal ? `Signal:${terminated.signal}` : `ExitCode:${terminated?.exitCode ?? 0}`;
}

/** Why initialization has not gone past this container, undefined when it has. */
function initProblem(status: ContainerStatus, sidecar: boolean, index: number, total: number): string | undefined {
  const { terminated, waiting } = status.state ?? {};
  if (terminated?.exitCode === 0) return undefined;
  if (sidecar && status.started === true) return undefined;
  if (terminated !== undefined) return `Init:${terminatedReason({ terminated })}`;
  if (waiting?.reason && waiting.reason !== 'PodInitializing') return `Init:${waiting.reason}`;
  return `Init:${index}/${total}`;
}

function phaseReason(pod: Pod): string {
  const gated = (pod.status?.conditions ?? []).some(
    ({ type, reason }) => type === 'PodScheduled' && reason === 'SchedulingGated',
  );
  if (gated) return 'SchedulingGated';
  return pod.status?.reason || (pod.status?.phase ?? '');
}

interface InitSummary {
  problem?: string;
  /** Of all init containers, shown while initializing. */
  all: Pick<Summary, 'restarts' | 'lastRestart'>;
  /** Of sidecars, shown with the containers afterwards. */
  sidecars: Pick<Summary, 'restarts' | 'lastRestart' | 'ready' | 'total'>;
}

function addRestarts(sum: { restarts: number; lastRestart: string }, status: ContainerStatus): void {
  sum.restarts += status.restartCount ?? 0;
  sum.lastRestart = laterOf(sum.lastRestart, status);
}

function summarizeInit(pod: Pod): InitSummary {
  const containers = pod.spec?.initContainers ?? [];
  const sidecarNames = new Set(containers.filter(isRestartable).map(({ name }) => name));
  const all = { restarts: 0, lastRestart: '' };
  const sidecars = { restarts: 0, lastRestart: '', ready: 0, total: sidecarNames.size };
  for (const [index, status] of (pod.status?.initContainerStatuses ?? []).entries()) {
    const sidecar = sidecarNames.has(status.name);
    addRestarts(all, status);
    if (sidecar) addRestarts(sidecars, status);
    const problem = initProblem(status, sidecar, index, containers.length);
    if (problem !== undefined) return { problem, all, sidecars };
    if (sidecar && status.ready && status.state?.terminated === undefined) sidecars.ready += 1;
  }
  return { all, sidecars };
}

/** STATUS as one container tells it, undefined when it has nothing to say. */
function containerReason({ state }: ContainerStatus): string | undefined {
  if (state?.waiting?.reason) return state.waiting.reason;
  return state?.terminated === undefined ? undefined : terminatedReason(state);
}

/** The first container with something to tell wins: upstream walks the list backwards and overwrites. */
function summarizeContainers(pod: Pod, before: Summary): Summary {
  const summary = { ...before };
  let running = false;
  for (const status of [...(pod.status?.containerStatuses ?? [])].reverse()) {
    addRestarts(summary, status);
    const reason = containerReason(status);
    if (reason !== undefined) summary.reason = reason;
    else if (status.ready && status.state?.running !== undefined) {
      running = true;
      summary.ready += 1;
    }
  }
  if (summary.reason === 'Completed' && running) {
    summary.reason = hasCondition(pod.status, 'Ready') ? 'Running' : 'NotReady';
  }
  return summary;
}

/** READY, STATUS and RESTARTS of a pod before deletion is taken into account. */
function summarize(pod: Pod): Summary {
  const init = summarizeInit(pod);
  const total = (pod.spec?.containers ?? []).length + init.sidecars.total;
  const { ready } = init.sidecars;
  if (init.problem !== undefined && !hasCondition(pod.status, 'Initialized')) {
    return { ready, total, reason: init.problem, ...init.all };
  }
  const { restarts, lastRestart } = init.sidecars;
  return summarizeContainers(pod, { ready, total, reason: init.problem ?? phaseReason(pod), restarts, lastRestart });
}

function statusOf(pod: Pod, reason: string): string {
  if (pod.metadata?.deletionTimestamp === undefined) return reason;
  if (pod.status?.reason === nodeLost) return 'Unknown';
  const over = pod.status?.phase === 'Succeeded' || pod.status?.phase === 'Failed';
  return over ? reason : 'Terminating';
}

function restartsCell({ restarts, lastRestart }: Summary, now: number): string {
  return restarts === 0 || lastRestart === '' ? `${restarts}` : `${restarts} (${since(lastRestart, now)} ago)`;
}

function readinessGates({ spec, status }: Pod): string {
  const gates = spec?.readinessGates ?? [];
  const met = gates.filter(({ conditionType }) => hasCondition(status, conditionType));
  return gates.length === 0 ? none : `${met.length}/${gates.length}`;
}

function podCells(pod: Pod, context: PrintContext): Cell[] {
  const summary = summarize(pod);
  return [
    nameOf(pod),
    `${summary.ready}/${summary.total}`,
    statusOf(pod, summary.reason),
    restartsCell(summary, context.now),
    age(pod, context),
    pod.status?.podIPs?.[0]?.ip || none,
    pod.spec?.nodeName || none,
    pod.status?.nominatedNodeName || none,
    readinessGates(pod),
  ];
}

const finished: Record<string, string> = {
  Succeeded: 'The pod has completed successfully.',
  Failed: 'The pod failed.',
};

function podConditions(object: KubeObject): RowCondition[] {
  const phase = (object as unknown as Pod).status?.phase ?? '';
  const message = finished[phase];
  return message === undefined ? [] : [{ type: 'Completed', status: 'True', reason: phase, message }];
}

export const podPrinter: Printer = {
  ...printer<Pod>(
    [
      nameColumn,
      column('Ready'),
      column('Status'),
      column('Restarts'),
      ageColumn,
      ...['IP', 'Node', 'Nominated Node', 'Readiness Gates'].map(wide),
    ],
    podCells,
  ),
  conditions: podConditions,
};
