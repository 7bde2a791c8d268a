/**
 * Who of the speakers lives, as one of them sees it: a state machine without sockets or timers of its own.
 */

/** A node with a speaker, and the address at which its speakers talk. */
export interface Member {
  node: string;
  address: string;
}

/** What speakers say to each other, in a datagram of JSON. */
export type MembershipMessage =
  /** `fast`: I live, and hear these. `first` asks for an answer at once. */
  | { kind: 'beat'; from: string; hears: string[]; first?: true }
  | { kind: 'leave'; from: string }
  /** `memberlist`: a probe, its answer, a probe on behalf of another and that it was in vain, and what is known of others. */
  | { kind: 'ping'; from: string; seq: number; news: News[] }
  | { kind: 'ack'; from: string; seq: number; news: News[] }
  | { kind: 'ping-req'; from: string; seq: number; target: string; news: News[] }
  | { kind: 'nack'; from: string; seq: number; news: News[] }
  | { kind: 'gossip'; from: string; news: News[] };

/** One fact about a member; a higher incarnation is newer. */
export interface News {
  state: 'alive' | 'suspect' | 'dead';
  node: string;
  incarnation: number;
  /** Who says so. */
  by: string;
}

export interface Packet {
  /** Address of the receiver, or `everyone`. */
  to: string;
  message: MembershipMessage;
}

/** A node that has fallen silent. */
export type Knock = Member;

/** What a node's kernel says by itself: it is there, or it is there and no speaker has the port. */
export type KernelAnswer = 'reachable' | 'noSpeaker';

export interface Membership {
  /** How often `tick` wants to be called, milliseconds. */
  readonly tickMs: number;
  /** All nodes with a speaker pod, this one included. */
  setMembers(members: readonly Member[], now: number): Packet[];
  hear(message: MembershipMessage, now: number): Packet[];
  tick(now: number): Packet[];
  /** The farewell of a speaker that is stopped. */
  leave(): Packet[];
  /** Called after `tick`: the nodes whose kernels are to be asked whether they are there. Absent: none ever. */
  knocks?(now: number): Knock[];
  answered?(node: string, answer: KernelAnswer): void;
  /** The live nodes, this one always among them. */
  alive(): ReadonlySet<string>;
}

/** `fast` finds the dead in half a second; `memberlist` takes the time that MetalLB's library takes. */
export type Liveness = 'fast' | 'memberlist';
