/**
 * What the daemon and one speaker process say to each other over their IPC channel: plain JSON.
 *
 * The daemon plays the API server that a real speaker watches; whatever speakers must agree on they tell each other over
 * the LAN.
 */
import type { AddressCounters } from '../layer2/announcer.js';
import type { AnnouncedInterfaces, Decision, ServiceAdvertisement, WithdrawReason } from '../layer2/contract.js';
import type { DropReason, LinkAddresses, NeighbourProtocol } from '../layer2/neighbour-protocol.js';
import type { Liveness, Member } from '../membership/contract.js';

/** A protocol to be spoken on an interface, by a packet socket that the process was born with. */
export interface SpeakerSocket {
  protocol: NeighbourProtocol['name'];
  link: LinkAddresses;
  /** Descriptor of the socket, bound to this interface and to the protocol's frames. */
  fd: number;
}

export interface SpeakerStart {
  kind: 'start';
  node: string;
  /** Where all of the LAN can be talked to. */
  broadcast: string;
  liveness: Liveness;
  sockets: readonly SpeakerSocket[];
  /** All interfaces of the node that are not excluded by name. */
  interfaces: readonly string[];
}

export type SpeakerCommand =
  | SpeakerStart
  | { kind: 'members'; members: readonly Member[] }
  /** Services whose advertisement is new or changed, and Services that are gone. */
  | { kind: 'services'; changed: readonly ServiceAdvertisement[]; gone: readonly string[] }
  /** Answered by one `state`. */
  | { kind: 'ask'; id: number };

export interface SpeakerState {
  /** Nodes whose speakers it believes alive. */
  alive: string[];
  decisions: Record<string, Decision>;
  counters: Record<string, AddressCounters>;
  drops: Partial<Record<DropReason, number>>;
}

/** Something that happened to one Service; the daemon makes events and ServiceL2Status of it. */
export type SpeakerNews =
  /** Not `possible`: nothing goes out for lack of the interfaces, of which announceFailed has told. */
  | { kind: 'announced'; service: string; interfaces: AnnouncedInterfaces; possible: boolean }
  | { kind: 'withdrawn'; service: string; reason: WithdrawReason }
  /** None of the interfaces that the advertisements name is there. */
  | { kind: 'announceFailed'; service: string; address: string };

export type SpeakerReport = { kind: 'ready' } | { kind: 'state'; id: number; state: SpeakerState } | SpeakerNews;
