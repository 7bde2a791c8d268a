/**
 * One Service brought to the addresses it should have: what the controller does each time it looks.
 *
 * Models: MetalLB `controller/service.go` convergeBalancer and allocateIPs, step by step.
 * Differs: the lab's clusters are IPv4 only, so second addresses of dual-stack Services are never looked for.
 */
import { type LoadBalancerService, serviceKey, statusAddresses } from '../load-balancer-service.js';
import { type Address, addressText, type Family, parseAddress, quoted } from '../pools/address.js';
import {
  type Allocated,
  allocate,
  allocateFromPool,
  assign,
  claimsBefore,
  type Demand,
  type Ledger,
} from '../pools/allocator.js';
import { familyOf } from '../pools/family.js';
import type { Pool } from '../pools/pool.js';
import { demandOf } from './demand.js';
import { requestedAddresses, requestedPool } from './request.js';

export interface ConvergeEvent {
  type: 'Normal' | 'Warning';
  reason: string;
  message: string;
}

export interface Convergence {
  /** What `status.loadBalancer.ingress` should hold; empty clears it. */
  addresses: string[];
  pool?: string;
  events: ConvergeEvent[];
  /** It keeps what it has: the request is wrong, or there is nothing to do. */
  untouched?: boolean;
}

/** What a Service of type LoadBalancer should have. `ledger` holds the claims of all Services. */
export function converge(service: LoadBalancerService, pools: readonly Pool[], ledger: Ledger): Convergence {
  const { clusterIP, clusterIPs = [] } = service.spec ?? {};
  if (pools.length === 0 || (!clusterIP && clusterIPs.length === 0)) return { addresses: [], events: [] };
  const kept = keep(service, pools, ledger);
  return kept.untouched || kept.addresses.length > 0 ? kept : choose(service, pools, ledger, kept.events);
}

/** The addresses it has already, as far as the configuration still allows them. */
function keep(service: LoadBalancerService, pools: readonly Pool[], ledger: Ledger): Convergence {
  const addresses = statusAddresses(service);
  const current = addresses.flatMap((text) => parseAddress(text) ?? []);
  if (current.length === 0) return { addresses: [], events: [] };
  const misfit = familyMisfit(service, current);
  if (misfit) return { addresses: [], events: misfit };
  const before = claimsBefore(ledger, addresses, Number(service.metadata.resourceVersion ?? 0));
  const assigned = assign(pools, before, demandOf(service), current);
  const events: ConvergeEvent[] = [];
  if ('error' in assigned) {
    const key = serviceKey(service);
    const message = `current IP for "${key}" not allowed by config, will attempt for new IP assignment: ${assigned.error}`;
    events.push({ type: 'Normal', reason: 'ClearAssignment', message });
  }
  const desired = requestedAddresses(service);
  if ('error' in desired) {
    const message = `invalid requested loadbalancer IPs: ${desired.error}`;
    events.push({ type: 'Warning', reason: 'LoadBalancerFailed', message });
    return { addresses, events, untouched: true };
  }
  if ('error' in assigned || isElsewhere(service, assigned) || isOther(current, desired.addresses)) {
    return { addresses: [], events };
  }
  return { ...assigned, events };
}

/** What there is to say of addresses that are not of the Service's family; undefined when they are. */
function familyMisfit(service: LoadBalancerService, current: readonly Address[]): ConvergeEvent[] | undefined {
  const given = familyOf(current);
  if ('family' in given) return given.family === serviceFamily(service) ? undefined : [];
  const texts = quoted(current.map(addressText));
  const message = `Failed to retrieve LBIPs IPFamily for ${texts}: ${given.error}`;
  return [{ type: 'Warning', reason: 'nolbIPsIPFamily', message }];
}

function isElsewhere(service: LoadBalancerService, assigned: { pool: string }): boolean {
  const pool = requestedPool(service);
  return pool !== '' && pool !== assigned.pool;
}

function isOther(current: readonly Address[], desired: readonly Address[]): boolean {
  const texts = (addresses: readonly Address[]) => addresses.map(addressText).sort().join();
  return desired.length > 0 && texts(current) !== texts(desired);
}

function choose(
  service: LoadBalancerService,
  pools: readonly Pool[],
  ledger: Ledger,
  events: readonly ConvergeEvent[],
): Convergence {
  const given = allocateFor(service, pools, ledger);
  if ('error' in given) {
    const message = `Failed to allocate IP for "${serviceKey(service)}": ${given.error}`;
    return { addresses: [], events: [...events, { type: 'Warning', reason: 'AllocationFailed', message }] };
  }
  const message = `Assigned IP ${quoted(given.addresses)}`;
  return { ...given, events: [...events, { type: 'Normal', reason: 'IPAllocated', message }] };
}

function allocateFor(service: LoadBalancerService, pools: readonly Pool[], ledger: Ledger): Allocated {
  const desired = requestedAddresses(service);
  if ('error' in desired) return desired;
  const demand = demandOf(service);
  const family = serviceFamily(service);
  const pool = requestedPool(service);
  if (desired.addresses.length > 0) return assignDesired(pools, ledger, demand, desired.addresses, { family, pool });
  if (pool !== '') return allocateFromPool(pools, ledger, demand, family, pool);
  return allocate(pools, ledger, demand, family);
}

function assignDesired(
  pools: readonly Pool[],
  ledger: Ledger,
  demand: Demand,
  addresses: readonly Address[],
  { family, pool }: { family: Family; pool: string },
): Allocated {
  const texts = quoted(addresses.map(addressText));
  if (addresses.some((address) => address.family !== family)) {
    return { error: `requested loadBalancer IP(s) ${texts} does not match the ipFamily of the service` };
  }
  const assigned = assign(pools, ledger, demand, addresses);
  if ('error' in assigned || pool === '' || assigned.pool === pool) return assigned;
  return { error: `requested loadBalancer IP(s) ${texts} is not compatible with requested address pool ${pool}` };
}

function serviceFamily({ spec }: LoadBalancerService): Family {
  return parseAddress(spec?.clusterIPs?.[0] ?? spec?.clusterIP ?? '')?.family ?? 'ipv4';
}
