/**
 * Structural schemas of custom resources, and what they find wrong.
 *
 * Models apiextensions `structural` schemas: unknown fields are dropped (or told, under strict validation), wrong types,
 * missing and unsupported values are 422 in the words of kube-openapi's validator.
 * Differs: patterns and lengths of the definitions are not checked here, nor are their CEL rules but for BGPPeer's connectTime.
 */

export type Shape =
  | { is: 'string'; values?: readonly string[]; rule?: Rule }
  | { is: 'integer'; least?: number; most?: number }
  | { is: 'boolean' }
  | { is: 'array'; of: Shape }
  | { is: 'map'; of: Shape }
  | { is: 'object'; fields: ReadonlyMap<string, Shape>; required: readonly string[] }
  /** Anything goes. */
  | { is: 'any' };

/** A CEL rule: its message, when a value breaks it. */
export type Rule = (value: string) => string | undefined;

export const text: Shape = { is: 'string' };
export const whole: Shape = { is: 'integer' };
export const flag: Shape = { is: 'boolean' };
export const anything: Shape = { is: 'any' };

export function oneOf(...values: string[]): Shape {
  return { is: 'string', values };
}

/** A whole number from `least`, up to `most` where there is a limit. */
export function between(least: number, most?: number): Shape {
  return most === undefined ? { is: 'integer', least } : { is: 'integer', least, most };
}

export function ruled(rule: Rule): Shape {
  return { is: 'string', rule };
}

export function listOf(of: Shape): Shape {
  return { is: 'array', of };
}

export function mapOf(of: Shape): Shape {
  return { is: 'map', of };
}

/** An object with these fields; a name that ends in `!` is required. */
export function object(fields: Readonly<Record<string, Shape>>): Shape {
  const entries = Object.entries(fields).map(([name, shape]): [string, Shape] => [name.replace(/!$/, ''), shape]);
  const required = Object.keys(fields).flatMap((name) => (name.endsWith('!') ? [name.slice(0, -1)] : []));
  return { is: 'object', fields: new Map(entries), required };
}

/** `metav1.LabelSelector`. */
export const labelSelector = object({
  matchLabels: mapOf(text),
  matchExpressions: listOf(object({ 'key!': text, 'operator!': text, values: listOf(text) })),
});

/** One value that does not fit. */
export type ShapeProblem =
  | { is: 'type'; field: string; found: string; wanted: string }
  | { is: 'required'; field: string }
  | { is: 'unsupported'; field: string; value: string; supported: readonly string[] }
  /** A number out of its range, or a text that breaks a rule; the detail says which. */
  | { is: 'invalid'; field: string; value: string | number; detail: string };

/** JSON type names as the validator prints them. */
function typeOf(value: unknown): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'array';
  if (typeof value === 'number') return Number.isInteger(value) ? 'integer' : 'number';
  return typeof value;
}

const wantedType = (shape: Shape): string => (shape.is === 'map' ? 'object' : shape.is);
const join = (path: string, name: string): string => (path === '' ? name : `${path}.${name}`);

function membersOf(shape: Shape, value: object): [suffix: (path: string) => string, Shape, unknown][] {
  if (shape.is === 'array')
    return (value as unknown[]).map((item, index) => [(path) => `${path}[${index}]`, shape.of, item]);
  const shapeOf = (name: string) =>
    shape.is === 'map' ? shape.of : shape.is === 'object' ? shape.fields.get(name) : undefined;
  return Object.entries(value).flatMap(([name, item]) => {
    const member = shapeOf(name);
    return member === undefined || item === undefined ? [] : [[(path: string) => join(path, name), member, item]];
  });
}

function missing(shape: Shape, value: object, path: string): ShapeProblem[] {
  if (shape.is !== 'object') return [];
  const absent = shape.required.filter((name) => (value as Record<string, unknown>)[name] === undefined);
  return absent.map((name) => ({ is: 'required', field: join(path, name) }));
}

/** What is wrong with a text or a number of the right type. */
function detailOf(shape: Shape, value: unknown, path: string): string | undefined {
  if (shape.is === 'string') return shape.rule?.(`${value}`);
  if (shape.is !== 'integer') return undefined;
  const { least = Number.NEGATIVE_INFINITY, most = Number.POSITIVE_INFINITY } = shape;
  const number = Number(value);
  if (number < least) return `${path} in body should be greater than or equal to ${least}`;
  return number > most ? `${path} in body should be less than or equal to ${most}` : undefined;
}

/** Everything in a value that does not fit, unknown fields aside. */
export function problemsOf(shape: Shape, value: unknown, path = ''): ShapeProblem[] {
  if (shape.is === 'any') return [];
  const [found, wanted] = [typeOf(value), wantedType(shape)];
  if (found !== wanted) return [{ is: 'type', field: path, found, wanted }];
  if (shape.is === 'string' && shape.values?.includes(`${value}`) === false) {
    return [{ is: 'unsupported', field: path, value: `${value}`, supported: shape.values }];
  }
  const detail = detailOf(shape, value, path);
  // Of a text that breaks a rule the apiserver shows the type (apiextensions `cel/validation.go`).
  if (detail !== undefined)
    return [{ is: 'invalid', field: path, value: shape.is === 'string' ? found : Number(value), detail }];
  if (typeof value !== 'object' || value === null) return [];
  const inner = membersOf(shape, value).flatMap(([suffix, member, item]) => problemsOf(member, item, suffix(path)));
  return [...missing(shape, value, path), ...inner];
}

export interface Pruned {
  value: unknown;
  /** Paths of the fields that were dropped, in document order. */
  unknown: string[];
}

/** The value without fields that the shape does not know. What has the wrong type is left as it is. */
export function prune(shape: Shape, value: unknown, path = ''): Pruned {
  if (typeOf(value) !== wantedType(shape) || typeof value !== 'object' || value === null) return { value, unknown: [] };
  if (shape.is === 'array') {
    const items = (value as unknown[]).map((item, index) => prune(shape.of, item, `${path}[${index}]`));
    return { value: items.map((item) => item.value), unknown: items.flatMap((item) => item.unknown) };
  }
  if (shape.is === 'any' || (shape.is !== 'map' && shape.is !== 'object')) return { value, unknown: [] };
  return pruneFields(shape, value as Record<string, unknown>, path);
}

function pruneFields(shape: Shape & { is: 'map' | 'object' }, value: Record<string, unknown>, path: string): Pruned {
  const unknown: string[] = [];
  const kept = Object.entries(value).flatMap(([name, item]): [string, unknown][] => {
    const member = shape.is === 'map' ? shape.of : shape.fields.get(name);
    if (member === undefined) {
      unknown.push(join(path, name));
      return [];
    }
    const inner = prune(member, item, join(path, name));
    unknown.push(...inner.unknown);
    return [[name, inner.value]];
  });
  return { value: Object.fromEntries(kept), unknown };
}
