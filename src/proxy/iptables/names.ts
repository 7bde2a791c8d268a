/**
 * Names of the chains that kube-proxy makes for a service port and for each of its endpoints.
 *
 * A name is a prefix and 16 base32 characters of a sha256: 80 bits, so a clash is not to be expected, and at most 27
 * characters, within the 28 that iptables allows. Source: v1.30.5 `portProtoHash`, `servicePortEndpointChainName`.
 */
import { hash } from 'node:crypto';
import type { ServicePortTraffic, TrafficEndpoint } from '../../model/traffic.js';
import { lowerProtocol } from '../xtables/restore-text.js';

/** RFC 4648 base32, two characters at a time: 10 bits index this table. */
const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';
const pairs = Array.from({ length: 1024 }, (_, bits) => `${alphabet[bits >> 5]}${alphabet[bits & 31]}`);

/** 5 bytes as 8 characters; in two halves of 20 bits, as shifts work on 32. */
function base32Group(bytes: string, at: number): string {
  const byte2 = bytes.charCodeAt(at + 2);
  const high = (bytes.charCodeAt(at) << 12) | (bytes.charCodeAt(at + 1) << 4) | (byte2 >> 4);
  const low = ((byte2 & 15) << 16) | (bytes.charCodeAt(at + 3) << 8) | bytes.charCodeAt(at + 4);
  return `${pairs[high >> 10]}${pairs[high & 1023]}${pairs[low >> 10]}${pairs[low & 1023]}`;
}

/** The first 16 characters of base32(sha256(input)). */
export function chainHash(input: string): string {
  const digest = hash('sha256', input, 'binary');
  return base32Group(digest, 0) + base32Group(digest, 5);
}

/** The four chains a service port may have; all share one hash. */
export interface ServiceChains {
  /** Endpoints of the Cluster policy. */
  readonly cluster: string;
  /** Endpoints of the Local policy. */
  readonly local: string;
  /** Entry of all external traffic. */
  readonly external: string;
  /** Source ranges of a load balancer. */
  readonly firewall: string;
}

/** Chain names of a service port. */
export function serviceChains({ name, protocol }: ServicePortTraffic): ServiceChains {
  const id = chainHash(name + lowerProtocol(protocol));
  return {
    cluster: `KUBE-SVC-${id}`,
    local: `KUBE-SVL-${id}`,
    external: `KUBE-EXT-${id}`,
    firewall: `KUBE-FW-${id}`,
  };
}

/** Chain name of one endpoint of a service port. */
export function endpointChain({ name, protocol }: ServicePortTraffic, endpoint: TrafficEndpoint): string {
  return `KUBE-SEP-${chainHash(name + lowerProtocol(protocol) + endpoint.text)}`;
}

/** Whether a nat chain belongs to some service port, so that kube-proxy deletes it when nothing needs it. */
export function isServiceChain(chain: string): boolean {
  return /^KUBE-(SVC|SVL|EXT|FW|SEP)-/.test(chain);
}
