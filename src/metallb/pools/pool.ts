/**
 * Address pools as the controller and the speakers read them from IPAddressPool objects.
 *
 * Models: MetalLB `internal/config/config.go` addressPoolFromCR and poolsFor, `internal/allocator/allocator.go` poolFor.
 * Differs: where MetalLB walks its pools in the random order of a Go map, the lab walks them in the order of their names.
 */
import type { Namespace } from 'kubernetes-types/core/v1.js';
import type { LabelSelector } from 'kubernetes-types/meta/v1.js';
import type { KubeObject, Stored } from '../../api/object.js';
import { type Labels, matchesSelector } from '../../api/selector.js';
import { type Address, type Block, blockContains, blocksOverlap, blockText, parseBlocks } from './address.js';
import { refuseDuplicateSelectors } from './selectors.js';

/** An IPAddressPool's `spec`. */
export interface PoolSpec {
  addresses?: string[];
  autoAssign?: boolean;
  avoidBuggyIPs?: boolean;
  serviceAllocation?: {
    priority?: number;
    namespaces?: string[];
    namespaceSelectors?: LabelSelector[];
    serviceSelectors?: LabelSelector[];
  };
}

export type IPAddressPool = KubeObject & { spec?: PoolSpec };

/** Which Services a pool is for. */
export interface Allocation {
  /** 0: after all others. */
  priority: number;
  /** By name, and those that a selector found. Empty: any may ask for the pool, and none is given it unasked. */
  namespaces: ReadonlySet<string>;
  /** Empty: any Service. */
  serviceSelectors: readonly LabelSelector[];
}

export interface Pool {
  name: string;
  blocks: readonly Block[];
  autoAssign: boolean;
  avoidBuggyIPs: boolean;
  /** Absent: for every Service that asks for no other. */
  allocation?: Allocation;
}

export type StoredNamespace = Stored<Namespace>;

/** @throws Error in MetalLB's words, prefixed with the pool */
function parsePool({ metadata: { name }, spec = {} }: IPAddressPool, namespaces: readonly StoredNamespace[]): Pool {
  try {
    const allocation = parseAllocation(spec.serviceAllocation, namespaces);
    return {
      name,
      blocks: parseAddresses(name, spec.addresses ?? []),
      autoAssign: spec.autoAssign ?? true,
      avoidBuggyIPs: spec.avoidBuggyIPs ?? false,
      ...(allocation && { allocation }),
    };
  } catch (error) {
    throw new Error(`parsing address pool ${name}: ${(error as Error).message}`);
  }
}

function parseAddresses(pool: string, texts: readonly string[]): Block[] {
  if (texts.length === 0) throw new Error('pool has no prefixes defined');
  return texts.flatMap((text) => {
    try {
      return parseBlocks(text);
    } catch (error) {
      throw new Error(`invalid CIDR ${JSON.stringify(text)} in pool "${pool}": ${(error as Error).message}`);
    }
  });
}

function parseAllocation(
  given: PoolSpec['serviceAllocation'],
  all: readonly StoredNamespace[],
): Allocation | undefined {
  if (!given) return undefined;
  const { priority = 0, namespaces = [], namespaceSelectors = [], serviceSelectors = [] } = given;
  if (new Set(namespaces).size < namespaces.length) throw new Error('duplicate definition in namespaces field');
  refuseDuplicateSelectors(namespaceSelectors, 'namespaceSelectors');
  refuseDuplicateSelectors(serviceSelectors, 'serviceSelectors');
  const everything = namespaces.length + namespaceSelectors.length + serviceSelectors.length === 0;
  const selected = all.filter(({ metadata }) =>
    namespaceSelectors.some((selector) => matchesSelector(selector, metadata.labels)),
  );
  return {
    priority,
    namespaces: new Set([...namespaces, ...selected.map(({ metadata }) => metadata.name)]),
    serviceSelectors: everything ? [{}] : serviceSelectors,
  };
}

/**
 * All pools, by name.
 * @throws Error for a pool that cannot be read, or whose addresses another has too
 */
export function parsePools(objects: readonly IPAddressPool[], namespaces: readonly StoredNamespace[]): Pool[] {
  const taken: Block[] = [];
  return objects.map((object) => {
    const pool = parsePool(object, namespaces);
    for (const block of pool.blocks) {
      const other = taken.find((one) => blocksOverlap(block, one));
      if (other) {
        const words = `overlaps with already defined CIDR "${blockText(other)}"`;
        throw new Error(`CIDR "${blockText(block)}" in pool "${pool.name}" ${words}`);
      }
      taken.push(block);
    }
    return pool;
  });
}

/** IPv4 addresses that end in 0 or 255, which some home routers drop. */
export function confusesBuggyFirmware({ family, value }: Address): boolean {
  const last = value & 0xffn;
  return family === 'ipv4' && (last === 0n || last === 255n);
}

/** The pool that holds all of the addresses, undefined when none does. */
export function poolOf(pools: readonly Pool[], addresses: readonly Address[]): Pool | undefined {
  return pools.find((pool) => addresses.every((address) => holds(pool, address)));
}

function holds(pool: Pool, address: Address): boolean {
  if (pool.avoidBuggyIPs && confusesBuggyFirmware(address)) return false;
  return pool.blocks.some((block) => blockContains(block, address));
}

/** Whether a Service may have addresses of the pool at all. */
export function serves({ allocation }: Pool, namespace: string, labels: Labels | undefined): boolean {
  if (!allocation) return true;
  if (allocation.namespaces.size > 0 && !allocation.namespaces.has(namespace)) return false;
  if (allocation.serviceSelectors.length === 0) return true;
  return allocation.serviceSelectors.some((selector) => matchesSelector(selector, labels));
}

/** Pools that are for this Service in particular, the most urgent first; priority 0 is the last. */
export function pinnedPools(pools: readonly Pool[], namespace: string, labels: Labels | undefined): Pool[] {
  const rank = (pool: Pool) => pool.allocation?.priority || Number.POSITIVE_INFINITY;
  const pinned = pools.filter(
    (pool) => pool.autoAssign && isPinned(pool, namespace) && serves(pool, namespace, labels),
  );
  return pinned.sort((a, b) => (rank(a) === rank(b) ? 0 : rank(a) - rank(b)));
}

/** One whose namespaceSelectors find no namespace, and that has no other selector, is pinned to nobody. */
function isPinned({ allocation }: Pool, namespace: string): boolean {
  if (!allocation) return false;
  return allocation.namespaces.has(namespace) || allocation.serviceSelectors.length > 0;
}
