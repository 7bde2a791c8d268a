/**
 * Liveness by heartbeats: every speaker tells every other ten times a second that it lives. Who falls silent is not
 * believed dead for that alone: its node's kernel is asked. A kernel that says that nobody has the port any more ends the matter at
 * once; one that answers at all means a speaker that gets no processor time, which is given more patience; only a node
 * that says nothing is given up after three beats. So an address moves fast, and not because a machine is busy.
 *
 * Two speakers see each other or not at all: who was given up and did not notice (it was asleep) learns it from the others'
 * beats, and so announces anew what is its own.
 *
 * Differs: real speakers use hashicorp/memberlist, which takes seconds to find a crash; `fast` is the lab's default
 * because nobody in a workshop wants to wait, and `memberlist` has the real timing.
 */
import type { KernelAnswer, Knock, Member, Membership, MembershipMessage, Packet } from './contract.js';
import { everyone } from './everyone.js';

const BEAT_MS = 100;
/** One beat is missing: time to ask, so that two questions have gone out before the verdict. */
const DOUBT_MS = 1.5 * BEAT_MS;
const SILENCE_MS = 3 * BEAT_MS;
/** A speaker without processor time for so long answers no ARP either, so its address had better move. */
const STARVED_MS = 2000;

interface Peer {
  address: string;
  /** When it last said something; absent: never, or it is gone. */
  heard?: number;
  /** It hears this one. */
  hearsUs?: boolean;
  /** Its kernel has answered since then. */
  reachable?: boolean;
}

export class FastMembership implements Membership {
  readonly tickMs = BEAT_MS;
  readonly #peers = new Map<string, Peer>();
  #lastTick: number | undefined;

  constructor(private readonly self: string) {}

  setMembers(members: readonly Member[], _now: number): Packet[] {
    const others = members.filter(({ node }) => node !== this.self);
    const fresh = others.filter(({ node }) => !this.#peers.has(node));
    for (const node of this.#peers.keys()) if (!others.some((one) => one.node === node)) this.#peers.delete(node);
    for (const { node, address } of others) this.#peers.set(node, { ...this.#peers.get(node), address });
    return fresh.length > 0 ? toAll({ ...this.#beat(), first: true }) : [];
  }

  hear(message: MembershipMessage, now: number): Packet[] {
    const peer = this.#peers.get(message.from);
    if (!peer) return [];
    if (message.kind === 'leave') delete peer.heard;
    if (message.kind !== 'beat') return [];
    Object.assign(peer, { heard: now, reachable: false, hearsUs: message.hears.includes(this.self) });
    return message.first ? toAll(this.#beat()) : [];
  }

  tick(now: number): Packet[] {
    // Who was kept from running himself has not heard the others either, and must not judge them.
    const late = this.#lastTick === undefined ? 0 : Math.max(0, now - this.#lastTick - BEAT_MS);
    this.#lastTick = now;
    for (const peer of this.#peers.values()) {
      if (peer.heard === undefined) continue;
      peer.heard += late;
      if (now - peer.heard > (peer.reachable ? STARVED_MS : SILENCE_MS)) delete peer.heard;
    }
    return toAll(this.#beat());
  }

  knocks(now: number): Knock[] {
    return [...this.#peers].flatMap(([node, { address, heard, reachable }]) =>
      heard !== undefined && now - heard > DOUBT_MS && !reachable ? [{ node, address }] : [],
    );
  }

  answered(node: string, answer: KernelAnswer): void {
    const peer = this.#peers.get(node);
    if (answer === 'reachable' && peer) peer.reachable = true;
    if (answer === 'noSpeaker') delete peer?.heard;
  }

  leave(): Packet[] {
    return toAll({ kind: 'leave', from: this.self });
  }

  alive(): ReadonlySet<string> {
    return new Set([this.self, ...this.#heard().filter((node) => this.#peers.get(node)?.hearsUs)]);
  }

  #heard(): string[] {
    return [...this.#peers].flatMap(([node, { heard }]) => (heard === undefined ? [] : [node]));
  }

  #beat(): Extract<MembershipMessage, { kind: 'beat' }> {
    return { kind: 'beat', from: this.self, hears: this.#heard() };
  }
}

function toAll(message: MembershipMessage): Packet[] {
  return [{ to: everyone, message }];
}
