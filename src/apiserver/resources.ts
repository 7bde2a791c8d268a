/**
 * Which resources the server offers beside the stored kinds, and what verbs and kinds subresources have. Discovery lists
 * them from here and the router asks here whether a method is allowed, so the two cannot disagree.
 *
 * Source: kube-apiserver v1.30 discovery documents.
 */
import type { KindInfo } from '../registry/contract.js';

export type Verb = 'create' | 'delete' | 'deletecollection' | 'get' | 'list' | 'patch' | 'update' | 'watch';

/** What discovery says of a resource or subresource beside its name. */
export interface SubresourceInfo {
  kind: string;
  /** Group and version of the kind when they are not the parent's. */
  group?: string;
  version?: string;
  verbs: readonly Verb[];
}

/** Verbs of every stored kind, in discovery's order. */
export const storedVerbs: readonly Verb[] = [
  'create',
  'delete',
  'deletecollection',
  'get',
  'list',
  'patch',
  'update',
  'watch',
];

const streaming: readonly Verb[] = ['create', 'get'];
const scale: SubresourceInfo = {
  kind: 'Scale',
  group: 'autoscaling',
  version: 'v1',
  verbs: ['get', 'patch', 'update'],
};

/** Subresources by name; `status` is the parent's own kind. Names that are not here are not served. */
const subresources: Readonly<Record<string, SubresourceInfo>> = {
  attach: { kind: 'PodAttachOptions', verbs: streaming },
  binding: { kind: 'Binding', verbs: ['create'] },
  eviction: { kind: 'Eviction', group: 'policy', version: 'v1', verbs: ['create'] },
  exec: { kind: 'PodExecOptions', verbs: streaming },
  finalize: { kind: 'Namespace', verbs: ['update'] },
  log: { kind: 'Pod', verbs: ['get'] },
  portforward: { kind: 'PodPortForwardOptions', verbs: streaming },
  scale,
  status: { kind: '', verbs: ['get', 'patch', 'update'] },
  token: { kind: 'TokenRequest', group: 'authentication.k8s.io', version: 'v1', verbs: ['create'] },
};

/** A kind's subresource, undefined when the kind has none of that name or the lab does not serve it. */
export function subresourceOf(kind: KindInfo, name: string): SubresourceInfo | undefined {
  if (!kind.subresources.includes(name) || !Object.hasOwn(subresources, name)) return undefined;
  const info = subresources[name];
  return info?.kind === '' ? { ...info, kind: kind.kind } : info;
}

/** Names of a kind's served subresources, in the kind table's order. */
export function servedSubresources(kind: KindInfo): string[] {
  return kind.subresources.filter((name) => subresourceOf(kind, name) !== undefined);
}

/** A resource that is only ever posted and never stored: questions and orders. */
export interface VirtualResource {
  group: string;
  version: string;
  plural: string;
  kind: string;
  namespaced: boolean;
}

export const virtualResources: readonly VirtualResource[] = [
  { group: '', version: 'v1', plural: 'bindings', kind: 'Binding', namespaced: true },
  ...['v1', 'v1beta1', 'v1alpha1'].map((version) => ({
    group: 'authentication.k8s.io',
    version,
    plural: 'selfsubjectreviews',
    kind: 'SelfSubjectReview',
    namespaced: false,
  })),
  ...['SelfSubjectAccessReview', 'SelfSubjectRulesReview', 'SubjectAccessReview'].map((kind) => ({
    group: 'authorization.k8s.io',
    version: 'v1',
    plural: `${kind.toLowerCase()}s`,
    kind,
    namespaced: false,
  })),
];
