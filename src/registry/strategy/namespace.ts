/**
 * The Namespace strategy: phase Active, the `kubernetes` finalizer in the spec, and the namespaces that must stay.
 * Source: `pkg/registry/core/namespace/{strategy,storage}.go`, admission plugin NamespaceLifecycle.
 */
import type { Namespace } from 'kubernetes-types/core/v1.js';
import type { Stored } from '../../api/object.js';
import type { Strategy } from './contract.js';

/** Source: `plugin/pkg/admission/namespace/lifecycle`: these are immortal. */
const immortal: ReadonlySet<string> = new Set(['default', 'kube-system', 'kube-public']);

export const namespaceStrategy: Strategy = {
  prepareForCreate: (object) => {
    const { metadata } = object;
    return {
      ...object,
      metadata: { ...metadata, labels: { ...metadata.labels, 'kubernetes.io/metadata.name': metadata.name } },
      spec: { finalizers: ['kubernetes'] },
      status: { phase: 'Active' },
    };
  },
  prepareForDelete: (object) => ({
    ...object,
    status: { ...(object as Stored<Namespace>).status, phase: 'Terminating' },
  }),
  refusesDelete: ({ metadata }) => (immortal.has(metadata.name) ? 'this namespace may not be deleted' : undefined),
};
