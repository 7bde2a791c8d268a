/**
 * Addresses and names of load balancers: hashes of the Service's name, so that they are the same in every run.
 */
import { addressNumber, addressText, blockOf, holds } from '../model/address-block.js';
import { privateRange, publicRange } from '../model/cloud-ranges.js';
import { digestOf, pick } from '../model/derive.js';
import type { CloudService } from './contract.js';

/** Where the course is held. */
const region = 'ap-northeast-2';

/** The first address is the network's, the last its broadcast address. */
const usable = 254;

/** `namespace/name`. */
export function serviceKey({ metadata }: CloudService): string {
  return `${metadata.namespace ?? ''}/${metadata.name}`;
}

/** The load balancer's place in its ranges, by Service. What a status holds already stays; then by hash, in the order of names. */
export function assignPlaces(services: readonly CloudService[], seed: number): Map<string, number> {
  const places = new Map<string, number>();
  const taken = new Set<number>();
  const give = (key: string, place: number) => {
    places.set(key, place);
    taken.add(place);
  };
  const sorted = [...services].sort((a, b) => (serviceKey(a) < serviceKey(b) ? -1 : 1));
  for (const service of sorted) {
    const held = heldPlace(service);
    if (held !== undefined && !taken.has(held)) give(serviceKey(service), held);
  }
  for (const key of sorted.map(serviceKey).filter((one) => !places.has(one))) {
    const place = freePlace(pick(seed, `load-balancer/${key}`, usable), taken);
    if (place !== undefined) give(key, place);
  }
  return places;
}

function freePlace(start: number, taken: ReadonlySet<number>): number | undefined {
  for (let step = 0; step < usable; step += 1) {
    const place = 1 + ((start + step) % usable);
    if (!taken.has(place)) return place;
  }
  return undefined;
}

/** From an address in the status, or one that is asked for. */
function heldPlace({ spec, status }: CloudService): number | undefined {
  return placeOf(spec?.loadBalancerIP) ?? placeOf(status?.loadBalancer?.ingress?.[0]?.ip);
}

/** The place of an address in one of the ranges. */
export function placeOf(address: string | undefined): number | undefined {
  const number = addressNumber(address ?? '');
  const range = [publicRange, privateRange].map(blockOf).find((block) => number !== undefined && holds(block, number));
  const place = range && number !== undefined ? number - range.first : 0;
  return place > 0 && place <= usable ? place : undefined;
}

export function publicAddress(place: number): string {
  return addressText(blockOf(publicRange).first + place);
}

export function privateAddress(place: number): string {
  return addressText(blockOf(privateRange).first + place);
}

/** Source: `k8s.io/cloud-provider` cloud.go, DefaultLoadBalancerName. */
export function balancerName({ metadata }: CloudService): string {
  return `a${(metadata.uid ?? '').replaceAll('-', '')}`.slice(0, 32);
}

/** Source: AWS Load Balancer Controller `pkg/service/model_build_load_balancer.go`, buildLoadBalancerName. */
export function controllerBalancerName({ metadata }: CloudService): string {
  const part = (text: string) => text.replace(/[^a-z0-9]/gi, '').slice(0, 8);
  const hash = digestOf('load-balancer-name', metadata.uid ?? '').slice(0, 10);
  return `k8s-${part(metadata.namespace ?? '')}-${part(metadata.name)}-${hash}`;
}

/** `NAME-1234567890.REGION.elb.amazonaws.com`, as classic load balancers are called. */
export function classicHostname(name: string, internal: boolean): string {
  const digits = String(Number.parseInt(digestOf('classic', name).slice(0, 12), 16))
    .slice(-10)
    .padStart(10, '1');
  return `${internal ? 'internal-' : ''}${name}-${digits}.${region}.elb.amazonaws.com`;
}

/** `NAME-0123456789abcdef.elb.REGION.amazonaws.com`, as network load balancers are called. */
export function networkHostname(name: string): string {
  return `${name}-${digestOf('network', name).slice(0, 16)}.elb.${region}.amazonaws.com`;
}
