/**
 * The family of one address, or of two that belong together.
 *
 * Models: MetalLB `internal/ipfamily/ipfamily.go` ForAddresses.
 */
import { type Address, addressText, type Family, quoted } from './address.js';

/** @returns `dual` for one of each; or, in MetalLB's words, why they do not go together */
export function familyOf(addresses: readonly Address[]): { family: Family | 'dual' } | { error: string } {
  const [first, second, third] = addresses;
  const texts = quoted(addresses.map(addressText));
  if (!first || third) return { error: `IPFamilyForAddresses: invalid ips length ${addresses.length} ${texts}` };
  if (!second) return { family: first.family };
  return first.family === second.family
    ? { error: `IPFamilyForAddresses: same address family ${texts}` }
    : { family: 'dual' };
}
