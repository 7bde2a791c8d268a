/**
 * Texts that several printers share: label selectors, container lists, shortened lists.
 *
 * Source: apimachinery `labels.FormatLabels`, `metav1.FormatLabelSelector`, printers' `layoutContainerCells` and
 * `listWithMoreString`.
 */
import type { Container } from 'kubernetes-types/core/v1.js';
import type { LabelSelector, LabelSelectorRequirement } from 'kubernetes-types/meta/v1.js';

export const none = '<none>';

/** Upstream shows three members of an address or host list, then how many are left. */
const shownMembers = 3;

/** `a,b,c + 2 more...`; `total` counts members that `members` may have left out. */
export function shortened(members: readonly string[], total = members.length): string {
  const shown = members.slice(0, shownMembers).join(',');
  return total > shownMembers ? `${shown} + ${total - shownMembers} more...` : shown;
}

/** `app=web,tier=front`, sorted by key; `<none>` when empty. */
export function formatLabels(labels: Readonly<Record<string, string>> | undefined): string {
  const pairs = Object.entries(labels ?? {}).map(([key, value]) => `${key}=${value}`);
  return pairs.length === 0 ? none : pairs.sort().join(',');
}

function requirement({ key, operator, values = [] }: LabelSelectorRequirement): string {
  const set = [...values].sort().join(',');
  if (operator === 'In') return `${key} in (${set})`;
  if (operator === 'NotIn') return `${key} notin (${set})`;
  return operator === 'DoesNotExist' ? `!${key}` : key;
}

/** A LabelSelector on one line; `<none>` when empty. Requirements come sorted by key, as `labels.Selector` keeps them. */
export function formatSelector(selector: LabelSelector | undefined): string {
  const equal = Object.entries(selector?.matchLabels ?? {}).map(([key, value]) => ({ key, text: `${key}=${value}` }));
  const sets = (selector?.matchExpressions ?? []).map((one) => ({ key: one.key, text: requirement(one) }));
  const all = [...equal, ...sets].sort((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0));
  return all.length === 0 ? none : all.map(({ text }) => text).join(',');
}

/** CONTAINERS and IMAGES. */
export function containerCells(containers: readonly Container[] | undefined): [string, string] {
  const all = containers ?? [];
  return [all.map(({ name }) => name).join(','), all.map(({ image = '' }) => image).join(',')];
}

/** The distinct addresses of a `LoadBalancerStatus`, sorted, IP before hostname of one entry. */
export function loadBalancerAddresses(ingress: readonly { ip?: string; hostname?: string }[] | undefined): string[] {
  const addresses = (ingress ?? []).map(({ ip, hostname }) => ip || hostname || '').filter((text) => text !== '');
  return [...new Set(addresses)].sort();
}
