/**
 * Checks of single values that many kinds share: numbers, enumerations, addresses, ports, immutability.
 *
 * Source: apimachinery `pkg/util/validation`, `pkg/apis/core/validation` (`ValidateNonSpecialIP`,
 * `ValidatePortNumOrName`).
 */
import ipaddr from 'ipaddr.js';
import { type FieldError, invalid, invalidEach, notSupported, required } from '../field-error.js';
import { goQuote } from '../go-value.js';
import { portNameFormat, portNumber } from '../names.js';

/** Sorted, as the messages list them. */
export const protocols = ['SCTP', 'TCP', 'UDP'];

export function nonNegative(field: string, value: number | undefined): FieldError[] {
  return value !== undefined && value < 0 ? [invalid(field, value, 'must be greater than or equal to 0')] : [];
}

/** An enumeration that defaulting has filled: absent is Required, another word is Unsupported. */
export function oneOf(field: string, value: string | undefined, supported: readonly string[]): FieldError[] {
  if (!value) return [required(field)];
  return supported.includes(value) ? [] : [notSupported(field, value, supported)];
}

/** A port by number, or by the name of a container's port. */
export function portNumberOrName(field: string, port: number | string | undefined): FieldError[] {
  if (typeof port === 'string') return invalidEach(field, port, portNameFormat(port));
  return invalidEach(field, port ?? 0, portNumber(port ?? 0));
}

/** Unchanged, whatever the order of keys. `shown` is the value in the message when it is not the plain one. */
export function immutable(field: string, next: unknown, previous: unknown, shown: unknown = next): FieldError[] {
  return sameValue(next, previous) ? [] : [invalid(field, shown, 'field is immutable')];
}

/**
 * Equal as Kubernetes' `Semantic.DeepEqual` sees it: key order does not matter, and absent, null, empty list and
 * empty map are the same.
 */
export function sameValue(a: unknown, b: unknown): boolean {
  return canonical(a) === canonical(b);
}

function canonical(value: unknown): string {
  if (value === undefined || value === null) return '';
  if (Array.isArray(value)) return value.length === 0 ? '' : `[${value.map(canonical).join()}]`;
  if (typeof value !== 'object') return JSON.stringify(value);
  const entries = Object.entries(value).map(([key, item]) => [key, canonical(item)] as const);
  const kept = entries.filter(([, text]) => text !== '').sort(([x], [y]) => (x < y ? -1 : 1));
  return kept.length === 0 ? '' : `{${kept.map(([key, text]) => `${goQuote(key)}:${text}`).join()}}`;
}

/** Go's `ParseIPSloppy`: dotted quads with leading zeros are read as decimal, no zone. */
export function parseAddress(text: string): ipaddr.IPv4 | ipaddr.IPv6 | undefined {
  if (/^\d{1,10}(\.\d{1,10}){3}$/.test(text)) {
    const octets = text.split('.').map(Number);
    return octets.every((octet) => octet <= 255) ? new ipaddr.IPv4(octets) : undefined;
  }
  if (!text.includes(':') || /[%[\]]/.test(text) || !ipaddr.IPv6.isValid(text)) return undefined;
  const address = ipaddr.IPv6.parse(text);
  return address.isIPv4MappedAddress() ? address.toIPv4Address() : address;
}

export function isIPv6(text: string): boolean {
  return parseAddress(text)?.kind() === 'ipv6';
}

export function validIP(field: string, text: string): FieldError[] {
  if (parseAddress(text) !== undefined) return [];
  return [invalid(field, text, 'must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)')];
}

export function validCIDR(field: string, text: string): FieldError[] {
  const [address = '', bits = '', ...rest] = text.split('/');
  const parsed = parseAddress(address);
  const limit = parsed?.kind() === 'ipv4' && !address.includes(':') ? 32 : 128;
  const valid = parsed !== undefined && rest.length === 0 && /^\d{1,3}$/.test(bits) && Number(bits) <= limit;
  return valid ? [] : [invalid(field, text, 'must be a valid CIDR value, (e.g. 10.9.8.0/24 or 2001:db8::/64)')];
}

/** Address ranges that no endpoint and no external address can be in, with upstream's words. */
const specialRanges: Readonly<Record<string, string>> = {
  loopback: 'may not be in the loopback range (127.0.0.0/8, ::1/128)',
  linkLocal: 'may not be in the link-local range (169.254.0.0/16, fe80::/10)',
};

const linkLocalMulticast = 'may not be in the link-local multicast range (224.0.0.0/24, ff02::/10)';

/** An address that can be reached: `ValidateNonSpecialIP`. */
export function nonSpecialIP(field: string, text: string): FieldError[] {
  const address = parseAddress(text);
  if (address === undefined) return [invalid(field, text, 'must be a valid IP address')];
  const bytes = address.toByteArray();
  if (bytes.every((byte) => byte === 0)) return [invalid(field, text, `may not be unspecified (${text})`)];
  const [a, b, c] = bytes;
  const multicast = bytes.length === 4 ? a === 224 && b === 0 && c === 0 : a === 0xff && ((b ?? 0) & 0x0f) === 0x02;
  const reason = multicast ? linkLocalMulticast : specialRanges[address.range()];
  return reason === undefined ? [] : [invalid(field, text, reason)];
}
