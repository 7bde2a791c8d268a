/**
 * Names of the chains and sets that belong to a service port. Unlike in iptables mode they can be read.
 *
 * nftables names may hold letters, digits and `_./-`; namespaces, Services and ports hold none of `_./`, so `/` and `__`
 * part them safely, and any name with a `/` is a service port's. At most 205 characters before the endpoint, and only an
 * IPv6 endpoint of a Service with three long names can reach the limit of 240 at which names are cut.
 * Source: kube-proxy v1.30.5 `servicePortChainNameBase`, `servicePortEndpointChainNameBase`, `hashAndTruncate`.
 */

import { lowerCase } from '../../model/protocol.js';
import type { ServicePortTraffic, TrafficEndpoint } from '../../model/traffic.js';
import { base32Hash } from '../base32-hash.js';

/** nftables' own limit of 256 less 16 for the longest prefix. */
const longestBase = 240;

/** The name with its hash in front, so that it stays unique when it has to be cut. */
export function hashAndTruncate(name: string): string {
  const base = `${base32Hash(name, 8)}-${name}`;
  return base.length <= longestBase ? base : `${base.slice(0, longestBase - 3)}...`;
}

function readable({ namespace, service, protocol, portName }: ServicePortTraffic): string {
  return `${namespace}/${service}/${lowerCase[protocol]}/${portName}`;
}

export interface ServiceChains {
  readonly cluster: string;
  readonly local: string;
  readonly external: string;
  readonly firewall: string;
}

export function serviceChains(traffic: ServicePortTraffic): ServiceChains {
  const base = hashAndTruncate(readable(traffic));
  return {
    cluster: `service-${base}`,
    local: `local-${base}`,
    external: `external-${base}`,
    firewall: `firewall-${base}`,
  };
}

export interface EndpointNames {
  readonly chain: string;
  /** The set that remembers clients. */
  readonly affinitySet: string;
}

export function endpointNames(traffic: ServicePortTraffic, { ip, port }: TrafficEndpoint): EndpointNames {
  const base = hashAndTruncate(`${readable(traffic)}__${ip.replaceAll(':', '.')}/${port}`);
  return { chain: `endpoint-${base}`, affinitySet: `affinity-${base}` };
}
