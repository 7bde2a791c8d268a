/**
 * The history of a DaemonSet's template: one ControllerRevision a template, which `kubectl rollout history` and `undo` read.
 *
 * Source: `pkg/controller/daemon/update.go` constructHistory, `pkg/controller/history/controller_history.go`.
 * Differs: old revisions are kept, whatever revisionHistoryLimit says.
 */
import type { ControllerRevision } from 'kubernetes-types/apps/v1.js';
import type { KubeObject, Stored } from '../../api/object.js';
import { templateHashOf } from '../../model/derive.js';
import type { IndexedLister } from '../../registry/indexes.js';
import type { Intent } from '../contract.js';
import { controllerReference } from '../ownership.js';
import type { DaemonState, StoredDaemonSet } from './state.js';

/** Label of pods and revisions: the hash of the template they belong to. */
export const revisionLabel = 'controller-revision-hash';

type StoredRevision = Stored<ControllerRevision> & KubeObject;

export function currentRevision({ spec }: StoredDaemonSet): string {
  return templateHashOf(spec?.template);
}

/** Records the current template, or makes its revision the newest again after an undo. */
export function revisionIntents({ daemonSet, revision }: DaemonState, lister: IndexedLister): Intent[] {
  const owned = lister
    .indexed<StoredRevision>('owner', daemonSet.metadata.uid ?? '')
    .filter(({ kind }) => kind === 'ControllerRevision');
  const newest = Math.max(0, ...owned.map((one) => one.revision));
  const known = owned.find((one) => one.metadata.labels?.[revisionLabel] === revision);
  if (!known) {
    const object = revisionObject(daemonSet, revision, newest + 1);
    return [{ verb: 'create', object, reason: 'the template is new' }];
  }
  if (known.revision === newest) return [];
  return [{ verb: 'update', object: { ...known, revision: newest + 1 }, reason: 'the template is an earlier one' }];
}

function revisionObject(daemonSet: StoredDaemonSet, hash: string, revision: number): KubeObject {
  const { name, namespace } = daemonSet.metadata;
  const { template, selector } = daemonSet.spec ?? { template: {}, selector: {} };
  return {
    apiVersion: 'apps/v1',
    kind: 'ControllerRevision',
    metadata: {
      name: `${name}-${hash}`,
      namespace: namespace ?? '',
      labels: { ...selector.matchLabels, [revisionLabel]: hash },
      ownerReferences: [controllerReference(daemonSet as KubeObject)],
    },
    data: { spec: { template: { ...template, $patch: 'replace' } } },
    revision,
  };
}
