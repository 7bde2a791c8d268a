/**
 * Liveness with the timing of hashicorp/memberlist, which MetalLB's speakers use: SWIM with suspicion.
 *
 * Every second one member, in turn, is probed. No answer within 500 ms: three others are asked to probe it too. No answer
 * within the second: it is suspect, and everybody hears of it. A suspect that does not object is dead after 4 s to 24 s,
 * the sooner the more members suspect it. Source: memberlist `config.go` DefaultLANConfig, `state.go`, `suspicion.go`.
 * Differs: no encryption, no TCP (push/pull and fallback probes), no awareness score; news goes to all members, not by
 * gossip to three, and members are known from the API instead of by joining.
 */
import type { Member, Membership, MembershipMessage, News, Packet } from './contract.js';

const PROBE_INTERVAL_MS = 1000;
const PROBE_TIMEOUT_MS = 500;
const INDIRECT_CHECKS = 3;
const SUSPICION_MULT = 4;
const SUSPICION_MAX_TIMEOUT_MULT = 6;
const TICK_MS = 100;

interface Suspicion {
  since: number;
  by: Set<string>;
}

interface Peer extends Member {
  state: 'alive' | 'suspect' | 'dead';
  incarnation: number;
  suspicion?: Suspicion;
}

interface Probe {
  node: string;
  seq: number;
  started: number;
  indirect: boolean;
}

export class SwimMembership implements Membership {
  readonly tickMs = TICK_MS;
  readonly #peers = new Map<string, Peer>();
  /** Probes that are carried out for others: our sequence number, and who waits for which of his. */
  readonly #relayed = new Map<number, { to: string; seq: number }>();
  #incarnation = 1;
  #seq = 0;
  #turn = 0;
  #probe: Probe | undefined;

  constructor(private readonly self: string) {}

