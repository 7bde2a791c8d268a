/**
 * Pods leave a node with a NoExecute taint that they do not tolerate, at once or after their tolerationSeconds.
 * Source: `pkg/controller/tainteviction/taint_eviction.go` processPodOnNode.
 */
import type { Node, Taint, Toleration } from 'kubernetes-types/core/v1.js';
import { keyOf, type Stored } from '../../api/object.js';
import type { ChangeEvent } from '../../registry/contract.js';
import type { IndexedLister } from '../../registry/indexes.js';
import { tolerates } from '../../scheduler/taints.js';
import type { Controller, ControllerContext, Intent } from '../contract.js';
import { isActive, type StoredPod } from '../pod-state.js';

const component = 'taint-eviction-controller';

/** Keys are node names. */
export const taintEvictionController: Controller = { name: 'taint-eviction', keysFor, reconcile };

function keysFor({ type, key, object, previous }: ChangeEvent, lister: IndexedLister): string[] {
  if (key.group !== '' || type === 'DELETED') return [];
  if (key.kind === 'Node') return [key.name];
  if (key.kind !== 'Pod') return [];
  const { spec } = object as StoredPod;
  const same = (previous as StoredPod | undefined)?.spec === spec;
  return !same && spec?.nodeName && noExecuteTaints(spec.nodeName, lister).length > 0 ? [spec.nodeName] : [];
}

function noExecuteTaints(name: string, lister: IndexedLister): Taint[] {
  const node = lister.get<Stored<Node>>({ group: '', kind: 'Node', namespace: '', name });
  return (node?.spec?.taints ?? []).filter(({ effect }) => effect === 'NoExecute');
}

function reconcile(name: string, lister: IndexedLister, context: ControllerContext): Intent[] {
  const taints = noExecuteTaints(name, lister);
  if (taints.length === 0) return [];
  return lister
    .indexed<StoredPod>('node', name)
    .filter(isActive)
    .flatMap((pod) => evict(pod, taints, name, context));
}

function evict(pod: StoredPod, taints: readonly Taint[], node: string, context: ControllerContext): Intent[] {
  const afterMs = Math.min(...taints.map((taint) => stayMs(pod.spec?.tolerations ?? [], taint, context)));
  if (afterMs === Number.POSITIVE_INFINITY) return [];
  if (afterMs > 0) return [{ verb: 'requeue', key: node, afterMs, reason: 'a toleration ends' }];
  const { namespace, name } = pod.metadata;
  const message = `Marking for deletion Pod ${namespace}/${name}`;
  const event = { involved: pod, type: 'Normal' as const, reason: 'TaintManagerEviction', message, component };
  const reason = `node ${node} has a NoExecute taint that it does not tolerate`;
  return [
    { verb: 'event', event, reason },
    { verb: 'delete', key: keyOf(pod), reason },
  ];
}

/** How long a pod may still stay with this taint: for ever, for the rest of its tolerationSeconds, or not at all. */
function stayMs(tolerations: readonly Toleration[], taint: Taint, { now }: ControllerContext): number {
  const matching = tolerations.filter((toleration) => tolerates(toleration, taint));
  if (matching.length === 0) return 0;
  const limits = matching.flatMap(({ tolerationSeconds }) =>
    tolerationSeconds === undefined ? [] : [tolerationSeconds],
  );
  if (limits.length === 0) return Number.POSITIVE_INFINITY;
  const since = Date.parse(taint.timeAdded ?? '');
  return (Number.isNaN(since) ? now : since) + Math.max(0, Math.min(...limits)) * 1000 - now;
}
