/**
 * BGPPeer, BFDProfile, BGPAdvertisement and Community as the speakers read them, with MetalLB's refusals.
 * Source: MetalLB `internal/config/config.go` peerFromCR, parseTimers, bgpAdvertisementFromCR, bfdProfileFromCR.
 */
import type { LabelSelector } from 'kubernetes-types/meta/v1.js';
import type { KubeObject } from '../../api/object.js';
import { parseAddress } from '../pools/address.js';
import { refuseDuplicateSelectors, refuseDuplicates } from '../pools/selectors.js';
import type { BfdTimers } from './contract.js';

export interface BGPPeerSpec {
  myASN?: number;
  peerASN?: number;
  dynamicASN?: string;
  peerAddress?: string;
  interface?: string;
  peerPort?: number;
  holdTime?: string;
  keepaliveTime?: string;
  connectTime?: string;
  sourceAddress?: string;
  routerID?: string;
  nodeSelectors?: LabelSelector[];
  password?: string;
  passwordSecret?: { name?: string };
  bfdProfile?: string;
  ebgpMultiHop?: boolean;
}

export type BGPPeer = KubeObject & { spec?: BGPPeerSpec };

export interface BGPAdvertisementSpec {
  aggregationLength?: number;
  localPref?: number;
  communities?: string[];
  ipAddressPools?: string[];
  ipAddressPoolSelectors?: LabelSelector[];
  nodeSelectors?: LabelSelector[];
  serviceSelectors?: LabelSelector[];
  peers?: string[];
}

export type BGPAdvertisement = KubeObject & { spec?: BGPAdvertisementSpec };

export type BFDProfile = KubeObject & {
  spec?: Partial<Omit<BfdTimers, 'name'>> & { echoInterval?: number; minimumTtl?: number };
};

export type Community = KubeObject & { spec?: { communities?: { name: string; value: string }[] } };

const units: Readonly<Record<string, number>> = { h: 3600, m: 60, s: 1, ms: 0.001 };

/** Seconds of a Go duration such as `1m30s`; undefined for none. */
export function durationSeconds(text: string | undefined): number | undefined {
  if (text === undefined || text === '') return undefined;
  const parts = [...text.matchAll(/(\d+(?:\.\d+)?)(ms|h|m|s)/g)];
  return parts.reduce((sum, [, value, unit]) => sum + Number(value) * (units[unit ?? 's'] ?? 1), 0);
}

/** Only one given: keepalive is a third of hold. @throws Error */
export function sessionTimers({
  holdTime,
  keepaliveTime,
}: BGPPeerSpec): { hold: number; keepalive: number } | undefined {
  const [given, alive] = [durationSeconds(holdTime), durationSeconds(keepaliveTime)];
  if (given === undefined && alive === undefined) return undefined;
  const hold = given ?? 3 * (alive ?? 0);
  const keepalive = alive ?? hold / 3;
  if (Math.floor(hold) !== 0 && hold < 3) {
    throw new Error(`invalid BGPPeer timers: invalid hold time "${holdTime}": must be 0 or >=3s`);
  }
  if (keepalive > hold) {
    const words = `invalid keepaliveTime "${keepaliveTime}", must be lower than holdTime "${holdTime}"`;
    throw new Error(`invalid BGPPeer timers: ${words}`);
  }
  return { hold, keepalive };
}

/** @throws Error in MetalLB's words */
export function checkPeer({ metadata, spec = {} }: BGPPeer): void {
  const refuse = (words: string): never => {
    throw new Error(`parsing peer ${metadata.name} ${words}`);
  };
  if (!spec.myASN) refuse('missing local ASN');
  if (!spec.peerASN && !spec.dynamicASN) refuse('missing peer ASN and dynamicASN');
  if (spec.peerASN && spec.dynamicASN) refuse('both peer ASN and dynamicASN specified');
  if (spec.peerASN === spec.myASN && spec.ebgpMultiHop) refuse('invalid ebgp-multihop parameter set for an ibgp peer');
  if (!spec.peerAddress && !spec.interface) refuse('peer has no Address or Interface specified');
  if (spec.peerAddress && spec.interface) refuse('peer has both Address and Interface specified');
  if (spec.peerAddress && !parseAddress(spec.peerAddress)) refuse(`invalid BGPPeer address "${spec.peerAddress}"`);
  if (spec.routerID && !parseAddress(spec.routerID)) refuse(`invalid router ID "${spec.routerID}"`);
  if (spec.sourceAddress && !parseAddress(spec.sourceAddress)) refuse(`invalid source IP "${spec.sourceAddress}"`);
  if (spec.password && spec.passwordSecret?.name) {
    refuse(`can not have both password and secret ref set in peer config "${metadata.namespace}"/"${metadata.name}"`);
  }
  sessionTimers(spec);
  refuseDuplicateSelectors(spec.nodeSelectors ?? [], 'nodeSelectors');
}

/** @throws Error in MetalLB's words */
export function checkBGPAdvertisement({ metadata: { name }, spec = {} }: BGPAdvertisement): void {
  refuseDuplicates(spec.ipAddressPools ?? [], 'ipAddressPools');
  refuseDuplicates(spec.communities ?? [], 'community');
  refuseDuplicates(spec.peers ?? [], 'peers');
  refuseDuplicateSelectors(spec.ipAddressPoolSelectors ?? [], 'ipAddressPoolSelectors');
  refuseDuplicateSelectors(spec.nodeSelectors ?? [], 'nodeSelectors');
  refuseDuplicateSelectors(spec.serviceSelectors ?? [], 'serviceSelectors');
  const length = spec.aggregationLength ?? 32;
  if ((spec.serviceSelectors ?? []).length > 0 && length !== 32) {
    throw new Error(`serviceSelectors and aggregationLength are mutually exclusive, both cannot be set in ${name}`);
  }
}

/** Defaults: 300 ms both ways, three losses. Source: FRR `bfdd/bfd.h`, which MetalLB leaves them to. */
export function bfdTimers({ metadata: { name }, spec = {} }: BFDProfile): BfdTimers {
  const { receiveInterval = 300, transmitInterval = 300, detectMultiplier = 3, passiveMode = false } = spec;
  return { name, receiveInterval, transmitInterval, detectMultiplier, passiveMode };
}
