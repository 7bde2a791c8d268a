/**
 * The addresses and the pool that a Service's author asks for, by annotation or field.
 * Source: MetalLB `controller/service.go` getDesiredLbIPs.
 */
import { annotationName, requested } from '../annotations.js';
import type { LoadBalancerService } from '../load-balancer-service.js';
import { type Address, parseAddress } from '../pools/address.js';
import { familyOf } from '../pools/family.js';

/** None, or those asked for; or why the request cannot be read. */
export function requestedAddresses({
  metadata,
  spec,
}: LoadBalancerService): { addresses: Address[] } | { error: string } {
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

/** Empty: any. */
export function requestedPool({ metadata }: LoadBalancerService): string {
  return requested(metadata.annotations, 'address-pool') ?? '';
}
