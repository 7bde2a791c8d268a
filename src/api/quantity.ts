/**
 * Resource quantities: `100m`, `128Mi`, `1.5`, `2e3`.
 *
 * Source: apimachinery `pkg/api/resource/quantity.go` (syntax and suffixes).
 * Differs: amounts are floating-point numbers, exact to 15 digits; upstream is exact to more.
 */

const syntax = /^([+-]?\d+\.?\d*|[+-]?\.\d+)(m|u|n|k|Ki|M|Mi|G|Gi|T|Ti|P|Pi|E|Ei|[eE][+-]?\d+)?$/;

const suffixes: Readonly<Record<string, number>> = {
  n: 1e-9,
  u: 1e-6,
  m: 1e-3,
  k: 1e3,
  M: 1e6,
  G: 1e9,
  T: 1e12,
  P: 1e15,
  E: 1e18,
  Ki: 2 ** 10,
  Mi: 2 ** 20,
  Gi: 2 ** 30,
  Ti: 2 ** 40,
  Pi: 2 ** 50,
  Ei: 2 ** 60,
};

/** What the server says about text that is no quantity. */
export const quantityError =
  "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'";

/** The amount in base units (cores, bytes), or `undefined` when the text is no quantity. */
export function parseQuantity(text: string | number): number | undefined {
  const [, digits, suffix = ''] = syntax.exec(String(text)) ?? [];
  if (digits === undefined) return undefined;
  if (/^[eE]./.test(suffix) && suffixes[suffix] === undefined) return Number(`${digits}${suffix}`);
  return Number(digits) * (suffixes[suffix] ?? 1);
}
