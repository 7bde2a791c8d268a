/**
 * The seam between what a speaker announces and how an address family is spoken on a LAN: ARP for IPv4, NDP for IPv6.
 *
 * Models: MetalLB `internal/layer2`: what its arpResponder and ndpResponder have in common.
 */
import type { Family } from '../pools/address.js';

/** Why a frame was not answered. Source: `internal/layer2/announcer.go` dropReason, but for `notDelivered`. */
export type DropReason =
  /** Cut short, or not the protocol. */
  | 'error'
  | 'arpReply'
  /** Of NDP, but no Neighbor Solicitation. */
  | 'messageType'
  /** A Neighbor Solicitation that does not say to which MAC address the answer goes. */
  | 'noSourceLL'
  | 'ethernetDestination'
  /** Sent to an IPv6 address that MetalLB's own socket takes nothing for, so that it never sees the message. */
  | 'notDelivered'
  /** Nobody announces the address here. */
  | 'announceIP'
  | 'notMatchInterface';

/** The addresses that an interface has of its own. */
export interface LinkAddresses {
  name: string;
  mac: string;
  /** Its IPv6 link-local address; empty when it has none. */
  linkLocal: string;
}

/** Why an address is not answered for on an interface; undefined when it is. */
export type Refusal = (address: string, link: string) => DropReason | undefined;

export type Answer = { address: string; reply: Buffer } | { drop: DropReason };

/** Frames to ask the kernel for. */
export interface WantedFrames {
  etherType: number;
  /** Of IPv6: the header that follows. */
  nextHeader?: number;
}

export interface NeighbourProtocol {
  readonly name: 'arp' | 'ndp';
  /** The addresses that it is for. */
  readonly family: Family;
  readonly frames: WantedFrames;
  /** Whether an interface that is up, in no bridge and not NOARP gets a responder. */
  isSpokenOn(link: LinkAddresses & { broadcast: boolean }): boolean;
  /** What to send for a frame from the wire, however broken. */
  answer(frame: Uint8Array, link: LinkAddresses, refusal: Refusal): Answer;
  /** One round of frames, said unasked. */
  gratuitous(address: string, link: LinkAddresses): Buffer[];
  /** The multicast group in which others ask for an address; undefined where questions are broadcast. */
  groupOf(address: string): string | undefined;
}

/** The multicast groups that an interface is in. */
export interface GroupMembership {
  join(group: string): void;
  leave(group: string): void;
}

/** A protocol on one interface, and the interface's end of the wire. */
export interface Responder {
  readonly protocol: NeighbourProtocol;
  readonly link: LinkAddresses;
  readonly groups: GroupMembership;
  send(frame: Buffer): void;
}
