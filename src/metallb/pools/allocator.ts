/**
 * Which address a Service gets: the rules of sharing and the walk through the pools.
 *
 * Models: MetalLB `internal/allocator/allocator.go`. It keeps no state: who has what is read from the Services' status,
 * so nothing can be lost or leak, and a restart changes nothing.
 */
import type { Labels } from '../../api/selector.js';
import { type Address, addressText, blockSize, type Family, quoted } from './address.js';
import { confusesBuggyFirmware, type Pool, pinnedPools, poolOf, serves } from './pool.js';

/** What a Service wants to do with an address. */
export interface Demand {
  /** `namespace/name`. */
  service: string;
  namespace: string;
  labels: Labels | undefined;
  /** `TCP/80`. */
  ports: readonly string[];
  /** Value of the annotation allow-shared-ip; empty: none. */
  sharing: string;
  /** Same backends, same key: the selector under policy Local, empty under Cluster. */
  backend: string;
}

/** A Service that has addresses. */
export interface Claim extends Demand {
  addresses: readonly string[];
  /** When it was written last, in the order of the store: its resourceVersion. */
  written: number;
}

/** Who uses an address, besides the Service that asks. */
export type Ledger = ReadonlyMap<string, readonly Claim[]>;

export function ledgerOf(claims: readonly Claim[]): Ledger {
  const ledger = new Map<string, Claim[]>();
  for (const claim of claims) {
    for (const address of claim.addresses) ledger.set(address, [...(ledger.get(address) ?? []), claim]);
  }
  return ledger;
}

/**
 * The claims that were there before a Service was written: of two that contradict each other the later one yields. MetalLB's
 * allocator remembers what it agreed to; a status does not say, but a contradiction never outlives the write that makes it.
 */
export function claimsBefore(ledger: Ledger, addresses: readonly string[], written: number): Ledger {
  const earlier = (claims: readonly Claim[]) => claims.filter((claim) => claim.written < written);
  return new Map(addresses.map((address) => [address, earlier(ledger.get(address) ?? [])]));
}

/** Why the Service cannot use an address that others have, or undefined. */
function sharingRefusal(ledger: Ledger, demand: Demand, address: string): string | undefined {
  const others = (ledger.get(address) ?? []).filter(({ service }) => service !== demand.service);
  const [existing] = others;
  if (!existing) return undefined;
  if (!canShare(existing, demand)) {
    const names = others.map(({ service }) => service).join(',');
    return `can't change sharing key for "${demand.service}", address also in use by ${names}`;
  }
  const taken = demand.ports.find((port) => others.some(({ ports }) => ports.includes(port)));
  return taken && `port ${taken} is already in use on "${address}"`;
}

function canShare(existing: Demand, wanted: Demand): boolean {
  return existing.sharing !== '' && existing.sharing === wanted.sharing && existing.backend === wanted.backend;
}

/** The result of asking for addresses: them and their pool, or why not, in MetalLB's words. */
export type Allocated = { addresses: string[]; pool: string } | { error: string };

/** Gives the Service exactly these addresses, if it may have them. */
export function assign(pools: readonly Pool[], ledger: Ledger, demand: Demand, wanted: readonly Address[]): Allocated {
  const addresses = wanted.map(addressText);
  const pool = poolOf(pools, wanted);
  if (!pool) return { error: `${quoted(addresses)} is not allowed in config` };
  if (!serves(pool, demand.namespace, demand.labels)) {
    return { error: `pool ${pool.name} not compatible for ip assignment` };
  }
  const refusal = addresses.map((address) => sharingRefusal(ledger, demand, address)).find((one) => one);
  return refusal ? { error: refusal } : { addresses, pool: pool.name };
}

/** An address of the Service's family from one pool. */
export function allocateFromPool(
  pools: readonly Pool[],
  ledger: Ledger,
  demand: Demand,
  family: Family,
  name: string,
): Allocated {
  const pool = pools.find((one) => one.name === name);
  if (!pool) return { error: `unknown pool "${name}"` };
  const address = firstFree(pool, ledger, demand, family);
  if (address) return assign(pools, ledger, demand, [address]);
  // MetalLB looks for one of each family, is content with either, and then goes on with the one that it has not.
  const other = firstFree(pool, ledger, demand, family === 'ipv4' ? 'ipv6' : 'ipv4');
  return { error: other ? `${quoted(['<nil>'])} is not allowed in config` : `no available IPs in pool ${name}` };
}

/** An address from the pools pinned to the Service, else from those that are for everybody. */
export function allocate(pools: readonly Pool[], ledger: Ledger, demand: Demand, family: Family): Allocated {
  const forAll = pools.filter(({ autoAssign, allocation }) => autoAssign && !allocation);
  for (const pool of [...pinnedPools(pools, demand.namespace, demand.labels), ...forAll]) {
    const address = firstFree(pool, ledger, demand, family);
    const given = address && assign(pools, ledger, demand, [address]);
    if (given && 'addresses' in given) return given;
  }
  return { error: 'no available IPs' };
}

/** The lowest address, blocks in the order of the pool's list, that nobody has or that may be shared. */
function firstFree(pool: Pool, ledger: Ledger, demand: Demand, family: Family): Address | undefined {
  for (const block of pool.blocks) {
    if (block.family !== family) continue;
    const end = block.first + blockSize(block);
    for (let value = block.first; value < end; value += 1n) {
      const address = { family, value };
      if (pool.avoidBuggyIPs && confusesBuggyFirmware(address)) continue;
      if (sharingRefusal(ledger, demand, addressText(address)) === undefined) return address;
    }
  }
  return undefined;
}
