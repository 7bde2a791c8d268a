/**
 * Lists of label selectors as MetalLB's configuration checks them.
 * Source: `internal/config/config.go` validateLabelSelectorDuplicate and its kin.
 */
import type { LabelSelector, LabelSelectorRequirement } from 'kubernetes-types/meta/v1.js';

/** @throws Error when one is there twice, whatever the order of its parts */
export function refuseDuplicateSelectors(selectors: readonly LabelSelector[], field: string): void {
  for (const { matchExpressions = [] } of selectors) {
    for (const { values = [] } of matchExpressions)
      refuseDuplicates(values, 'match expression value in label selector');
    refuseDuplicates(matchExpressions.map(requirementText), 'match expressions');
  }
  refuseDuplicates(selectors.map(selectorText), field);
}

/** @throws Error naming the first that is there twice */
export function refuseDuplicates(texts: readonly string[], what: string): void {
  const twice = texts.find((text, index) => texts.indexOf(text) !== index);
  if (twice !== undefined) throw new Error(`duplicate definition of ${what} "${twice}"`);
}

/** As Go prints a `metav1.LabelSelectorRequirement` with `String()`. */
function requirementText({ key, operator, values = [] }: LabelSelectorRequirement): string {
  return `&LabelSelectorRequirement{Key:${key},Operator:${operator},Values:[${[...values].sort().join(' ')}],}`;
}

/** As Go prints a `metav1.LabelSelector`. */
function selectorText({ matchLabels = {}, matchExpressions = [] }: LabelSelector): string {
  const labels = Object.entries(matchLabels).sort(([a], [b]) => (a < b ? -1 : 1));
  const pairs = labels.map(([key, value]) => `${key}: ${value},`).join('');
  const expressions = matchExpressions.map((one) => requirementText(one).slice(1)).join(',');
  return `&LabelSelector{MatchLabels:map[string]string{${pairs}},MatchExpressions:[]LabelSelectorRequirement{${expressions}${expressions === '' ? '' : ','}},}`;
}
