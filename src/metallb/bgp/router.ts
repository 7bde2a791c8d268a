/**
 * The lab's top-of-rack router as FRR configuration: takes sessions from every machine of the LAN, and spreads flows over
 * equal paths.
 */
import type { RouterConfig } from '../../model/cluster-config.js';
import type { BfdTimers } from './contract.js';
import { bfddConfig } from './frr.js';

/** As fast as any BFDProfile may ask for: what is used is the slower of both sides. */
const routerBfd: BfdTimers = {
  name: 'nodes',
  receiveInterval: 50,
  transmitInterval: 50,
  detectMultiplier: 3,
  passiveMode: true,
};

/** @param lan in CIDR form */
export function routerConfig(hostname: string, { asn, address }: RouterConfig, lan: string) {
  const bgpd = [
    `hostname ${hostname}`,
    `router bgp ${asn}`,
    ` bgp router-id ${address}`,
    ' no bgp ebgp-requires-policy',
    ' no bgp default ipv4-unicast',
    ' bgp bestpath as-path multipath-relax',
    ' coalesce-time 0',
    ' neighbor NODES peer-group',
    ' neighbor NODES remote-as external',
    ' neighbor NODES bfd',
    ` neighbor NODES bfd profile ${routerBfd.name}`,
    ` bgp listen range ${lan} peer-group NODES`,
    ' address-family ipv4 unicast',
    '  neighbor NODES activate',
    '  maximum-paths 16',
    '  maximum-paths ibgp 16',
    ' exit-address-family',
  ];
  return {
    zebra: `hostname ${hostname}\n`,
    bfdd: bfddConfig(hostname, [routerBfd]),
    bgpd: `${bgpd.join('\n')}\n`,
  };
}
