/**
 * Pinned pod addresses that no pod could ever have: said when the manifest is applied, where a real cluster would only
 * leave the pod in ContainerCreating.
 */
import type { Pod } from 'kubernetes-types/core/v1.js';
import { type FieldError, invalid } from '../api/field-error.js';
import type { ManifestDocument } from '../api/manifest.js';
import { fieldProblem, objectText, type Problem } from '../api/problem.js';
import type { ClusterConfig } from '../model/cluster-config.js';
import { nodeOfAddress, pinnedAddress, pinnedAddressAnnotation } from '../model/pod-addresses.js';
import { nodeBlocks } from '../model/pod-addresses-blocks.js';

const field = `metadata.annotations[${pinnedAddressAnnotation}]`;

/** The problems of all Pods among the documents. */
export function pinnedAddressProblems(config: ClusterConfig, documents: readonly ManifestDocument[]): Problem[] {
  return documents.flatMap((document) => {
    const error = document.object.kind === 'Pod' ? pinError(config, document.object as unknown as Pod) : undefined;
    return error ? [fieldProblem(document, objectText(document.object), error)] : [];
  });
}

function pinError(config: ClusterConfig, { metadata, spec }: Pod): FieldError | undefined {
  const pinned = pinnedAddress(metadata?.annotations);
  if (!pinned) return undefined;
  const written = metadata?.annotations?.[pinnedAddressAnnotation];
  if ('error' in pinned) return invalid(field, written, pinned.error);
  const owner = nodeOfAddress(nodeBlocks(config), pinned.address);
  const node = spec?.nodeName ?? spec?.nodeSelector?.['kubernetes.io/hostname'];
  if (owner !== undefined && (node === undefined || node === owner)) return undefined;
  const blocks = config.nodes.filter(({ name }) => node === undefined || name === node);
  const allowed = blocks.map(({ name, podBlock }) => `${name} ${podBlock}`).join(', ');
  return invalid(field, written, `must be an address of the node's block (${allowed})`);
}
