/**
 * What `lab exec TARGET` may name, and where it is.
 */
import { StatusError } from '../api/status.js';
import { cloudNamespace } from '../fabric/cloud.js';
import { hostNamespace, routerNamespace } from '../fabric/machines.js';
import type { EnteredNamespaces } from '../kernel/launch.js';
import type { Namespaces } from '../kernel/operations.js';
import type { Kubelet } from '../kubelet/kubelet.js';
import type { Lister } from '../registry/contract.js';
import { CommandFailure } from './failure.js';
import type { MachineRooms } from './machine-rooms.js';

/** A place where commands can run. */
export interface LabTarget {
  /** A machine has the files, the tools and the environment of whoever enters; a pod has its own. */
  kind: 'machine' | 'pod';
  /** `host`, a node's or a pod's name. */
  name: string;
  namespaces: EnteredNamespaces;
  /** The whole environment, in a pod. */
  env?: Readonly<Record<string, string>>;
  /** Where a command starts, in a pod. */
  cwd?: string;
}

export interface TargetParts {
  registry: Lister;
  namespaces: Namespaces;
  kubelet: Pick<Kubelet, 'enter'>;
  rooms: MachineRooms;
  /** `--attach`: the host is the machine itself, with its own name and files. */
  attach: boolean;
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

/**
 * Where a target is, made ready to be entered.
 * @throws CommandFailure naming what there is instead, or why a pod's container cannot be entered
 */
export async function findTarget(parts: TargetParts, text: string): Promise<LabTarget> {
  const { registry, namespaces } = parts;
  for (const target of parseTarget(text)) {
    if (target.kind === 'machine' && isMachine(registry, target.name) && namespaces.has(target.name))
      return machineTarget(parts, target.name);
    if (target.kind === 'pod' && registry.get({ group: '', ...target, kind: 'Pod' })) return podTarget(parts, target);
  }
  throw noSuchTarget(registry, text);
}

function isMachine(registry: Lister, name: string): boolean {
  return (
    name === hostNamespace ||
    name === routerNamespace ||
    name === cloudNamespace ||
    registry.get({ group: '', kind: 'Node', namespace: '', name }) !== undefined
  );
}

async function machineTarget({ namespaces, rooms, attach }: TargetParts, name: string): Promise<LabTarget> {
  const itself = attach && name === hostNamespace;
  const place = itself ? { network: namespaces.get(name).fd } : await rooms.enter(name);
  return { kind: 'machine', name, namespaces: place };
}

async function podTarget(
  { kubelet }: TargetParts,
  { namespace, name }: { namespace: string; name: string },
): Promise<LabTarget> {
  try {
    return { kind: 'pod', name, ...(await kubelet.enter({ namespace, pod: name })) };
  } catch (error) {
    if (!(error instanceof StatusError)) throw error;
    const look = `lab kubectl -n ${namespace} describe pod ${name}`;
    throw new CommandFailure('failure', `lab: pod/${name} cannot be entered: ${error.message}; see: ${look}`);
  }
}

function noSuchTarget(registry: Lister, text: string): CommandFailure {
  const nodes = registry.list('', 'Node').map((node) => node.metadata.name);
  const pods = registry.list('', 'Pod').filter((pod) => pod.metadata.namespace === 'default');
  const some = pods.slice(0, 5).map((pod) => `pod/${pod.metadata.name}`);
  const names = [hostNamespace, ...nodes, ...some].join(', ');
  return new CommandFailure('usage', `lab: nothing here is called "${text}"; there are ${names}`);
}
