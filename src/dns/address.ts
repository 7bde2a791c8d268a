/**
 * IP addresses as they stand in names: dashed for endpoints and pods, reversed for PTR questions.
 * Source: CoreDNS `plugin/kubernetes/kubernetes.go` (endpointHostname, findPods), `plugin/pkg/dnsutil/reverse.go`.
 */
import ipaddr from 'ipaddr.js';

/** One text for one address, as Go prints it; what is no address stays as it is. */
export function canonicalAddress(text: string): string {
  return text.includes(':') && ipaddr.IPv6.isValid(text) ? ipaddr.IPv6.parse(text).toRFC5952String() : text;
}

/** The label of an endpoint without a hostname: `10-244-1-5`, `fd00--1`. */
export function dashedAddress(address: string): string {
  const dashed = address.replace(/[.:]/g, '-');
  return address.includes(':') && dashed.endsWith('-') ? `${dashed}0` : dashed;
}

/** The address of a pod's name `10-244-1-5.NAMESPACE.pod.ZONE`, or undefined when the label holds none. */
export function undashedAddress(label: string): string | undefined {
  const isIPv4 = label.split('-').length === 4 && !label.includes('--');
  if (!isIPv4) {
    const address = label.replaceAll('-', ':');
    return ipaddr.IPv6.isValid(address) ? canonicalAddress(address) : undefined;
  }
  const address = label.replaceAll('-', '.');
  return ipaddr.IPv4.isValidFourPartDecimal(address) ? address : undefined;
}

/** 4 for IPv4, 6 for IPv6, undefined for a name. */
export function familyOf(host: string): 4 | 6 | undefined {
  if (ipaddr.IPv4.isValidFourPartDecimal(host)) return 4;
  return host.includes(':') && ipaddr.IPv6.isValid(host) ? 6 : undefined;
}

export const reverseZones = ['in-addr.arpa', 'ip6.arpa'] as const;

/** The address that a name such as `10.0.96.10.in-addr.arpa` asks about; undefined when it is none, or half of one. */
export function reversedAddress(name: string): string | undefined {
  if (name.endsWith('.in-addr.arpa')) {
    const address = name.slice(0, -'.in-addr.arpa'.length).split('.').reverse().join('.');
    return ipaddr.IPv4.isValidFourPartDecimal(address) ? address : undefined;
  }
  if (!name.endsWith('.ip6.arpa')) return undefined;
  const nibbles = name.slice(0, -'.ip6.arpa'.length).split('.').reverse();
  if (nibbles.length !== 32 || !nibbles.every((nibble) => /^[0-9a-f]$/.test(nibble))) return undefined;
  return canonicalAddress((nibbles.join('').match(/.{4}/g) ?? []).join(':'));
}
