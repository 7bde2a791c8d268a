/**
 * Liveness by heartbeats: every speaker tells every other ten times a second that it lives.
 *
 * Differs: real speakers use hashicorp/memberlist, which takes seconds to find a crash; `fast` is the lab's default
 * because nobody in a workshop wants to wait, and `memberlist` has the real timing.
 */
import type { Member, Membership, MembershipMessage, Packet } from './contract.js';
import { everyone } from './everyone.js';

const BEAT_MS = 100;
/** Three beats lost: an address moves in about half a second, and a busy machine may stall a speaker for a moment. */
const SILENCE_MS = 350;
const GENERAL_SILENCE_MS = 1500;

export class FastMembership implements Membership {
  readonly tickMs = BEAT_MS;
  #peers: ReadonlySet<string> = new Set();
  readonly #heard = new Map<string, number>();
  #lastTick: number | undefined;

  constructor(private readonly self: string) {}

  setMembers(members: readonly Member[], _now: number): Packet[] {
    const known = this.#peers;
    this.#peers = new Set(members.map(({ node }) => node).filter((node) => node !== this.self));
    for (const node of this.#heard.keys()) if (!this.#peers.has(node)) this.#heard.delete(node);
    const fresh = [...this.#peers].some((node) => !known.has(node));
    return fresh ? toAll({ kind: 'beat', from: this.self, first: true }) : [];
  }

  hear(message: MembershipMessage, now: number): Packet[] {
    const { from, kind } = message;
    if (!this.#peers.has(from)) return [];
    if (kind === 'leave') this.#heard.delete(from);
    if (kind !== 'beat') return [];
    this.#heard.set(from, now);
    return message.first ? toAll({ kind: 'beat', from: this.self }) : [];
  }

  tick(now: number): Packet[] {
    // Who was kept from running himself has not heard the others either, and must not think them dead.
    const missed = this.#lastTick === undefined ? 0 : Math.max(0, now - this.#lastTick - 2 * BEAT_MS);
    this.#lastTick = now;
    for (const [node, heard] of this.#heard) if (missed > 0) this.#heard.set(node, heard + missed);
    const silent = [...this.#heard].filter(([, heard]) => now - heard > SILENCE_MS);
    // When several fall silent at once, the machine is busy, or this node is cut off and nobody hears it anyway.
    const patience = silent.length > 1 ? GENERAL_SILENCE_MS : SILENCE_MS;
    for (const [node, heard] of silent) if (now - heard > patience) this.#heard.delete(node);
    return toAll({ kind: 'beat', from: this.self });
  }

  leave(): Packet[] {
    return toAll({ kind: 'leave', from: this.self });
  }

  alive(): ReadonlySet<string> {
    return new Set([this.self, ...this.#heard.keys()]);
  }
}

function toAll(message: MembershipMessage): Packet[] {
  return [{ to: everyone, message }];
}
