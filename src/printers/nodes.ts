/**
 * Nodes: STATUS from the Ready condition and cordoning, ROLES from labels.
 *
 * Source: `pkg/printers/internalversion/printers.go`, `printNode`, `findNodeRoles`.
 */
import type { Node } from 'kubernetes-types/core/v1.js';
import { none } from './format.js';
import { age, ageColumn, column, nameColumn, nameOf, printer, wide } from './printer.js';

const rolePrefix = 'node-role.kubernetes.io/';
const roleLabel = 'kubernetes.io/role';

function nodeStatus({ spec, status }: Node): string {
  const ready = (status?.conditions ?? []).find(({ type }) => type === 'Ready');
  const words = [ready === undefined ? 'Unknown' : ready.status === 'True' ? 'Ready' : 'NotReady'];
  if (spec?.unschedulable) words.push('SchedulingDisabled');
  return words.join(',');
}

function nodeRoles({ metadata }: Node): string {
  const roles = Object.entries(metadata?.labels ?? {}).map(([key, value]) =>
    key.startsWith(rolePrefix) ? key.slice(rolePrefix.length) : key === roleLabel ? value : '',
  );
  return [...new Set(roles.filter((role) => role !== ''))].sort().join(',') || none;
}

function nodeAddress({ status }: Node, wanted: string): string {
  return (status?.addresses ?? []).find(({ type }) => type === wanted)?.address ?? none;
}

export const nodePrinter = printer<Node>(
  [
    nameColumn,
    column('Status'),
    column('Roles'),
    ageColumn,
    column('Version'),
    ...['Internal-IP', 'External-IP', 'OS-Image', 'Kernel-Version', 'Container-Runtime'].map(wide),
  ],
  (node, context) => [
    nameOf(node),
    nodeStatus(node),
    nodeRoles(node),
    age(node, context),
    node.status?.nodeInfo?.kubeletVersion ?? '',
    nodeAddress(node, 'InternalIP'),
    nodeAddress(node, 'ExternalIP'),
    node.status?.nodeInfo?.osImage || '<unknown>',
    node.status?.nodeInfo?.kernelVersion || '<unknown>',
    node.status?.nodeInfo?.containerRuntimeVersion || '<unknown>',
  ],
);
