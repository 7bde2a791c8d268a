/**
 * How Go prints a value inside an API error, because Kubernetes' messages show Go's `%#v` and `%q` forms.
 *
 * Example: `spec.selector: Invalid value: v1.LabelSelector{MatchLabels:map[string]string{"app":"web"}, …}`.
 * Source: apimachinery `field.Error.ErrorBody`, Go package `fmt`.
 */
import type { LabelSelector } from 'kubernetes-types/meta/v1.js';

/** Text that already is in Go's form and goes into a message as it stands. */
export class GoText {
  constructor(readonly text: string) {}
}

/** Go's `%q` for the characters that occur in manifests. */
export function goQuote(text: string): string {
  return JSON.stringify(text);
}

/** Go's `%#v` of a `[]T` whose elements are strings; a missing list prints as a nil slice. */
export function goStrings(values: readonly string[] | undefined, type = '[]string'): GoText {
  return new GoText(values === undefined ? `${type}(nil)` : `${type}{${values.map(goQuote).join(', ')}}`);
}

/** Go's `%#v` of a `map[string]string`: keys sorted, no space after the colon. */
export function goStringMap(map: Readonly<Record<string, string>> | undefined): GoText {
  if (map === undefined) return new GoText('map[string]string(nil)');
  const entries = Object.keys(map)
    .sort()
    .map((key) => `${goQuote(key)}:${goQuote(map[key] ?? '')}`);
  return new GoText(`map[string]string{${entries.join(', ')}}`);
}

/** Go's `%#v` of an `intstr.IntOrString`. */
export function goIntOrString(value: number | string): GoText {
  const [type, int, text] = typeof value === 'number' ? [0, value, ''] : [1, 0, value];
  return new GoText(`intstr.IntOrString{Type:${type}, IntVal:${int}, StrVal:${goQuote(text)}}`);
}

/** Go's `%#v` of a `*metav1.LabelSelector`, which the message shows dereferenced. */
export function goLabelSelector(selector: LabelSelector | undefined): GoText | undefined {
  if (selector === undefined) return undefined;
  const labels = goStringMap(selector.matchLabels).text;
  return new GoText(`v1.LabelSelector{MatchLabels:${labels}, MatchExpressions:${goRequirements(selector)}}`);
}

function goRequirements({ matchExpressions }: LabelSelector): string {
  const type = '[]v1.LabelSelectorRequirement';
  if (matchExpressions === undefined) return `${type}(nil)`;
  const items = matchExpressions.map(({ key, operator, values }) => {
    const list = goStrings(values).text;
    return `v1.LabelSelectorRequirement{Key:${goQuote(key)}, Operator:${goQuote(operator)}, Values:${list}}`;
  });
  return `${type}{${items.join(', ')}}`;
}

/** Any value as an API error shows it: strings quoted, numbers and booleans plain, lists and maps in Go's syntax. */
export function goValue(value: unknown): string {
  // Upstream puts the word "null" in place of a nil pointer, and then quotes it as any string.
  if (value === undefined || value === null) return '"null"';
  if (value instanceof GoText) return value.text;
  if (typeof value === 'string') return goQuote(value);
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  if (Array.isArray(value)) return goStrings(value.map(String)).text;
  return goStringMap(value as Record<string, string>).text;
}
