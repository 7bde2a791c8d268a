/**
 * clusterIP, clusterIPs, ipFamilies and ipFamilyPolicy of a Service, as they must fit together.
 *
 * Source: `ValidateServiceClusterIPsRelatedFields`, Kubernetes 1.30. Expects `clusterIPs` to have been filled from
 * `clusterIP` (`normalizeClusterIPs` of the Service strategy).
 */
import type { ServiceSpec } from 'kubernetes-types/core/v1.js';
import { duplicate, type FieldError, invalid, notSupported, required } from '../field-error.js';
import { goStrings } from '../go-value.js';
import { isIPv6, validIP } from './values.js';

const families = ['IPv4', 'IPv6'];
const policies = ['PreferDualStack', 'RequireDualStack', 'SingleStack'];

const field = 'spec.clusterIPs';

/** No virtual address: clients get the pods' own. */
export function isHeadless({ clusterIPs = [] }: ServiceSpec): boolean {
  return clusterIPs.length === 1 && clusterIPs[0] === 'None';
}

export function clusterIPErrors(spec: ServiceSpec): FieldError[] {
  if (spec.type === 'ExternalName') return [];
  const addresses = addressErrors(spec.clusterIPs ?? []);
  const count = (spec.clusterIPs ?? []).length > 2 ? [aboutAll(spec, 'may only hold up to 2 values')] : [];
  const alone = [...syncErrors(spec), ...familyErrors(spec), ...addresses, ...count];
  return addresses.length > 0 ? alone : [...alone, ...togetherErrors(spec)];
}

function aboutAll({ clusterIPs }: ServiceSpec, text: string): FieldError {
  return invalid(field, goStrings(clusterIPs), text);
}

function syncErrors(spec: ServiceSpec): FieldError[] {
  const { clusterIP, clusterIPs = [] } = spec;
  if (!clusterIP)
    return clusterIPs.length > 0 ? [aboutAll(spec, 'must be empty when `clusterIP` is not specified')] : [];
  if (clusterIPs.length === 0) return [required(field)];
  return clusterIPs[0] === clusterIP ? [] : [aboutAll(spec, 'first value must match `clusterIP`')];
}

function familyErrors({ ipFamilies = [], ipFamilyPolicy }: ServiceSpec): FieldError[] {
  const errors = ipFamilies.flatMap((family, i) => [
    ...(families.includes(family) ? [] : [notSupported(`spec.ipFamilies[${i}]`, family, families)]),
    ...(ipFamilies.indexOf(family) < i ? [duplicate(`spec.ipFamilies[${i}]`, family)] : []),
  ]);
  if (ipFamilyPolicy === undefined || policies.includes(ipFamilyPolicy)) return errors;
  return [...errors, notSupported('spec.ipFamilyPolicy', ipFamilyPolicy, policies)];
}

function addressErrors(clusterIPs: readonly string[]): FieldError[] {
  return clusterIPs.flatMap((address, i) => {
    if (i > 0 || address !== 'None') return validIP(`${field}[${i}]`, address);
    const text = "'None' must be the first and only value";
    return clusterIPs.length > 1 ? [invalid(field, goStrings(clusterIPs), text)] : [];
  });
}

/** Families of addresses that are valid one by one. */
function togetherErrors(spec: ServiceSpec): FieldError[] {
  const { clusterIPs = [], ipFamilies = [] } = spec;
  const kinds = new Set(clusterIPs.map(isIPv6));
  const oneEach = clusterIPs.length < 2 || (clusterIPs.length === 2 && kinds.size === 2) || kinds.size === 2;
  const errors = oneEach ? [] : [aboutAll(spec, 'may specify no more than one IP for each IP family')];
  if (isHeadless(spec)) return errors;
  const mismatches = clusterIPs.flatMap((address, i) => {
    const family = ipFamilies[i];
    if (family === undefined || !families.includes(family) || (family === 'IPv6') === isIPv6(address)) return [];
    return [invalid(`${field}[${i}]`, address, `expected an ${family} value as indicated by \`ipFamilies[${i}]\``)];
  });
  return [...errors, ...mismatches];
}
