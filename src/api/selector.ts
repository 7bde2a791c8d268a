/**
 * Which labels a selector picks, and field selectors.
 *
 * Source: apimachinery `pkg/labels/selector.go` (matching), `pkg/apis/meta/v1/helpers.go` (LabelSelector),
 * `pkg/fields/selector.go`. kubectl's text syntax is in `label-syntax.ts`.
 */
import type { LabelSelector } from 'kubernetes-types/meta/v1.js';
import { type Operator, parseRequirements, type Requirement } from './label-syntax.js';
import { StatusError } from './status.js';

export type Labels = Readonly<Record<string, string>>;

/** Whether labels meet a demand. A label that is not there meets `notin` and `!`. */
export function meets({ key, operator, values }: Requirement, labels: Labels): boolean {
  const value = labels[key];
  if (operator === 'notin') return value === undefined || !values.includes(value);
  if (operator === '!') return value === undefined;
  if (value === undefined) return false;
  if (operator === 'exists') return true;
  return operator === 'in' ? values.includes(value) : compares(operator, value, values[0] ?? '');
}

function compares(operator: 'gt' | 'lt', value: string, limit: string): boolean {
  if (!/^[-+]?\d+$/.test(value)) return false;
  return operator === 'gt' ? Number(value) > Number(limit) : Number(value) < Number(limit);
}

const operators: Readonly<Record<string, Operator>> = { In: 'in', NotIn: 'notin', Exists: 'exists', DoesNotExist: '!' };

/** The demands of a LabelSelector, those of `matchLabels` first. */
function requirementsOf({ matchLabels = {}, matchExpressions = [] }: LabelSelector): Requirement[] {
  const labels = Object.entries(matchLabels).map(([key, value]) => ({ key, operator: 'in' as const, values: [value] }));
  const expressions = matchExpressions.map(({ key, operator, values = [] }) => {
    return { key, operator: operators[operator] ?? 'exists', values };
  });
  return [...labels, ...expressions];
}

/** No selector matches nothing; an empty one matches all (`LabelSelectorAsSelector`). */
export function matchesSelector(selector: LabelSelector | undefined, labels: Labels | undefined): boolean {
  if (selector === undefined) return false;
  return requirementsOf(selector).every((requirement) => meets(requirement, labels ?? {}));
}

/** A plain map, as Services and ReplicationControllers have it. An empty one matches all: callers decide what that means. */
export function matchesLabels(selector: Labels | undefined, labels: Labels | undefined): boolean {
  return Object.entries(selector ?? {}).every(([key, value]) => labels?.[key] === value);
}

/**
 * kubectl's `-l` text as a predicate on labels; the empty text matches all.
 * @throws StatusError BadRequest with the words of the real parser
 */
export function parseLabelSelector(text: string): (labels: Labels | undefined) => boolean {
  const requirements = parseRequirements(text);
  return (labels) => requirements.every((requirement) => meets(requirement, labels ?? {}));
}

/** One term of a field selector. */
export interface FieldTerm {
  /** For example `metadata.name`; which paths a kind supports is the caller's business. */
  path: string;
  op: '=' | '!=';
  value: string;
}

/**
 * kubectl's `--field-selector` text.
 * @throws StatusError BadRequest with the words of the real parser
 */
export function parseFieldSelector(text: string): FieldTerm[] {
  // A comma or an equals sign in a value is written with a backslash before it.
  const terms = text.match(/(?:\\.|[^,\\])+/gs) ?? [];
  return terms.map((term) => {
    const [, path, op, value] = /^(.*?)(!=|==|=)(.*)$/s.exec(term) ?? [];
    if (path === undefined || value === undefined) {
      throw new StatusError('BadRequest', `invalid selector: '${text}'; can't understand '${term}'`);
    }
    return { path, op: op === '!=' ? '!=' : '=', value: unescapeValue(value) };
  });
}

/** Backslashes stand before `\\`, `,` and `=`, and before nothing else; a bare one of these is an error. */
function unescapeValue(value: string): string {
  const well = /^(?:\\[\\,=]|[^\\,=])*/s.exec(value)?.[0].length ?? 0;
  if (well === value.length) return value.replace(/\\(.)/gs, '$1');
  if (value[well] === '\\') failField(`invalid escape sequence: ${value.slice(well, well + 2)}`);
  // Upstream prints the character's number.
  return failField(`unescaped character in value: ${value.charCodeAt(well)}`);
}

function failField(message: string): never {
  throw new StatusError('BadRequest', `invalid field selector: ${message}`);
}
