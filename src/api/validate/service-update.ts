/**
 * What a Service may not change into.
 *
 * Source: `ValidateServiceUpdate` and what it calls, Kubernetes 1.30. Services that become or were ExternalName may
 * change their addresses. A clusterIP that the user left out has been filled from the old object before (strategy).
 */
import type { Service, ServiceSpec } from 'kubernetes-types/core/v1.js';
import { type FieldError, forbidden, invalid } from '../field-error.js';
import { goStrings } from '../go-value.js';
import { needsHealthCheck } from './service.js';
import { isHeadless } from './service-addresses.js';

export function validateServiceUpdate(next: Service, previous: Service): FieldError[] {
  const [after, before] = [next.spec ?? {}, previous.spec ?? {}];
  return [
    ...clusterIPChanges(after, before),
    ...familyChanges(after, before),
    ...classChanges(after, before),
    ...healthCheckChanges(after, before),
  ];
}

function eitherExternalName(after: ServiceSpec, before: ServiceSpec): boolean {
  return after.type === 'ExternalName' || before.type === 'ExternalName';
}

const fixed = 'may not change once set';

function clusterIPChanges(after: ServiceSpec, before: ServiceSpec): FieldError[] {
  if (eitherExternalName(after, before) || (isHeadless(after) && isHeadless(before))) return [];
  const [next, old] = [after.clusterIPs ?? [], before.clusterIPs ?? []];
  const shown = goStrings(after.clusterIPs);
  if (next.length === old.length) {
    return old.flatMap((address, i) => (address === next[i] ? [] : [invalid(`spec.clusterIPs[${i}]`, shown, fixed)]));
  }
  const unset = next.length === 0 ? [invalid('spec.clusterIPs[0]', shown, 'primary clusterIP can not be unset')] : [];
  const released = next.length === 1 && old.length > 1 ? releaseErrors(after, 'clusterIP') : [];
  return [...unset, ...primaryChange('spec.clusterIPs[0]', next, old, shown), ...released];
}

function primaryChange(field: string, next: readonly string[], old: readonly string[], shown: unknown): FieldError[] {
  return next.length > 0 && old.length > 0 && next[0] !== old[0] ? [invalid(field, shown, fixed)] : [];
}

/** Giving up the second family has to be asked for. */
function releaseErrors({ ipFamilyPolicy }: ServiceSpec, what: 'clusterIP' | 'ipFamily'): FieldError[] {
  if (ipFamilyPolicy === 'SingleStack') return [];
  const text = `must be set to 'SingleStack' when releasing the secondary ${what}`;
  return [invalid('spec.ipFamilyPolicy', ipFamilyPolicy, text)];
}

function familyChanges(after: ServiceSpec, before: ServiceSpec): FieldError[] {
  if (eitherExternalName(after, before) || isHeadless(after) || isHeadless(before)) return [];
  const [next, old] = [after.ipFamilies ?? [], before.ipFamilies ?? []];
  const field = 'spec.ipFamilies[0]';
  const families = goStrings(after.ipFamilies, '[]core.IPFamily');
  if (next.length === old.length) {
    return old.flatMap((family, i) => (family === next[i] ? [] : [invalid(field, families, fixed)]));
  }
  const addresses = after.clusterIPs ?? [];
  const unset = addresses.length === 0 ? [invalid(field, families, 'primary ipFamily can not be unset')] : [];
  const released = next.length === 1 ? releaseErrors(after, 'ipFamily') : [];
  const fewer = old.length > next.length ? [...unset, ...released] : [];
  return [...primaryChange(field, next, old, goStrings(after.clusterIPs)), ...fewer];
}

function classChanges(after: ServiceSpec, before: ServiceSpec): FieldError[] {
  if (after.type !== 'LoadBalancer' || before.type !== 'LoadBalancer') return [];
  if (after.loadBalancerClass === before.loadBalancerClass) return [];
  return [invalid('spec.loadBalancerClass', after.loadBalancerClass, fixed)];
}

function healthCheckChanges(after: ServiceSpec, before: ServiceSpec): FieldError[] {
  if (!needsHealthCheck(after) || !needsHealthCheck(before)) return [];
  const same = (after.healthCheckNodePort ?? 0) === (before.healthCheckNodePort ?? 0);
  return same ? [] : [forbidden('spec.healthCheckNodePort', 'field is immutable')];
}
