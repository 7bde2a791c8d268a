/**
 * What one node's BGP speaker should be: its sessions, and what it announces in each. Plain data, compared as text.
 */

/** A BFDProfile; intervals in milliseconds. What is absent is left to FRR: 300 ms both ways, three losses. */
export interface BfdTimers {
  name: string;
  receiveInterval?: number;
  transmitInterval?: number;
  detectMultiplier?: number;
  echoMode?: boolean;
  echoInterval?: number;
  passiveMode?: boolean;
  minimumTtl?: number;
}

export interface BgpRoute {
  prefix: string;
  /** Absent: 100 for iBGP, as FRR has it. */
  localPref?: number;
  /** `64500:1`, or `large:64500:1:2`. */
  communities: readonly string[];
}

export interface BgpSession {
  /** The BGPPeer's name. */
  name: string;
  address: string;
  port: number;
  /** A number, `internal` or `external`. */
  asn: string;
  ebgpMultiHop: boolean;
  gracefulRestart: boolean;
  /** What the peer is told instead of the node's own AS number. */
  localAsn?: number;
  /** Seconds. */
  timers?: { keepalive: number; hold: number };
  /** Between two attempts. */
  connectSeconds: number;
  password?: string;
  sourceAddress?: string;
  bfd?: BfdTimers;
  /** By prefix. */
  routes: readonly BgpRoute[];
}

/** A Service whose addresses a node announces, and the names of the peers that hear of it. */
export interface BgpService {
  service: string;
  prefixes: readonly string[];
  peers: readonly string[];
}

export interface BgpNode {
  asn: number;
  routerId: string;
  sessions: readonly BgpSession[];
  /** Peers that get no session, and why. */
  withheld: Readonly<Record<string, string>>;
  services: readonly BgpService[];
  /** Services that the node does not announce, and why, in MetalLB's words. */
  refused: Readonly<Record<string, BgpRefusal>>;
}

/** Source: MetalLB `speaker/main.go` and `speaker/bgp_controller.go` ShouldAnnounce. */
export type BgpRefusal =
  | 'noIPAllocated'
  | 'invalidIP'
  | 'ipNotAllowed'
  | 'notOwner'
  | 'noMatchingAdvertisement'
  | 'conflictingAdvertisements'
  | 'nodeNetworkUnavailable'
  | 'nodeLabeledExcludeBalancers'
  | 'noLocalEndpoints'
  | 'noEndpoints';
