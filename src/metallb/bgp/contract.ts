/**
 * What one node's BGP speaker should be: its sessions, and the prefixes it announces. Plain data, compared as text.
 */

/** Milliseconds, as FRR's bfdd takes them. */
export interface BfdTimers {
  name: string;
  receiveInterval: number;
  transmitInterval: number;
  detectMultiplier: number;
  passiveMode: boolean;
}

export interface BgpSession {
  /** The BGPPeer's name. */
  name: string;
  address: string;
  port: number;
  asn: string;
  ebgpMultiHop: boolean;
  /** Seconds. */
  timers?: { keepalive: number; hold: number };
  connectSeconds?: number;
  password?: string;
  sourceAddress?: string;
  bfd?: BfdTimers;
}

export interface BgpRoute {
  prefix: string;
  /** Absent: 100 for iBGP, as FRR has it. */
  localPref?: number;
  communities: readonly string[];
  /** Names of the sessions it is told to. */
  peers: readonly string[];
}

export interface BgpNode {
  asn: number;
  routerId: string;
  sessions: readonly BgpSession[];
  /** By prefix. */
  routes: readonly BgpRoute[];
  /** Services whose addresses the routes are for. */
  services: readonly string[];
}
