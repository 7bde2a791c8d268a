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
import { SpamLoop } from './spam-loop.js';

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

interface Claim extends Announced {
  interfaces: AnnouncedInterfaces;
}

export function matchesInterface(interfaces: AnnouncedInterfaces, link: string): boolean {
  return interfaces === 'all' || interfaces.includes(link);
}

export class Announcer {
  readonly #advertised = new Map<string, Advertisement>();
  readonly #spam: SpamLoop<Claim>;
  readonly #groups = new Map<Responder, ReadonlySet<string>>();
  readonly #counters = new Map<string, AddressCounters>();
  readonly #drops = new Map<DropReason, number>();

  constructor(private readonly parts: AnnouncerParts) {
    this.#spam = new SpamLoop(parts.clock, (claim) => this.#gratuitous(claim));
  }

  /** Announces, or announces anew: each call asks for five more seconds of unasked announcements. */
  setBalancer(service: string, addresses: readonly string[], interfaces: AnnouncedInterfaces): void {
    const ours = addresses.flatMap(announced);
    const fresh = ours.filter(({ address }) => !this.#isHeld(address));
    this.#advertised.set(service, { addresses: ours, interfaces });
    this.#watch();
    for (const one of ours) {
      const claim = { ...one, interfaces };
      this.#spam.start(claim, this.parts.claimsAtOnce === true && fresh.includes(one));
    }
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

  #gratuitous({ family, address, interfaces }: Claim): void {
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
