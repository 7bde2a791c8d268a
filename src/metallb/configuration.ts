/**
 * MetalLB's configuration as the objects of its namespace give it.
 *
 * Models: `internal/k8s/controllers/{pool,config}_controller.go`: a configuration that cannot be parsed is not taken
 * over, and the one before stays in force.
 * Differs: admission refuses such a configuration. Where its webhooks have been deleted, the pool that was written last is left out, which is what MetalLB does with a new pool; of a pool that was changed MetalLB remembers the earlier form, the lab does not.
 */
import type { Lister } from '../registry/contract.js';
import { metallbGroup } from './install.js';
import { type IPAddressPool, type Pool, parsePools, type StoredNamespace } from './pools/pool.js';

/** All pools, by name, that do not contradict those written before them. */
export function poolsOf(lister: Lister, namespace: string): Pool[] {
  const objects = lister.list<IPAddressPool>(metallbGroup, 'IPAddressPool', { namespace });
  return readablePools(objects, lister.list<StoredNamespace>('', 'Namespace'));
}

function readablePools(objects: readonly IPAddressPool[], namespaces: readonly StoredNamespace[]): Pool[] {
  try {
    return parsePools(objects, namespaces);
  } catch {
    const last = Math.max(...objects.map(versionOf));
    return readablePools(
      objects.filter((object) => versionOf(object) < last),
      namespaces,
    );
  }
}

function versionOf({ metadata }: IPAddressPool): number {
  return Number(metadata.resourceVersion);
}
