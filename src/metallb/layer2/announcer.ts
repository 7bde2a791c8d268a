/**
 * One speaker's announcements: which addresses it answers for, and the gratuitous ARP it sends.
 *
 * Models: MetalLB `internal/layer2/announcer.go`. Nothing is added to any interface. An address that is given up is
 * simply not answered for any more: there is no farewell.
 * Differs: IPv6 addresses are never announced, as the lab's network has IPv4 only; a responder for NDP would stand beside
 * the one for ARP.
 */
import type { Clock } from '../../world/contract.js';
import { parseAddress } from '../pools/address.js';
import { type ArpFrame, decodeArp } from './arp.js';
import type { AnnouncedInterfaces } from './contract.js';
import { type ArpInterface, answerArp, type DropReason, gratuitousFrames } from './responder.js';

/** More than Linux' locktime of 1 s, in which a second answer is not believed (MetalLB issue 172). */
const SPAM_INTERVAL_MS = 1100;
const SPAM_DURATION_MS = 5000;

/** metallb_layer2_requests_received, _responses_sent, _gratuitous_sent of one address. */
export interface AddressCounters {
  requestsReceived: number;
  responsesSent: number;
  gratuitousSent: number;
}

export interface AnnouncerParts {
  clock: Pick<Clock, 'now' | 'after'>;
  /** The interfaces with a responder. */
  links: readonly ArpInterface[];
  send(link: ArpInterface, frame: ArpFrame): void;
}

interface Advertisement {
  addresses: readonly string[];
  interfaces: AnnouncedInterfaces;
}

interface Spam {
  until: number;
  interfaces: AnnouncedInterfaces;
}

export function matchesInterface(interfaces: AnnouncedInterfaces, link: string): boolean {
  return interfaces === 'all' || interfaces.includes(link);
}

export class Announcer {
  readonly #advertised = new Map<string, Advertisement>();
  readonly #spam = new Map<string, Spam>();
  readonly #counters = new Map<string, AddressCounters>();
  readonly #drops = new Map<DropReason, number>();

  constructor(private readonly parts: AnnouncerParts) {}

  /** Announces, or announces anew: each call asks for five more seconds of gratuitous ARP. */
  setBalancer(service: string, addresses: readonly string[], interfaces: AnnouncedInterfaces): void {
    const ours = addresses.filter((address) => parseAddress(address)?.family === 'ipv4');
    this.#advertised.set(service, { addresses: ours, interfaces });
    for (const address of ours) this.#startSpam(address, interfaces);
  }

  deleteBalancer(service: string): void {
    this.#advertised.delete(service);
  }

  /** A frame from the wire, however broken. */
  hear(link: ArpInterface, bytes: Uint8Array): void {
    const frame = decodeArp(bytes);
    const answer = answerArp(frame, link, (address, name) => this.#refusal(address, name));
    if ('drop' in answer) {
      this.#drops.set(answer.drop, (this.#drops.get(answer.drop) ?? 0) + 1);
      return;
    }
    const counters = this.#countersOf(answer.reply.senderAddress);
    counters.requestsReceived += 1;
    this.parts.send(link, answer.reply);
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
    const found = [...this.#advertised.values()].filter(({ addresses }) => addresses.includes(address));
    if (found.length === 0) return 'announceIP';
    return found.some(({ interfaces }) => matchesInterface(interfaces, link)) ? undefined : 'notMatchInterface';
  }

  #startSpam(address: string, interfaces: AnnouncedInterfaces): void {
    const { clock } = this.parts;
    const idle = this.#spam.size === 0;
    const known = this.#spam.has(address);
    this.#spam.set(address, { until: clock.now() + SPAM_DURATION_MS, interfaces });
    if (idle) clock.after(SPAM_INTERVAL_MS, () => this.#tick());
    if (!known) this.#gratuitous(address, interfaces);
  }

  #tick(): void {
    const now = this.parts.clock.now();
    for (const [address, { until, interfaces }] of [...this.#spam]) {
      if (now > until) this.#spam.delete(address);
      else this.#gratuitous(address, interfaces);
    }
    if (this.#spam.size > 0) this.parts.clock.after(SPAM_INTERVAL_MS, () => this.#tick());
  }

  #gratuitous(address: string, interfaces: AnnouncedInterfaces): void {
    const held = [...this.#advertised.values()].some(({ addresses }) => addresses.includes(address));
    if (!held) return;
    for (const link of this.parts.links.filter(({ name }) => matchesInterface(interfaces, name))) {
      for (const frame of gratuitousFrames(address, link.mac)) {
        this.parts.send(link, frame);
        this.#countersOf(address).gratuitousSent += 1;
      }
    }
  }

  #countersOf(address: string): AddressCounters {
    const counters = this.#counters.get(address) ?? { requestsReceived: 0, responsesSent: 0, gratuitousSent: 0 };
    this.#counters.set(address, counters);
    return counters;
  }
}
