/**
 * MetalLB's resources. Source: MetalLB v0.13.12 to v0.16 `config/crd/bases`; a field of any of them is known.
 */
import { parseGoDuration } from '../../api/go-duration.js';
import {
  anything,
  between,
  flag,
  labelSelector,
  listOf,
  mapOf,
  object,
  oneOf,
  ruled,
  type Shape,
  text,
  whole,
} from './shape.js';

const selectors = listOf(labelSelector);
const secretReference = object({ name: text, namespace: text });

const advertisement = {
  ipAddressPools: listOf(text),
  ipAddressPoolSelectors: selectors,
  nodeSelectors: selectors,
  serviceSelectors: selectors,
};

/** AS numbers have 32 bits (RFC 6793). */
const asn = between(0, 4294967295);
const milliseconds = between(10, 60_000);

const connectTime = ruled((text) => {
  const seconds = (parseGoDuration(text) ?? 0) / 1000;
  if (!(seconds >= 1 && seconds <= 65_535)) return 'connect time should be between 1 seconds to 65535';
  return Number.isInteger(seconds) ? undefined : 'connect time should contain a whole number of seconds';
});

const peer = {
  'myASN!': asn,
  sourceAddress: text,
  holdTime: text,
  keepaliveTime: text,
  routerID: text,
  password: text,
  bfdProfile: text,
  ebgpMultiHop: flag,
};

/** Kinds whose definition requires a `spec`; an L2Advertisement without one is for all pools. */
export const specRequired: ReadonlySet<string> = new Set(['IPAddressPool']);

/** Spec shapes by `Kind` (and `version/Kind` where versions differ). */
export const metallbSpecs: Readonly<Record<string, Shape>> = {
  IPAddressPool: object({
    'addresses!': listOf(text),
    autoAssign: flag,
    avoidBuggyIPs: flag,
    serviceAllocation: object({
      priority: whole,
      namespaces: listOf(text),
      namespaceSelectors: selectors,
      serviceSelectors: selectors,
    }),
  }),
  L2Advertisement: object({
    ...advertisement,
    interfaces: listOf(text),
    preferredNodeSelectors: listOf(object({ 'weight!': between(1, 100), 'preference!': labelSelector })),
  }),
  BGPAdvertisement: object({
    ...advertisement,
    aggregationLength: between(1),
    aggregationLengthV6: whole,
    communities: listOf(text),
    localPref: whole,
    peers: listOf(text),
  }),
  BGPPeer: object({
    ...peer,
    peerAddress: text,
    peerASN: asn,
    peerPort: between(1, 16_384),
    interface: text,
    localASN: between(1, 4294967295),
    connectTime,
    disableMP: flag,
    dualStackAddressFamily: flag,
    dynamicASN: oneOf('internal', 'external'),
    enableGracefulRestart: flag,
    nodeSelectors: selectors,
    passwordSecret: secretReference,
    vrf: text,
  }),
  'v1beta1/BGPPeer': object({
    ...peer,
    'peerAddress!': text,
    'peerASN!': asn,
    peerPort: between(0, 16_384),
    nodeSelectors: listOf(object({ matchLabels: mapOf(text), matchExpressions: anything })),
  }),
  BFDProfile: object({
    receiveInterval: milliseconds,
    transmitInterval: milliseconds,
    detectMultiplier: between(2, 255),
    echoInterval: milliseconds,
    echoMode: flag,
    passiveMode: flag,
    minimumTtl: between(1, 254),
  }),
  Community: object({ communities: listOf(object({ name: text, value: text })) }),
};
