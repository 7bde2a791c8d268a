/**
 * AS numbers: four octets, of which the last number is reserved. RFC 6793, RFC 7300.
 */

export const maxAsn = 2 ** 32 - 2;

/** Undefined for what is none. */
export function parseAsn(text: string): number | undefined {
  const asn = /^[1-9]\d*$/.test(text) ? Number(text) : Number.NaN;
  return asn <= maxAsn ? asn : undefined;
}
