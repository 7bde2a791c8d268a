/**
 * The part of JSONPath that printer columns use: `.spec.addresses`, `.items[0].name`, `.status.addresses[*].value`,
 * `.status.conditions[?(@.type=="Ready")].status`, and `\.` inside a key.
 *
 * Source: client-go `util/jsonpath`, as restricted by CustomResourceDefinition `additionalPrinterColumns.jsonPath`.
 */

type Step = { key: string } | { index: number } | { every: true } | { filter: string[]; equals: string };

const token =
  /\.((?:\\.|[^.[\]\\])+)|\[(\d+)\]|\[\*\]|\[\?\(@((?:\.(?:\\.|[^.[\]=\s\\])+)+)\s*==\s*["']([^"']*)["']\s*\)\]/y;

function keysOf(path: string): string[] {
  return path
    .split(/(?<!\\)\./)
    .filter((key) => key !== '')
    .map((key) => key.replace(/\\(.)/g, '$1'));
}

function toStep([text, key, index, filter, equals]: RegExpExecArray): Step {
  if (key !== undefined) return { key: key.replace(/\\(.)/g, '$1') };
  if (index !== undefined) return { index: Number(index) };
  if (filter !== undefined) return { filter: keysOf(filter), equals: equals ?? '' };
  return text === '[*]' ? { every: true } : { key: text };
}

/** @throws RangeError naming the place that is not understood. */
export function parseJsonPath(path: string): Step[] {
  const steps: Step[] = [];
  token.lastIndex = 0;
  while (token.lastIndex < path.length) {
    const at = token.lastIndex;
    const match = token.exec(path);
    if (match === null) throw new RangeError(`JSONPath "${path}" is not understood from "${path.slice(at)}" on`);
    steps.push(toStep(match));
  }
  return steps;
}

function member(value: unknown, key: string): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined;
  return Object.hasOwn(value, key) ? (value as Record<string, unknown>)[key] : undefined;
}

function take(value: unknown, step: Step): unknown[] {
  if ('key' in step) return [member(value, step.key)];
  if (!Array.isArray(value)) return [];
  if ('index' in step) return [value[step.index]];
  if ('every' in step) return value;
  return value.filter((one) => `${step.filter.reduce(member, one)}` === step.equals);
}

/** All values the path leads to; missing ones are left out. */
export function findAll(root: unknown, steps: readonly Step[]): unknown[] {
  const found = (values: unknown[], step: Step) => values.flatMap((value) => take(value, step));
  return steps.reduce(found, [root]).filter((value) => value !== undefined && value !== null);
}
