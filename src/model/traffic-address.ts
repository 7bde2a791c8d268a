/**
 * Addresses as kube-proxy accepts them: octets with leading zeros are decimal, and what is printed is canonical.
 *
 * Models k8s.io/utils/net ParseIPSloppy and ParseCIDRSloppy (CVE-2021-29923).
 */
import ipaddr from 'ipaddr.js';
import type { IPFamily } from './traffic-model.js';

const dottedQuad = /^\d{1,3}(\.\d{1,3}){3}$/;
const canonicalQuad = /^(?:(?:25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)(?:\.(?!$)|$)){4}$/;

function canonicalIPv4(text: string): string | undefined {
  if (canonicalQuad.test(text)) return text;
  if (!dottedQuad.test(text)) return undefined;
  const octets = text.split('.').map(Number);
  return octets.every((octet) => octet <= 255) ? octets.join('.') : undefined;
}

function canonicalIPv6(text: string): string | undefined {
  return ipaddr.IPv6.isValid(text) && !text.includes('%') ? ipaddr.IPv6.parse(text).toRFC5952String() : undefined;
}

/** The canonical text of an address of that family, or undefined when it is bad or of the other family. */
export function canonicalIP(text: string, family: IPFamily): string | undefined {
  return family === 'IPv4' ? canonicalIPv4(text) : canonicalIPv6(text);
}

/** `203.0.113.7/24` as `203.0.113.0/24`, stray spaces removed; undefined when bad or of the other family. */
export function canonicalCIDR(text: string, family: IPFamily): string | undefined {
  const [address = '', prefix = '', ...rest] = text.trim().split('/');
  const ip = canonicalIP(address, family);
  const bits = Number(prefix);
  if (ip === undefined || rest.length > 0 || !/^\d{1,3}$/.test(prefix)) return undefined;
  if (bits > (family === 'IPv4' ? 32 : 128)) return undefined;
  const network =
    family === 'IPv4'
      ? ipaddr.IPv4.networkAddressFromCIDR(`${ip}/${bits}`).toString()
      : ipaddr.IPv6.networkAddressFromCIDR(`${ip}/${bits}`).toRFC5952String();
  return `${network}/${bits}`;
}

/** Whether a canonical CIDR holds a canonical address; false across families. */
export function cidrContains(cidr: string, ip: string): boolean {
  const range = ipaddr.parseCIDR(cidr);
  const address = ipaddr.parse(ip);
  return address.kind() === range[0].kind() && address.match(range);
}

/** `ip:port`, an IPv6 address in brackets. */
export function addressPort(ip: string, port: number): string {
  return ip.includes(':') ? `[${ip}]:${port}` : `${ip}:${port}`;
}
