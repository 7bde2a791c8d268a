/**
 * ipFamilyPolicy and ipFamilies of a Service, on a cluster that has IPv4 only.
 *
 * Source: `pkg/registry/core/service/storage/alloc.go` initIPFamilyFields.
 * Differs: the lab's clusters are single-stack IPv4; a Service of IPv6 or of two families is refused as such a cluster refuses it, and PreferDualStack gets an IPv4 address.
 */
import { goStrings } from '../../api/go-value.js';
import type { StatusCause } from '../../api/status.js';
import { isIPv6 } from '../../api/validate/values.js';
import { cause } from '../refusal.js';
import { hasSelector, isHeadless, type Spec } from './service-needs.js';

/** Fills in what the user left out. What it returns are reasons to look no further. */
export function fillFamilies(spec: Spec): StatusCause[] {
  // Headless without a selector may have addresses of any family: they are whatever its EndpointSlices hold.
  const isFree = isHeadless(spec) && !hasSelector(spec);
  spec.ipFamilyPolicy ??= isFree ? 'RequireDualStack' : 'SingleStack';
  const refused = [...policyRefusals(spec), ...foreignAddresses(spec)];
  if (refused.length > 0) return refused;
  if (!isFree) refused.push(...clusterRefusals(spec));
  const [first = 'IPv4', ...more] = spec.ipFamilies ?? [];
  const second = isFree && spec.ipFamilyPolicy !== 'SingleStack' ? [first === 'IPv4' ? 'IPv6' : 'IPv4'] : [];
  spec.ipFamilies = [first, ...(more.length > 0 ? more : second)];
  return refused;
}

/** Two of something under a policy of one. */
function policyRefusals({ ipFamilyPolicy, clusterIPs = [], ipFamilies = [] }: Spec): StatusCause[] {
  if (ipFamilyPolicy !== 'SingleStack') return [];
  const twice = [
    ...(clusterIPs.length === 2 ? ['cluster IPs'] : []),
    ...(ipFamilies.length === 2 ? ['IP families'] : []),
  ];
  return twice.map((what) =>
    policyCause(ipFamilyPolicy, `must be 'RequireDualStack' or 'PreferDualStack' when multiple ${what} are specified`),
  );
}

/** Addresses whose family is named by nothing else. */
function foreignAddresses({ clusterIPs = [], ipFamilies = [] }: Spec): StatusCause[] {
  return clusterIPs.flatMap((address, index) => {
    if (index < ipFamilies.length || !isIPv6(address)) return [];
    const why = 'IPv6 is not configured on this cluster';
    return [cause('FieldValueInvalid', `spec.clusterIPs[${index}]`, goStrings(clusterIPs), why)];
  });
}

function clusterRefusals({ ipFamilyPolicy, ipFamilies = [] }: Spec): StatusCause[] {
  const dual = ipFamilyPolicy === 'RequireDualStack';
  const policy = dual ? [policyCause(ipFamilyPolicy, 'this cluster is not configured for dual-stack services')] : [];
  const foreign = ipFamilies.flatMap((family, index) => {
    if (family !== 'IPv6') return [];
    return [cause('FieldValueInvalid', `spec.ipFamilies[${index}]`, family, 'not configured on this cluster')];
  });
  return [...policy, ...foreign];
}

function policyCause(value: string, why: string): StatusCause {
  return cause('FieldValueInvalid', 'spec.ipFamilyPolicy', value, why);
}
