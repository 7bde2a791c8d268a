/**
 * Names and numbers of interfaces, derived from what they belong to, so that every lab has the same ones.
 */
import { createHash } from 'node:crypto';

/** A locally administered unicast MAC (bit 1 of the first octet set, IEEE 802) from the hash of a name. */
export function macOf(name: string): string {
  const digest = createHash('sha256').update(name).digest();
  const octets = [0x02, ...digest.subarray(0, 5)];
  return octets.map((octet) => octet.toString(16).padStart(2, '0')).join(':');
}

/** Calico gives the node's end of every pod link this address; ARP for 169.254.1.1 is answered with it. */
export const caliMac = 'ee:ee:ee:ee:ee:ee';

/**
 * Calico's name for the node's end: `cali` and 11 hex digits of sha1(`namespace.pod`).
 * Source: libcalico-go `conversion/workload_endpoint_default.go`, VethNameForWorkload.
 */
export function caliName(namespace: string, pod: string): string {
  return `cali${createHash('sha1').update(`${namespace}.${pod}`).digest('hex').slice(0, 11)}`;
}

/** The network namespace of a pod, as the lab calls it. */
export function podNamespace(namespace: string, pod: string): string {
  return `pod/${namespace}/${pod}`;
}
