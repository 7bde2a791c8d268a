/**
 * Liveness with the timing of hashicorp/memberlist, which MetalLB's speakers use: SWIM with suspicion and Lifeguard.
 *
 * Every second one member, in turn, is probed. No answer within 500 ms: three others are asked to probe it too. No answer
 * within the second: it is suspect, and everybody hears of it. A suspect that does not object is dead after 4 s to 24 s,
 * the sooner the more members suspect it. Who gets no answers doubts himself and takes more time. Source: memberlist
 * `config.go` DefaultLANConfig, `state.go`, `suspicion.go`, `awareness.go`, `queue.go`, `net.go`.
 * Differs: no encryption and no TCP (push/pull every 30 s, fallback probes); members are known from the API instead of by
 * joining, and the dead are greeted every three seconds, where MetalLB joins them anew each minute and when a Node changes.
 */
import { Broadcasts } from './broadcasts.js';
import type { Member, Membership, MembershipMessage, News, Packet } from './contract.js';
import { inTurn } from './in-turn.js';
import { Relays } from './relays.js';
import { Suspicion } from './suspicion.js';
import * as timing from './timing.js';

const TICK_MS = 100;
const GREETING_MS = 3000;

interface Peer extends Member {
  state: 'alive' | 'suspect' | 'dead';
  incarnation: number;
  /** Absent: it has not been met yet. */
  died?: number;
  suspicion?: Suspicion;
}

interface Probe {
  node: string;
  seq: number;
  started: number;
  acknowledged: boolean;
  /** How many were asked to help, and how many said that they had tried; undefined before they are asked. */
  helpers?: number;
  nacks: number;
}

type Spoken = Exclude<MembershipMessage, { kind: 'beat' | 'leave' }>;

export class SwimMembership implements Membership {
  readonly tickMs = TICK_MS;
  readonly #peers = new Map<string, Peer>();
  readonly #broadcasts = new Broadcasts();
  readonly #relays = new Relays();
  #incarnation = 1;
  #seq = 0;
  /** Members to probe in this round, and how many rounds there have been. */
  #round: string[] = [];
  #rounds = 0;
  #probe: Probe | undefined;
  /** From 0, healthy, to 7. */
  #awareness = 0;
  #gossiped = 0;
  #greeted = 0;

  /** @param seed another one makes other orders of probing */
  constructor(
    private readonly self: string,
    private readonly seed = 0,
  ) {}

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
    if (!peer || message.kind === 'beat') return [];
    if (message.kind === 'leave') {
      this.#forget(peer, now);
      return [];
    }
    const answers = message.news.flatMap((news) => this.#learn(news, now));
    return [...answers, ...this.#answer(peer, message, now)];
  }

  tick(now: number): Packet[] {
    for (const peer of this.#peers.values()) if (peer.suspicion?.isOver(now)) this.#bury(peer, now);
    return [...this.#probing(now), ...this.#refusing(now), ...this.#gossiping(now), ...this.#greeting(now)];
  }

  leave(): Packet[] {
    return [...this.#peers.values()].map(({ address }) => ({
      to: address,
      message: { kind: 'leave', from: this.self },
    }));
  }

  /** The suspect still count. */
  alive(): ReadonlySet<string> {
    return new Set([this.self, ...this.#live().map(({ node }) => node)]);
  }

  #live(): Peer[] {
    return [...this.#peers.values()].filter(({ state }) => state !== 'dead');
  }

  /** Live members and those that died a short while ago; with this one, they are what memberlist counts. */
  #known(now: number): Peer[] {
    const recently = ({ died }: Peer) => died !== undefined && now - died <= timing.GOSSIP_TO_THE_DEAD_MS;
    return [...this.#peers.values()].filter((peer) => peer.state !== 'dead' || recently(peer));
  }

  #count(now: number): number {
    return this.#known(now).length + 1;
  }

  #probing(now: number): Packet[] {
    const probe = this.#probe;
    if (!probe) return this.#startProbe(now);
    const waited = now - probe.started;
    if (probe.acknowledged) return waited >= timing.PROBE_INTERVAL_MS ? this.#startProbe(now) : [];
    if (waited >= timing.PROBE_INTERVAL_MS * (this.#awareness + 1)) {
      this.#probeFailed(probe, now);
      return this.#startProbe(now);
    }
    return waited < timing.PROBE_TIMEOUT_MS || probe.helpers !== undefined ? [] : this.#askOthers(probe);
  }

  #startProbe(now: number): Packet[] {
    this.#probe = undefined;
    const isLive = (node: string) => this.#live().some((peer) => peer.node === node);
    this.#round = this.#round.filter(isLive);
    if (this.#round.length === 0) {
      this.#rounds += 1;
      this.#round = inTurn(
        this.#live().map(({ node }) => node),
        `${this.seed}/${this.self}/${this.#rounds}`,
      );
    }
    const peer = this.#peers.get(this.#round.shift() ?? '');
    if (!peer) return [];
    const ping = this.#hello('ping');
    this.#probe = { node: peer.node, seq: ping.seq, started: now, acknowledged: false, nacks: 0 };
    return [{ to: peer.address, message: ping }];
  }

