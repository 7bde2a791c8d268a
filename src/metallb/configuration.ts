/**
 * MetalLB's configuration as the objects of its namespace give it.
 *
 * Models: `internal/k8s/controllers/{pool,config}_controller.go`: a configuration that cannot be parsed is not taken
 * over, and the one before stays in force. Admission refuses such a configuration, so here it counts as none.
 */
import type { Lister } from '../registry/contract.js';
import { metallbGroup } from './install.js';
import { type IPAddressPool, type Pool, parsePools, type StoredNamespace } from './pools/pool.js';

/** All pools, by name; none when they contradict each other. */
export function poolsOf(lister: Lister, namespace: string): Pool[] {
  const objects = lister.list<IPAddressPool>(metallbGroup, 'IPAddressPool', { namespace });
  try {
    return parsePools(objects, lister.list<StoredNamespace>('', 'Namespace'));
  } catch {
    return [];
  }
}
