/**
 * Liveness by heartbeats: every speaker tells every other ten times a second that it lives.
 *
 * Differs: real speakers use hashicorp/memberlist, which takes seconds to find a crash; `fast` is the lab's default
 * because nobody in a workshop wants to wait, and `memberlist` has the real timing.
 */
import type { Member, Membership, MembershipMessage, Packet } from './contract.js';

const BEAT_MS = 100;
/** Three beats lost: an address moves in about half a second, and a busy machine may stall a speaker for a moment. */
const SILENCE_MS = 350;

export class FastMembership implements Membership {
  readonly tickMs = BEAT_MS;
  #peers: readonly Member[] = [];
  readonly #heard = new Map<string, number>();
  #lastTick: number | undefined;

  constructor(private readonly self: string) {}

  setMembers(members: readonly Member[], _now: number): Packet[] {
    const known = new Set(this.#peers.map(({ node }) => node));
    this.#peers = members.filter(({ node }) => node !== this.self);
    const present = new Set(this.#peers.map(({ node }) => node));
    for (const node of this.#heard.keys()) if (!present.has(node)) this.#heard.delete(node);
    return this.#toAll({ kind: 'beat', from: this.self, first: true }, (peer) => !known.has(peer.node));
  }

  hear(message: MembershipMessage, now: number): Packet[] {
    const peer = this.#peers.find(({ node }) => node === message.from);
    if (!peer) return [];
    if (message.kind === 'leave') this.#heard.delete(peer.node);
    if (message.kind !== 'beat') return [];
    this.#heard.set(peer.node, now);
    return message.first ? [{ to: peer.address, message: { kind: 'beat', from: this.self } }] : [];
  }

  tick(now: number): Packet[] {
    // Who was kept from running himself has not heard the others either, and must not think them dead.
    const missed = this.#lastTick === undefined ? 0 : Math.max(0, now - this.#lastTick - 2 * BEAT_MS);
    this.#lastTick = now;
    for (const [node, heard] of [...this.#heard]) {
      if (now - heard - missed > SILENCE_MS) this.#heard.delete(node);
      else if (missed > 0) this.#heard.set(node, heard + missed);
    }
    return this.#toAll({ kind: 'beat', from: this.self });
  }

  leave(): Packet[] {
    return this.#toAll({ kind: 'leave', from: this.self });
  }

  alive(): ReadonlySet<string> {
    return new Set([this.self, ...this.#heard.keys()]);
  }

  #toAll(message: MembershipMessage, where: (peer: Member) => boolean = () => true): Packet[] {
    return this.#peers.filter(where).map(({ address }) => ({ to: address, message }));
  }
}
