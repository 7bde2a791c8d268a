/**
 * Names of the chains that kube-proxy makes for a service port and for each of its endpoints.
 *
 * A name is a prefix and 16 base32 characters of a sha256: 80 bits, so a clash is not to be expected, and at most 27
 * characters, within the 28 that iptables allows. Source: v1.30.5 `portProtoHash`, `servicePortEndpointChainName`.
 */

import { lowerCase } from '../../model/protocol.js';
import type { ServicePortTraffic, TrafficEndpoint } from '../../model/traffic.js';
import { base32Hash } from '../base32-hash.js';

/** The 16 characters that end a chain name. */
export function chainHash(input: string): string {
  return base32Hash(input, 16);
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
  const id = chainHash(name + lowerCase[protocol]);
  return {
    cluster: `KUBE-SVC-${id}`,
    local: `KUBE-SVL-${id}`,
    external: `KUBE-EXT-${id}`,
    firewall: `KUBE-FW-${id}`,
  };
}

/** Chain name of one endpoint of a service port. */
export function endpointChain({ name, protocol }: ServicePortTraffic, endpoint: TrafficEndpoint): string {
  return `KUBE-SEP-${chainHash(name + lowerCase[protocol] + endpoint.text)}`;
}

/** Whether a nat chain belongs to some service port, so that kube-proxy deletes it when nothing needs it. */
export function isServiceChain(chain: string): boolean {
  return /^KUBE-(SVC|SVL|EXT|FW|SEP)-/.test(chain);
}
