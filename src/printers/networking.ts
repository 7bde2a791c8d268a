/**
 * Ingresses, IngressClasses, NetworkPolicies.
 *
 * Source: `pkg/printers/internalversion/printers.go`, `printIngress`, `formatHosts`, `printIngressClass`.
 */
import type { Ingress, IngressClass, IngressRule, NetworkPolicy } from 'kubernetes-types/networking/v1.js';
import { formatSelector, loadBalancerAddresses, none } from './format.js';
import { age, ageColumn, column, nameColumn, nameOf, printer } from './printer.js';

const shownHosts = 3;

/** Upstream counts rules, not hosts, for the remainder; kept. */
function ingressHosts(rules: readonly IngressRule[]): string {
  const hosts: string[] = [];
  let more = false;
  for (const { host } of rules) {
    if (hosts.length === shownHosts) more = true;
    if (!more && host) hosts.push(host);
  }
  if (hosts.length === 0) return '*';
  return more ? `${hosts.join(',')} + ${rules.length - shownHosts} more...` : hosts.join(',');
}

export const ingressPrinter = printer<Ingress>(
  [nameColumn, ...['Class', 'Hosts', 'Address', 'Ports'].map((name) => column(name)), ageColumn],
  (ingress, context) => [
    nameOf(ingress),
    ingress.spec?.ingressClassName ?? none,
    ingressHosts(ingress.spec?.rules ?? []),
    loadBalancerAddresses(ingress.status?.loadBalancer?.ingress).join(','),
    (ingress.spec?.tls ?? []).length > 0 ? '80, 443' : '80',
    age(ingress, context),
  ],
);

function classParameters({ spec }: IngressClass): string {
  const parameters = spec?.parameters;
  if (parameters === undefined) return none;
  const group = parameters.apiGroup === undefined ? '' : `.${parameters.apiGroup}`;
  return `${parameters.kind}${group}/${parameters.name}`;
}

export const ingressClassPrinter = printer<IngressClass>(
  [nameColumn, column('Controller'), column('Parameters'), ageColumn],
  (object, context) => [nameOf(object), object.spec?.controller ?? '', classParameters(object), age(object, context)],
);

export const networkPolicyPrinter = printer<NetworkPolicy>(
  [nameColumn, column('Pod-Selector'), ageColumn],
  (object, context) => [nameOf(object), formatSelector(object.spec?.podSelector), age(object, context)],
);
