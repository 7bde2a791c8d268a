/**
 * What `lab exec TARGET` may name, and where it is.
 */

import { hostNamespace } from '../fabric/machines.js';
import { podNamespace } from '../fabric/naming.js';
import type { Namespaces } from '../kernel/operations.js';
import type { Lister } from '../registry/contract.js';
import { CommandFailure } from './failure.js';

/** A place where commands can run. */
export interface LabTarget {
  /** `host`, a node's or a pod's name: what `hostname` prints there. */
  hostname: string;
  /** The descriptor of its network namespace in the daemon; absent: the machine's own, under `--attach`. */
  namespaceFd?: number;
}

/** `host`, a node, or `pod/NAME[.NAMESPACE]` taken apart. */
export type TargetName = { kind: 'machine'; name: string } | { kind: 'pod'; namespace: string; name: string };

/** Pod names may hold dots, so the namespace is what follows the last one, if such a pod can be meant. */
export function parseTarget(text: string): TargetName[] {
  if (!text.startsWith('pod/')) return [{ kind: 'machine', name: text }];
  const rest = text.slice('pod/'.length);
  const dot = rest.lastIndexOf('.');
  const plain: TargetName = { kind: 'pod', namespace: 'default', name: rest };
  if (dot < 0) return [plain];
  return [plain, { kind: 'pod', namespace: rest.slice(dot + 1), name: rest.slice(0, dot) }];
}

/** Where a target is. @throws CommandFailure naming what there is instead */
export function findTarget(registry: Lister, namespaces: Namespaces, text: string): LabTarget {
  for (const target of parseTarget(text)) {
    const name = target.kind === 'machine' ? target.name : podNamespace(target.namespace, target.name);
    if (namespaces.has(name)) return { hostname: target.name, namespaceFd: namespaces.get(name).fd };
  }
  throw noSuchTarget(registry, text);
}

function noSuchTarget(registry: Lister, text: string): CommandFailure {
  const nodes = registry.list('', 'Node').map((node) => node.metadata.name);
  const pods = registry.list('', 'Pod').filter((pod) => pod.metadata.namespace === 'default');
  const some = pods.slice(0, 5).map((pod) => `pod/${pod.metadata.name}`);
  const names = [hostNamespace, ...nodes, ...some].join(', ');
  return new CommandFailure('usage', `lab: nothing here is called "${text}"; there are ${names}`);
}
