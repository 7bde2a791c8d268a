/**
 * One Service brought to the addresses it should have: what the controller does each time it looks.
 *
 * Models: MetalLB `controller/service.go` convergeBalancer and allocateIPs, step by step.
 * Differs: the lab's clusters are IPv4 only, so second addresses of dual-stack Services are never looked for.
 */
import type { Service } from 'kubernetes-types/core/v1.js';
import type { Stored } from '../../api/object.js';
import { annotationName, requested } from '../annotations.js';
import { type Address, addressText, type Family, parseAddress } from '../pools/address.js';
import {
  type Allocated,
  allocate,
  allocateFromPool,
  assign,
  type Claim,
  claimsBefore,
  type Demand,
  type Ledger,
  quoted,
} from '../pools/allocator.js';
import { familyOf } from '../pools/family.js';
import type { Pool } from '../pools/pool.js';

export type LoadBalancerService = Stored<Service>;

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

export function serviceKey({ metadata }: Pick<LoadBalancerService, 'metadata'>): string {
  return `${metadata.namespace ?? ''}/${metadata.name}`;
}

/** What a Service wants to use an address for. Source: `internal/allocator/k8salloc`. */
export function demandOf(service: LoadBalancerService): Demand {
  const { metadata, spec = {} } = service;
  return {
    service: serviceKey(service),
    namespace: metadata.namespace ?? '',
    labels: metadata.labels,
    ports: (spec.ports ?? []).map(({ protocol = 'TCP', port }) => `${protocol}/${port}`),
    sharing: requested(metadata.annotations, 'allow-shared-ip') ?? '',
    backend: spec.externalTrafficPolicy === 'Local' ? selectorText(spec.selector ?? {}) : '',
  };
}

function selectorText(selector: Record<string, string>): string {
  const pairs = Object.entries(selector).map(([key, value]) => `${key}=${value}`);
  return pairs.sort().join(',');
}

/** The addresses in a Service's status. */
export function statusAddresses({ status }: LoadBalancerService): string[] {
  return (status?.loadBalancer?.ingress ?? []).flatMap(({ ip }) => (ip ? [ip] : []));
}

/** The claim that a Service's status makes; undefined when it has no address. */
export function claimOf(service: LoadBalancerService): Claim | undefined {
  const addresses = statusAddresses(service);
  const written = Number(service.metadata.resourceVersion ?? 0);
  return addresses.length === 0 ? undefined : { ...demandOf(service), addresses, written };
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
  const desired = desiredAddresses(service);
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

function isElsewhere({ metadata }: LoadBalancerService, assigned: { pool: string }): boolean {
  const pool = requested(metadata.annotations, 'address-pool');
  return pool !== undefined && pool !== '' && pool !== assigned.pool;
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
  const desired = desiredAddresses(service);
  if ('error' in desired) return desired;
  const demand = demandOf(service);
  const family = serviceFamily(service);
  const pool = requested(service.metadata.annotations, 'address-pool') ?? '';
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

/** The addresses that the user asks for by annotation or field. */
function desiredAddresses({ metadata, spec }: LoadBalancerService): { addresses: Address[] } | { error: string } {
  const text = requested(metadata.annotations, 'loadBalancerIPs') ?? '';
  const field = spec?.loadBalancerIP ?? '';
  const name = annotationName('loadBalancerIPs');
  if (text !== '' && field !== '') return { error: `service can not have both ${name} and svc.Spec.LoadBalancerIP` };
  if (text !== '') return parseAll(text.split(','), `invalid ${name}: "${text}"`);
  return field === '' ? { addresses: [] } : parseAll([field], `invalid spec.loadBalancerIP "${field}"`);
}

function parseAll(texts: readonly string[], error: string): { addresses: Address[] } | { error: string } {
  const addresses = texts.flatMap((text) => parseAddress(text.trim()) ?? []);
  if (addresses.length < texts.length) return { error };
  const together = familyOf(addresses);
  return 'error' in together ? together : { addresses };
}
