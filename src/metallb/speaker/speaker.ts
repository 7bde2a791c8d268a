/**
 * One node's speaker: decides for every Service whether to announce it, again whenever something changes.
 *
 * Models: MetalLB `speaker/main.go` controller, and `speakerlist`: a member that comes or goes makes every Service be
 * looked at again. Sockets and timers are the caller's.
 */
import { type Announcer, matchesInterface } from '../layer2/announcer.js';
import type { AnnouncedInterfaces, Decision, ServiceAdvertisement, WithdrawReason } from '../layer2/contract.js';
import { shouldAnnounce } from '../layer2/should-announce.js';
import type { SpeakerNews, SpeakerState } from './contract.js';

export interface SpeakerParts {
  node: string;
  announcer: Announcer;
  /** All interfaces that are not excluded by name. */
  interfaces: readonly string[];
  report(news: SpeakerNews): void;
}

export class Speaker {
  readonly #services = new Map<string, ServiceAdvertisement>();
  readonly #decisions = new Map<string, Decision>();
  #alive: ReadonlySet<string>;

  constructor(private readonly parts: SpeakerParts) {
    this.#alive = new Set([parts.node]);
  }

  update(changed: readonly ServiceAdvertisement[], gone: readonly string[]): void {
    for (const service of gone) {
      this.#services.delete(service);
      this.#withdraw(service, 'serviceDeleted');
      this.#decisions.delete(service);
    }
    for (const advertisement of changed) this.#replace(advertisement);
  }

  /** Looks at every Service again when the live members are others than before. */
  setAlive(alive: ReadonlySet<string>): void {
    const same = alive.size === this.#alive.size && [...alive].every((node) => this.#alive.has(node));
    this.#alive = new Set(alive);
    if (!same) for (const advertisement of this.#services.values()) this.#decide(advertisement);
  }

  state(): SpeakerState {
    const { announcer } = this.parts;
    return {
      alive: [...this.#alive].sort(),
      decisions: Object.fromEntries(this.#decisions),
      counters: announcer.counters(),
      drops: announcer.drops(),
    };
  }

  #replace(advertisement: ServiceAdvertisement): void {
    const { service, addresses } = advertisement;
    const before = this.#services.get(service);
    this.#services.set(service, advertisement);
    const kept = before?.addresses.join() === addresses.join() || addresses.length === 0;
    if (before && !kept) this.#withdraw(service, 'loadBalancerIPChanged');
    this.#decide(advertisement);
  }

  #decide(advertisement: ServiceAdvertisement): void {
    const { service } = advertisement;
    const decision = shouldAnnounce(this.parts.node, advertisement, (node) => this.#alive.has(node));
    if (!decision.announce) this.#withdraw(service, decision.reason);
    this.#decisions.set(service, decision);
    if (decision.announce) this.#announce(advertisement, decision.interfaces);
  }

  #announce({ service, addresses }: ServiceAdvertisement, interfaces: AnnouncedInterfaces): void {
    const { announcer, interfaces: present, report } = this.parts;
    const possible = interfaces === 'all' || present.some((link) => matchesInterface(interfaces, link));
    if (possible) announcer.setBalancer(service, addresses, interfaces);
    else for (const address of addresses) report({ kind: 'announceFailed', service, address });
    // MetalLB says so too when it has just failed.
    report({ kind: 'announced', service, interfaces, possible });
  }

  #withdraw(service: string, reason: WithdrawReason): void {
    if (!this.#decisions.get(service)?.announce) return;
    this.parts.announcer.deleteBalancer(service);
    this.#decisions.set(service, { announce: false, reason });
    this.parts.report({ kind: 'withdrawn', service, reason });
  }
}
