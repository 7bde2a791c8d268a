/**
 * What `lab exec TARGET` may name, and where it is.
 */

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
