/**
 * What is new in what speakers are told, so that a change of one Service costs one message about one Service.
 */
import type { ServiceAdvertisement } from '../layer2/contract.js';
import type { SpeakerCommand } from './contract.js';
import type { SpeakersTold } from './told.js';

/** Remembers what one speaker has been told. */
export class ToldSoFar {
  #members = '';
  readonly #services = new Map<string, string>();

  /** The commands that bring it up to date; members first, as decisions depend on them. */
  update({ members, services }: SpeakersTold): SpeakerCommand[] {
    const commands: SpeakerCommand[] = [];
    const text = JSON.stringify(members);
    if (text !== this.#members) commands.push({ kind: 'members', members });
    this.#members = text;
    const changed = [...services.values()].filter((service) => this.#isNews(service));
    const gone = [...this.#services.keys()].filter((service) => !services.has(service));
    for (const service of gone) this.#services.delete(service);
    if (changed.length + gone.length > 0) commands.push({ kind: 'services', changed, gone });
    return commands;
  }

  #isNews(advertisement: ServiceAdvertisement): boolean {
    const text = JSON.stringify(advertisement);
    if (this.#services.get(advertisement.service) === text) return false;
    this.#services.set(advertisement.service, text);
    return true;
  }
}
