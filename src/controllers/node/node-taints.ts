/**
 * Taints that follow a node's state: cordoned, not ready, unreachable; and the time at which a NoExecute taint came.
 *
 * Source: `pkg/controller/nodelifecycle/node_lifecycle_controller.go` doNoScheduleTaintingPass, processNoExecuteTaints.
 * Differs: a NoExecute taint set by hand also gets its timeAdded, from which tolerationSeconds are counted.
 */
import type { Node, Taint } from 'kubernetes-types/core/v1.js';
import type { Stored } from '../../api/object.js';
import { deepEqual } from '../../registry/plain-data.js';
import type { Controller, Intent } from '../contract.js';

const prefix = 'node.kubernetes.io/';

export const nodeTaintsController: Controller = {
  name: 'node-taints',
  keysFor: ({ type, key }) => (key.group === '' && key.kind === 'Node' && type !== 'DELETED' ? [key.name] : []),
  reconcile: (name, lister, context) => {
    const node = lister.get<Stored<Node>>({ group: '', kind: 'Node', namespace: '', name });
    return node ? followState(node, context.timestamp) : [];
  },
};

function followState(node: Stored<Node>, timestamp: string): Intent[] {
  const before = node.spec?.taints ?? [];
  const wanted = stateTaints(node);
  const others = before.filter((taint) => !isStateTaint(taint));
  const kept = before.filter((taint) => isStateTaint(taint) && wanted.some((each) => sameTaint(each, taint)));
  const added = wanted.filter((taint) => !before.some((each) => sameTaint(each, taint)));
  const taints = [...others, ...kept, ...added].map((taint) => stamped(taint, timestamp));
  if (deepEqual(taints, before)) return [];
  const { taints: _before, ...spec } = node.spec ?? {};
  const object = { ...node, spec: taints.length > 0 ? { ...spec, taints } : spec };
  return [{ verb: 'update', object, reason: 'its taints follow its state' }];
}

/** The taints that the node's own state calls for. */
function stateTaints({ spec, status }: Stored<Node>): Taint[] {
  const ready = status?.conditions?.find(({ type }) => type === 'Ready')?.status ?? 'Unknown';
  const key = ready === 'False' ? `${prefix}not-ready` : `${prefix}unreachable`;
  const unready =
    ready === 'True' ? [] : [{ key, effect: 'NoSchedule' } as Taint, { key, effect: 'NoExecute' } as Taint];
  return [
    ...(spec?.unschedulable ? [{ key: `${prefix}unschedulable`, effect: 'NoSchedule' } as Taint] : []),
    ...unready,
  ];
}

function isStateTaint({ key }: Taint): boolean {
  return ['unschedulable', 'not-ready', 'unreachable'].some((name) => key === prefix + name);
}

function sameTaint(left: Taint, right: Taint): boolean {
  return left.key === right.key && left.effect === right.effect;
}

function stamped(taint: Taint, timestamp: string): Taint {
  return taint.effect === 'NoExecute' && !taint.timeAdded ? { ...taint, timeAdded: timestamp } : taint;
}
