/**
 * One speaker's announcements: which addresses it answers for, and what it says of them unasked.
 *
 * Models: MetalLB `internal/layer2/announcer.go`. Nothing is added to any interface. An address that is given up is
 * simply not answered for any more: there is no farewell.
 */
import type { Clock } from '../../world/contract.js';
import { addressText, type Family, parseAddress } from '../pools/address.js';
import type { AnnouncedInterfaces } from './contract.js';
import type { DropReason, Responder } from './neighbour-protocol.js';

/** More than Linux' locktime of 1 s, in which a second answer is not believed (MetalLB issue 172). */
const SPAM_INTERVAL_MS = 1100;
const SPAM_DURATION_MS = 5000;

/** metallb_layer2_requests_received, _responses_sent, _gratuitous_sent of one address. Source: `internal/layer2/stats.go`. */
export interface AddressCounters {
  requestsReceived: number;
  responsesSent: number;
  gratuitousSent: number;
}

export interface AnnouncerParts {
  clock: Pick<Clock, 'now' | 'after'>;
  responders: readonly Responder[];
  /**
   * An address that was lost and comes back within five seconds is claimed at once; MetalLB, which goes on as if it had kept
   * it, claims it up to 1.1 s later.
   */
  claimsAtOnce?: boolean;
}

interface Announced {
  family: Family;
  address: string;
}

interface Advertisement {
  addresses: readonly Announced[];
  interfaces: AnnouncedInterfaces;
}

interface Spam extends Announced {
  until: number;
  interfaces: AnnouncedInterfaces;
}

export function matchesInterface(interfaces: AnnouncedInterfaces, link: string): boolean {
  return interfaces === 'all' || interfaces.includes(link);
}

export class Announcer {
  readonly #advertised = new Map<string, Advertisement>();
  readonly #spam = new Map<string, Spam>();
  readonly #groups = new Map<Responder, ReadonlySet<string>>();
  readonly #counters = new Map<string, AddressCounters>();
  readonly #drops = new Map<DropReason, number>();

  constructor(private readonly parts: AnnouncerParts) {}

  /** Announces, or announces anew: each call asks for five more seconds of unasked announcements. */
  setBalancer(service: string, addresses: readonly string[], interfaces: AnnouncedInterfaces): void {
    const ours = addresses.flatMap(announced);
    const fresh = ours.filter(({ address }) => !this.#isHeld(address));
    this.#advertised.set(service, { addresses: ours, interfaces });
    this.#watch();
    for (const one of ours) this.#startSpam(one, interfaces, fresh.includes(one));
  }

  deleteBalancer(service: string): void {
    this.#advertised.delete(service);
    this.#watch();
  }

  /** A frame from the wire, however broken. */
  hear(responder: Responder, frame: Uint8Array): void {
    const { protocol, link } = responder;
    const answer = protocol.answer(frame, link, (address, name) => this.#refusal(address, name));
    if ('drop' in answer) {
      this.#drops.set(answer.drop, (this.#drops.get(answer.drop) ?? 0) + 1);
      return;
    }
    const counters = this.#countersOf(answer.address);
    counters.requestsReceived += 1;
    responder.send(answer.reply);
    counters.responsesSent += 1;
  }

  /** By address, in the order of first use. */
  counters(): Record<string, AddressCounters> {
    return Object.fromEntries(this.#counters);
  }

  drops(): Partial<Record<DropReason, number>> {
    return Object.fromEntries(this.#drops);
  }

  #refusal(address: string, link: string): DropReason | undefined {
    const found = [...this.#advertised.values()].filter(({ addresses }) => holds(addresses, address));
    if (found.length === 0) return 'announceIP';
    return found.some(({ interfaces }) => matchesInterface(interfaces, link)) ? undefined : 'notMatchInterface';
  }

  /** Joins the groups in which the addresses are asked for, on every interface, and leaves those of the others. */
  #watch(): void {
    const announced = [...this.#advertised.values()].flatMap(({ addresses }) => addresses);
    for (const responder of this.parts.responders) {
      const { protocol } = responder;
      const ours = announced.filter(({ family }) => family === protocol.family);
      const groups = new Set(ours.flatMap(({ address }) => protocol.groupOf(address) ?? []));
      const before = this.#groups.get(responder) ?? new Set();
      for (const group of groups) if (!before.has(group)) responder.groups.join(group);
      for (const group of before) if (!groups.has(group)) responder.groups.leave(group);
      this.#groups.set(responder, groups);
    }
  }

  #startSpam(announced: Announced, interfaces: AnnouncedInterfaces, fresh: boolean): void {
    const { clock, claimsAtOnce } = this.parts;
    const { address } = announced;
    const idle = this.#spam.size === 0;
    const known = this.#spam.has(address);
    const spam = { ...announced, until: clock.now() + SPAM_DURATION_MS, interfaces };
    this.#spam.set(address, spam);
    if (idle) clock.after(SPAM_INTERVAL_MS, () => this.#tick());
    if (!known || (claimsAtOnce && fresh)) this.#gratuitous(spam);
  }

  #tick(): void {
    const now = this.parts.clock.now();
    for (const spam of [...this.#spam.values()]) {
      if (now > spam.until) this.#spam.delete(spam.address);
      else this.#gratuitous(spam);
    }
    if (this.#spam.size > 0) this.parts.clock.after(SPAM_INTERVAL_MS, () => this.#tick());
  }

  #gratuitous({ family, address, interfaces }: Spam): void {
    if (!this.#isHeld(address)) return;
    for (const responder of this.parts.responders) {
      const { protocol, link } = responder;
      if (protocol.family !== family || !matchesInterface(interfaces, link.name)) continue;
      for (const frame of protocol.gratuitous(address, link)) {
        responder.send(frame);
        this.#countersOf(address).gratuitousSent += 1;
      }
    }
  }

  #isHeld(address: string): boolean {
    return [...this.#advertised.values()].some(({ addresses }) => holds(addresses, address));
  }

  #countersOf(address: string): AddressCounters {
    const counters = this.#counters.get(address) ?? { requestsReceived: 0, responsesSent: 0, gratuitousSent: 0 };
    this.#counters.set(address, counters);
    return counters;
  }
}

/** None for what is no address. */
function announced(text: string): Announced[] {
  const address = parseAddress(text);
  return address ? [{ family: address.family, address: addressText(address) }] : [];
}

function holds(addresses: readonly Announced[], address: string): boolean {
  return addresses.some((one) => one.address === address);
}
