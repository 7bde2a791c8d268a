/**
 * Namespaces and nodes.
 *
 * Source: `ValidateNamespace`, `ValidateNode`, `ValidateNodeUpdate`, Kubernetes 1.30.
 */
import type { Namespace, Node } from 'kubernetes-types/core/v1.js';
import { duplicate, type FieldError, forbidden, invalid, invalidEach } from '../field-error.js';
import { goStrings } from '../go-value.js';
import { qualifiedNameFormat } from '../names.js';
import { unqualifiedFinalizer } from './meta.js';
import { taintErrors } from './taint.js';
import { isIPv6, sameValue, validCIDR } from './values.js';

export function validateNamespace({ spec }: Namespace): FieldError[] {
  const field = 'spec.finalizers';
  return (spec?.finalizers ?? []).flatMap((finalizer) => [
    ...invalidEach(field, finalizer, qualifiedNameFormat(finalizer)),
    ...unqualifiedFinalizer(field, finalizer),
  ]);
}

export function validateNode({ spec }: Node): FieldError[] {
  const { taints = [], podCIDRs = [] } = spec ?? {};
  const field = 'spec.podCIDRs';
  const families = new Set(podCIDRs.map((cidr) => isIPv6(cidr.split('/')[0] ?? '')));
  const tooMany = podCIDRs.length > 2 || (podCIDRs.length === 2 && families.size < 2);
  return [
    ...taintErrors('metadata.taints', taints),
    ...podCIDRs.flatMap((cidr, i) => validCIDR(`${field}[${i}]`, cidr)),
    ...(tooMany ? [invalid(field, goStrings(podCIDRs), 'may specify no more than one CIDR for each IP family')] : []),
    ...podCIDRs.flatMap((cidr, i) => (podCIDRs.indexOf(cidr) < i ? [duplicate(`${field}[${i}]`, cidr)] : [])),
  ];
}

export function validateNodeUpdate(next: Node, previous: Node): FieldError[] {
  const [after, before] = [next.spec ?? {}, previous.spec ?? {}];
  const hadBlocks = (before.podCIDRs ?? []).length > 0;
  const blocks = hadBlocks && !sameValue(after.podCIDRs, before.podCIDRs);
  const provider = Boolean(before.providerID) && after.providerID !== before.providerID;
  return [
    ...(blocks ? [onlyFromEmpty('spec.podCIDRs', 'podCIDR')] : []),
    ...(provider ? [onlyFromEmpty('spec.providerID', 'providerID')] : []),
  ];
}

function onlyFromEmpty(field: string, what: string): FieldError {
  return forbidden(field, `node updates may not change ${what} except from "" to valid`);
}
