/**
 * DaemonSet: one pod on every node that may run it, replaced node by node when the template changes.
 *
 * Source: `pkg/controller/daemon/{daemon_controller,update}.go`, `daemon/util/daemonset_util.go`.
 * Differs: maxSurge is not used: an old pod goes before the new one comes, as with the default of 0.
 */
import type { Node } from 'kubernetes-types/core/v1.js';
import { type KubeObject, keyOf, type Stored } from '../../api/object.js';
import type { ChangeEvent } from '../../registry/contract.js';
import type { IndexedLister } from '../../registry/indexes.js';
import type { Controller, ControllerContext, Intent } from '../contract.js';
import { keyFrom, namespacedKey, ownerKey } from '../ownership.js';
import { isTerminating, type StoredPod } from '../pod-state.js';
import { claimPods, createPod, deletePod } from '../replica-pods.js';
import { daemonPod, mayStayOn, shouldRunOn } from './daemon-pods.js';
import { currentRevision, revisionIntents, revisionLabel } from './revision.js';
import type { DaemonState, StoredDaemonSet } from './state.js';
import { statusIntents } from './status.js';

const component = 'daemonset-controller';

export const daemonSetController: Controller = { name: 'daemonset', keysFor, reconcile };

function keysFor({ key, object, previous }: ChangeEvent, lister: IndexedLister): string[] {
  if (key.group === 'apps' && key.kind === 'DaemonSet') return [namespacedKey(key)];
  if (key.group !== '') return [];
  if (key.kind === 'Node') return lister.list('apps', 'DaemonSet').map((daemonSet) => namespacedKey(keyOf(daemonSet)));
  if (key.kind !== 'Pod') return [];
  const owners = [object, previous].flatMap((pod) => (pod ? (ownerKey(pod, 'apps', 'DaemonSet') ?? []) : []));
  return owners.map(namespacedKey);
}

function reconcile(key: string, lister: IndexedLister, context: ControllerContext): Intent[] {
  const daemonSet = lister.get<StoredDaemonSet & KubeObject>(keyFrom(key, 'apps', 'DaemonSet'));
  if (!daemonSet) return [];
  const { own: pods, intents } = claimPods(daemonSet, lister, daemonSet.spec?.selector);
  if (intents.length > 0) return intents;
  const nodes = lister.list<Stored<Node> & KubeObject>('', 'Node');
  const state: DaemonState = {
    daemonSet,
    revision: currentRevision(daemonSet),
    wanted: new Set(nodes.filter((node) => shouldRunOn(daemonSet, node)).map((node) => node.metadata.name)),
    staying: new Set(nodes.filter((node) => mayStayOn(daemonSet, node)).map((node) => node.metadata.name)),
    pods: byNode(pods),
  };
  const changes = daemonSet.metadata.deletionTimestamp ? [] : changesOf(state);
  return [...revisionIntents(state, lister), ...changes, ...statusIntents(state, context)];
}

/** A pod's node is written in its affinity before the scheduler has bound it. */
function byNode(pods: readonly StoredPod[]): Map<string, StoredPod[]> {
  const found = new Map<string, StoredPod[]>();
  for (const pod of [...pods].sort((a, b) => (a.metadata.name < b.metadata.name ? -1 : 1))) {
    const node = pod.spec?.nodeName || affinityNode(pod);
    found.set(node, [...(found.get(node) ?? []), pod]);
  }
  return found;
}

function affinityNode({ spec }: StoredPod): string {
  const terms = spec?.affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution?.nodeSelectorTerms ?? [];
  return terms[0]?.matchFields?.[0]?.values?.[0] ?? '';
}

function changesOf(state: DaemonState): Intent[] {
  const { daemonSet, wanted, staying, pods, revision } = state;
  const owner = daemonSet as KubeObject;
  const surplus = [...pods].flatMap(([node, here]) => {
    const ended = here.filter((pod) => pod.status?.phase === 'Failed' || pod.status?.phase === 'Succeeded');
    const kept = here.filter((pod) => !ended.includes(pod));
    return staying.has(node) ? [...ended, ...kept.slice(1)] : here;
  });
  const deletions = surplus
    .filter((pod) => !isTerminating(pod))
    .map((pod) => deletePod(owner, pod, component, 'its node should not run it'));
  const missing = [...wanted].filter((node) => (pods.get(node) ?? []).length === 0).sort();
  const creations = missing.map((node) =>
    createPod(owner, daemonPod(daemonSet, node, revision), component, `node ${node} has none`),
  );
  const changes = [...deletions, ...creations];
  return changes.length > 0 ? changes : updatesOf(state);
}

/** The rolling update: as many old pods are deleted as may be unavailable at a time. */
function updatesOf({ daemonSet, wanted, pods, revision }: DaemonState): Intent[] {
  if (daemonSet.spec?.updateStrategy?.type !== 'RollingUpdate') return [];
  const current = [...wanted].sort().flatMap((node) => pods.get(node) ?? []);
  const unavailable = current.filter((pod) => isTerminating(pod) || !isReadyPod(pod));
  const old = current.filter((pod) => pod.metadata.labels?.[revisionLabel] !== revision && !isTerminating(pod));
  const allowed = maxUnavailable(daemonSet, wanted.size) - unavailable.filter((pod) => !old.includes(pod)).length;
  return old
    .slice(0, Math.max(0, allowed))
    .map((pod) => deletePod(daemonSet as KubeObject, pod, component, 'the template has changed'));
}

function isReadyPod(pod: StoredPod): boolean {
  return pod.status?.conditions?.some(({ type, status }) => type === 'Ready' && status === 'True') ?? false;
}

/** Percentages are rounded up. Source: intstr.GetScaledValueFromIntOrPercent(…, true). */
function maxUnavailable({ spec }: StoredDaemonSet, nodes: number): number {
  const value = spec?.updateStrategy?.rollingUpdate?.maxUnavailable ?? 1;
  return typeof value === 'number' ? value : Math.ceil((Number.parseInt(value, 10) / 100) * nodes);
}
