/**
 * BGPPeer, BFDProfile, BGPAdvertisement and Community as objects, and what MetalLB refuses about each by itself.
 * Source: MetalLB `internal/config/config.go` peerFromCR, parseTimers, bgpAdvertisementFromCR.
 */
import type { LabelSelector } from 'kubernetes-types/meta/v1.js';
import { parseGoDuration } from '../../api/go-duration.js';
import type { KubeObject } from '../../api/object.js';
import { parseAddress } from '../pools/address.js';
import { refuseDuplicateSelectors, refuseDuplicates } from '../pools/selectors.js';
import type { PoolSelection } from '../selection.js';
import { checkCommunity } from './community.js';
import type { BfdTimers } from './contract.js';

export interface BGPPeerSpec {
  myASN?: number;
  peerASN?: number;
  localASN?: number;
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
  enableGracefulRestart?: boolean;
  vrf?: string;
}

export type BGPPeer = KubeObject & { spec?: BGPPeerSpec };

export interface BGPAdvertisementSpec extends PoolSelection {
  aggregationLength?: number;
  aggregationLengthV6?: number;
  localPref?: number;
  communities?: string[];
  nodeSelectors?: LabelSelector[];
  serviceSelectors?: LabelSelector[];
  peers?: string[];
}

export type BGPAdvertisement = KubeObject & { spec?: BGPAdvertisementSpec };

export type BFDProfile = KubeObject & { spec?: Omit<BfdTimers, 'name'> };

/** Seconds of a Go duration such as `1m30s`; undefined for none. @throws Error in Go's words */
export function durationSeconds(text: string | undefined): number | undefined {
  if (text === undefined || text === '') return undefined;
  const milliseconds = parseGoDuration(text);
  if (milliseconds !== undefined) return milliseconds / 1000;
  const what = /^\d+$/.test(text) ? 'missing unit in duration' : 'invalid duration';
  throw new Error(`time: ${what} ${JSON.stringify(text)}`);
}

/** Seconds. Only one given: keepalive is a third of hold. @throws Error */
export function sessionTimers(spec: BGPPeerSpec): { hold: number; keepalive: number } | undefined {
  const { holdTime, keepaliveTime } = spec;
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
  // The webhook cannot even read an object in which one of these is none.
  [spec.holdTime, spec.keepaliveTime, spec.connectTime].forEach(durationSeconds);
  try {
    checkNumbers(spec);
    checkAddresses(spec);
    refuseDuplicateSelectors(spec.nodeSelectors ?? [], 'nodeSelectors');
    if (spec.password && spec.passwordSecret?.name) {
      const where = `"${metadata.namespace}"/"${metadata.name}"`;
      throw new Error(`can not have both password and secret ref set in peer config ${where}`);
    }
  } catch (error) {
    throw new Error(`parsing peer ${metadata.name} ${(error as Error).message}`);
  }
}

function checkNumbers(spec: BGPPeerSpec): void {
  const { myASN, peerASN, dynamicASN } = spec;
  if (!myASN) throw new Error('missing local ASN');
  if (!peerASN && !dynamicASN) throw new Error('missing peer ASN and dynamicASN');
  if (peerASN && dynamicASN) throw new Error('both peer ASN and dynamicASN specified');
  if (dynamicASN && !['internal', 'external'].includes(dynamicASN)) throw new Error(`invalid dynamicASN ${dynamicASN}`);
  if (peerASN === myASN && spec.ebgpMultiHop) {
    throw new Error('invalid ebgp-multihop parameter set for an ibgp peer');
  }
}

function checkAddresses(spec: BGPPeerSpec): void {
  const { peerAddress, routerID, sourceAddress } = spec;
  if (!peerAddress && !spec.interface) throw new Error('peer has no Address or Interface specified');
  if (peerAddress && spec.interface) throw new Error('peer has both Address and Interface specified');
  sessionTimers(spec);
  if (peerAddress && !parseAddress(peerAddress)) throw new Error(`invalid BGPPeer address "${peerAddress}"`);
  if (routerID && !parseAddress(routerID)) throw new Error(`invalid router ID "${routerID}"`);
  if (sourceAddress && !parseAddress(sourceAddress)) throw new Error(`invalid source IP "${sourceAddress}"`);
}

/** Go's `%q` of a number, which MetalLB uses by mistake: the letter that has it. */
function quotedRune(code: number): string {
  const isPlain = code < 127 && code !== 39;
  return isPlain ? `'${String.fromCodePoint(code)}'` : `'\\u${code.toString(16).padStart(4, '0')}'`;
}

/** @throws Error in MetalLB's words */
export function checkBGPAdvertisement({ metadata: { name }, spec = {} }: BGPAdvertisement): void {
  refuseDuplicates(spec.ipAddressPools ?? [], 'ipAddressPools');
  refuseDuplicates(spec.communities ?? [], 'community');
  refuseDuplicates(spec.peers ?? [], 'peers');
  refuseDuplicateSelectors(spec.ipAddressPoolSelectors ?? [], 'ipAddressPoolSelectors');
  refuseDuplicateSelectors(spec.nodeSelectors ?? [], 'nodeSelectors');
  refuseDuplicateSelectors(spec.serviceSelectors ?? [], 'serviceSelectors');
  const { aggregationLength: v4 = 32, aggregationLengthV6: v6 = 128 } = spec;
  if (v4 > 32) throw new Error(`invalid aggregation length ${quotedRune(v4)} for IPv4`);
  if (v6 > 128) throw new Error(`invalid aggregation length ${quotedRune(v6)} for IPv6`);
  const lengths = [v4 !== 32 && 'aggregationLength', v6 !== 128 && 'aggregationLengthV6'].filter(Boolean);
  if ((spec.serviceSelectors ?? []).length > 0 && lengths.length > 0) {
    throw new Error(`serviceSelectors and ${lengths[0]} are mutually exclusive, both cannot be set in ${name}`);
  }
  // What has no colon may be the name of a Community that is still to come.
  for (const community of (spec.communities ?? []).filter((text) => text.includes(':'))) {
    try {
      checkCommunity(community);
    } catch (error) {
      throw new Error(`${(error as Error).message}\ninvalid community "${community}" in BGP advertisement`);
    }
  }
}