  /** A new member is believed alive when it first says something, as one that joins does. */
  setMembers(members: readonly Member[], _now: number): Packet[] {
    const present = new Set(members.map(({ node }) => node));
    for (const node of this.#peers.keys()) if (!present.has(node)) this.#peers.delete(node);
    const fresh = members.filter(({ node }) => node !== this.self && !this.#peers.has(node));
    for (const member of fresh) this.#peers.set(member.node, { ...member, state: 'dead', incarnation: 0 });
    return fresh.map(({ address }) => ({ to: address, message: this.#hello('ping') }));
  }

  hear(message: MembershipMessage, now: number): Packet[] {
    const peer = this.#peers.get(message.from);
    if (!peer) return [];
    if (message.kind === 'leave') {
      peer.state = 'dead';
      return [];
    }
    if (message.kind === 'beat') return [];
    const answers = message.news.flatMap((news) => this.#learn(news, now));
    return [...answers, ...this.#answer(peer, message)];
  }

  tick(now: number): Packet[] {
    return [...this.#buryTheDead(now), ...this.#probing(now)];
  }

  #probing(now: number): Packet[] {
    if (!this.#probe) return this.#startProbe(now);
    const waited = now - this.#probe.started;
    if (waited >= PROBE_INTERVAL_MS) return this.#probeFailed(now);
    if (waited < PROBE_TIMEOUT_MS || this.#probe.indirect) return [];
    this.#probe.indirect = true;
    const { node, seq } = this.#probe;
    const helpers = this.#live()
      .filter((peer) => peer.node !== node)
      .slice(0, INDIRECT_CHECKS);
    return helpers.map(({ address }) => ({
      to: address,
      message: { kind: 'ping-req', from: this.self, seq, target: node, news: [] },
    }));
  }

  leave(): Packet[] {
    return this.#toAll({ kind: 'leave', from: this.self });
  }

  /** The suspect still count. */
  alive(): ReadonlySet<string> {
    return new Set([this.self, ...this.#live().map(({ node }) => node)]);
  }

  #live(): Peer[] {
    return [...this.#peers.values()].filter(({ state }) => state !== 'dead');
  }

  #answer(peer: Peer, message: Exclude<MembershipMessage, { kind: 'beat' | 'leave' }>): Packet[] {
    switch (message.kind) {
      case 'ping':
        return [{ to: peer.address, message: { ...this.#hello('ack'), seq: message.seq } }];
      case 'ping-req':
        return this.#relay(peer, message.target, message.seq);
      case 'ack':
        return this.#acknowledged(message.seq);
      case 'gossip':
        return [];
    }
  }

  #relay(asker: Peer, target: string, seq: number): Packet[] {
    const peer = this.#peers.get(target);
    if (!peer) return [];
    const ping = this.#hello('ping');
    this.#relayed.set(ping.seq, { to: asker.address, seq });
    return [{ to: peer.address, message: ping }];
  }

  #acknowledged(seq: number): Packet[] {
    if (this.#probe?.seq === seq) this.#probe = { ...this.#probe, seq: -1 };
    const relayed = this.#relayed.get(seq);
    this.#relayed.delete(seq);
    if (!relayed) return [];
    return [{ to: relayed.to, message: { kind: 'ack', from: this.self, seq: relayed.seq, news: [] } }];
  }

  #startProbe(now: number): Packet[] {
    // The dead are tried too, so that one who was cut off is found again; MetalLB's rejoin does that each minute.
    const peers = [...this.#peers.values()];
    const peer = peers[this.#turn % Math.max(peers.length, 1)];
    this.#turn += 1;
    if (!peer) return [];
    const ping = this.#hello('ping');
    this.#probe = { node: peer.node, seq: ping.seq, started: now, indirect: false };
    return [{ to: peer.address, message: ping }];
  }

  /** The probe's second is over: acknowledged, or the member is suspect. */
  #probeFailed(now: number): Packet[] {
    const { node, seq } = this.#probe as Probe;
    this.#probe = undefined;
    const peer = this.#peers.get(node);
    if (seq < 0 || !peer || peer.state === 'dead') return this.#startProbe(now);
    const news: News = { state: 'suspect', node, incarnation: peer.incarnation, by: this.self };
    this.#suspect(peer, this.self, now);
    return [...this.#gossip(news), ...this.#startProbe(now)];
  }

  #learn(news: News, now: number): Packet[] {
    if (news.node === this.self) return this.#object(news);
    const peer = this.#peers.get(news.node);
    if (!peer) return [];
    if (news.state === 'alive') return this.#revive(peer, news.incarnation);
    if (news.incarnation < peer.incarnation) return [];
    if (news.state === 'dead') peer.state = 'dead';
    else if (peer.state !== 'dead') this.#suspect(peer, news.by, now);
    return [];
  }

  /** Whoever is said to be suspect or dead says that he lives, in a newer incarnation. */
  #object({ state, incarnation }: News): Packet[] {
    if (state === 'alive' || incarnation < this.#incarnation) return [];
    this.#incarnation = incarnation + 1;
    return this.#gossip(this.#self());
  }

  /**
   * A suspect who has not heard of it yet is told, so that he can object; so is one who began again, from the first
   * incarnation, after he had died in a later one.
   */
  #revive(peer: Peer, incarnation: number): Packet[] {
    const { node, state, address } = peer;
    const outdated = incarnation < peer.incarnation && state !== 'alive';
    if (outdated || (state === 'suspect' && incarnation === peer.incarnation)) {
      const news: News[] = [{ state, node, incarnation: peer.incarnation, by: this.self }];
      return [{ to: address, message: { kind: 'gossip', from: this.self, news } }];
    }
    if (incarnation <= peer.incarnation && state !== 'dead') return [];
    delete peer.suspicion;
    Object.assign(peer, { state: 'alive', incarnation });
    return [];
  }

  #suspect(peer: Peer, by: string, now: number): void {
    peer.suspicion ??= { since: now, by: new Set() };
    peer.suspicion.by.add(by);
    peer.state = 'suspect';
  }

  #buryTheDead(now: number): Packet[] {
    const due = [...this.#peers.values()].filter(({ state, suspicion }) => {
      if (state !== 'suspect' || !suspicion) return false;
      return now - suspicion.since >= suspicionTimeoutMs(this.#live().length + 1, suspicion.by.size - 1);
    });
    return due.flatMap((peer) => {
      peer.state = 'dead';
      delete peer.suspicion;
      const { node, incarnation } = peer;
      return this.#gossip({ state: 'dead', node, incarnation, by: this.self });
    });
  }

  #hello<Kind extends 'ping' | 'ack'>(kind: Kind): { kind: Kind; from: string; seq: number; news: News[] } {
    this.#seq += 1;
    return { kind, from: this.self, seq: this.#seq, news: [this.#self()] };
  }

  #self(): News {
    return { state: 'alive', node: this.self, incarnation: this.#incarnation, by: this.self };
  }

  #gossip(news: News): Packet[] {
    return this.#toAll({ kind: 'gossip', from: this.self, news: [news] });
  }

  #toAll(message: MembershipMessage): Packet[] {
    return [...this.#peers.values()].map(({ address }) => ({ to: address, message }));
  }
}

/**
 * How long a suspect has to object: from six times the minimum down to the minimum, logarithmically with the number of
 * members that confirm the suspicion. With too few members for two confirmations it is the minimum at once.
 * @param members all live ones, this one and the suspect included
 */
export function suspicionTimeoutMs(members: number, confirmations: number): number {
  const min = SUSPICION_MULT * Math.max(1, Math.log10(Math.max(1, members))) * PROBE_INTERVAL_MS;
  const max = SUSPICION_MAX_TIMEOUT_MULT * min;
  const wanted = members - 2 < SUSPICION_MULT - 2 ? 0 : SUSPICION_MULT - 2;
  if (wanted < 1) return min;
  const share = Math.log(confirmations + 1) / Math.log(wanted + 1);
  return Math.max(min, Math.floor(max - share * (max - min)));
}