  #askOthers(probe: Probe): Packet[] {
    const { node, seq } = probe;
    const able = [...this.#peers.values()].filter((peer) => peer.state === 'alive' && peer.node !== node);
    const helpers = able.slice(0, timing.INDIRECT_CHECKS);
    probe.helpers = helpers.length;
    return helpers.map(({ address }) => ({
      to: address,
      message: { kind: 'ping-req', from: this.self, seq, target: node, news: [] },
    }));
  }

  /** The probe's time is over without an answer: the member is suspect; and if the helpers were not heard either, so are we. */
  #probeFailed({ node, helpers = 0, nacks }: Probe, now: number): void {
    this.#doubt(helpers > 0 ? helpers - nacks : 1);
    const peer = this.#peers.get(node);
    if (!peer || peer.state === 'dead') return;
    this.#suspect(peer, { state: 'suspect', node, incarnation: peer.incarnation, by: this.self }, now);
  }

  #doubt(change: number): void {
    this.#awareness = Math.min(Math.max(this.#awareness + change, 0), timing.AWARENESS_MAX_MULTIPLIER - 1);
  }

  #gossiping(now: number): Packet[] {
    if (now - this.#gossiped < timing.GOSSIP_INTERVAL_MS) return [];
    this.#gossiped = now;
    const order = inTurn([...this.#known(now).keys()], `${this.seed}/${this.self}/${now}`);
    return order.slice(0, timing.GOSSIP_NODES).flatMap((position) => {
      const news = this.#broadcasts.take(this.#count(now));
      const { address } = this.#known(now)[position] as Peer;
      return news.length > 0 ? [{ to: address, message: { kind: 'gossip', from: this.self, news } }] : [];
    });
  }

  /** So that one who was cut off is found again. */
  #greeting(now: number): Packet[] {
    if (now - this.#greeted < GREETING_MS) return [];
    this.#greeted = now;
    const dead = [...this.#peers.values()].filter(({ state }) => state === 'dead');
    return dead.map(({ address }) => ({ to: address, message: this.#hello('ping') }));
  }

  #answer(peer: Peer, message: Spoken, now: number): Packet[] {
    switch (message.kind) {
      case 'ping':
        return [{ to: peer.address, message: { ...this.#hello('ack', now), seq: message.seq } }];
      case 'ping-req':
        return this.#relay(peer, message.target, message.seq, now);
      case 'ack':
        return this.#acknowledged(message.seq);
      case 'nack':
        if (this.#probe?.seq === message.seq) this.#probe.nacks += 1;
        return [];
      case 'gossip':
        return [];
    }
  }

  #relay(asker: Peer, target: string, seq: number, now: number): Packet[] {
    const peer = this.#peers.get(target);
    if (!peer) return [];
    const ping = this.#hello('ping');
    this.#relays.add(ping.seq, { to: asker.address, seq }, now);
    return [{ to: peer.address, message: ping }];
  }

  /** Who asked for a probe hears that it was in vain: too late for one whose own second is over by then, as in memberlist. */
  #refusing(now: number): Packet[] {
    return this.#relays.takeOverdue(now).map(({ to, seq }) => {
      return { to, message: { kind: 'nack', from: this.self, seq, news: [] } };
    });
  }

  #acknowledged(seq: number): Packet[] {
    if (this.#probe?.seq === seq && !this.#probe.acknowledged) {
      this.#probe.acknowledged = true;
      this.#doubt(-1);
    }
    const asked = this.#relays.take(seq);
    if (!asked) return [];
    return [{ to: asked.to, message: { kind: 'ack', from: this.self, seq: asked.seq, news: [] } }];
  }

  #learn(news: News, now: number): Packet[] {
    if (news.node === this.self) this.#object(news);
    const peer = this.#peers.get(news.node);
    if (!peer) return [];
    if (news.state === 'alive') return this.#revive(peer, news);
    if (news.incarnation < peer.incarnation) return [];
    if (news.state === 'suspect') this.#suspect(peer, news, now);
    else if (peer.state !== 'dead') this.#bury(peer, now, news);
    return [];
  }

  /** Whoever is said to be suspect or dead says that he lives, in a newer incarnation. */
  #object({ state, incarnation }: News): void {
    if (state === 'alive' || incarnation < this.#incarnation) return;
    this.#incarnation = incarnation + 1;
    this.#doubt(1);
    this.#broadcasts.add(this.#self());
  }

  /**
   * A suspect who has not heard of it yet is told, so that he can object; so is one who began again, from the first
   * incarnation, after he had died in a later one.
   */
  #revive(peer: Peer, news: News): Packet[] {
    const { node, state, address } = peer;
    const outdated = news.incarnation < peer.incarnation && state !== 'alive';
    if (outdated || (state === 'suspect' && news.incarnation === peer.incarnation)) {
      const told: News = { state, node, incarnation: peer.incarnation, by: this.self };
      return [{ to: address, message: { kind: 'gossip', from: this.self, news: [told] } }];
    }
    if (news.incarnation <= peer.incarnation && state !== 'dead') return [];
    delete peer.suspicion;
    Object.assign(peer, { state: 'alive', incarnation: news.incarnation });
    this.#broadcasts.add(news);
    return [];
  }

  #suspect(peer: Peer, news: News, now: number): void {
    if (peer.suspicion) {
      if (peer.suspicion.confirm(news.by)) this.#broadcasts.add(news);
      return;
    }
    if (peer.state !== 'alive') return;
    this.#broadcasts.add(news);
    const suspicion = new Suspicion(now, news.by, this.#count(now));
    Object.assign(peer, { state: 'suspect', incarnation: news.incarnation, suspicion });
  }

  #bury(peer: Peer, now: number, news?: News): void {
    const { node, incarnation } = peer;
    this.#broadcasts.add(news ?? { state: 'dead', node, incarnation, by: this.self });
    peer.incarnation = news?.incarnation ?? incarnation;
    this.#forget(peer, now);
  }

  #forget(peer: Peer, now: number): void {
    delete peer.suspicion;
    Object.assign(peer, { state: 'dead', died: now });
  }

  /** News goes along with what is sent anyway. */
  #hello<Kind extends 'ping' | 'ack'>(
    kind: Kind,
    now?: number,
  ): { kind: Kind; from: string; seq: number; news: News[] } {
    this.#seq += 1;
    const news = now === undefined ? [] : this.#broadcasts.take(this.#count(now));
    return { kind, from: this.self, seq: this.#seq, news: [this.#self(), ...news] };
  }

  #self(): News {
    return { state: 'alive', node: this.self, incarnation: this.#incarnation, by: this.self };
  }
}
