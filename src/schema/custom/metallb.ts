/**
 * MetalLB's resources. Source: MetalLB v0.13.12 to v0.16 `config/crd/bases`; a field of any of them is known.
 */
import { anything, flag, labelSelector, listOf, mapOf, object, oneOf, type Shape, text, whole } from './shape.js';

const selectors = listOf(labelSelector);
const secretReference = object({ name: text, namespace: text });

const advertisement = {
  ipAddressPools: listOf(text),
  ipAddressPoolSelectors: selectors,
  nodeSelectors: selectors,
  serviceSelectors: selectors,
};

const peer = {
  'myASN!': whole,
  peerPort: whole,
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
    preferredNodeSelectors: listOf(object({ 'weight!': whole, 'preference!': labelSelector })),
  }),
  BGPAdvertisement: object({
    ...advertisement,
    aggregationLength: whole,
    aggregationLengthV6: whole,
    communities: listOf(text),
    localPref: whole,
    peers: listOf(text),
  }),
  BGPPeer: object({
    ...peer,
    peerAddress: text,
    peerASN: whole,
    interface: text,
    localASN: whole,
    connectTime: text,
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
    'peerASN!': whole,
    nodeSelectors: listOf(object({ matchLabels: mapOf(text), matchExpressions: anything })),
  }),
  BFDProfile: object({
    receiveInterval: whole,
    transmitInterval: whole,
    detectMultiplier: whole,
    echoInterval: whole,
    echoMode: flag,
    passiveMode: flag,
    minimumTtl: whole,
  }),
  Community: object({ communities: listOf(object({ name: text, value: text })) }),
};
