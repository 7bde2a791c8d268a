/**
 * What speakers say in the API: events about Services, and status objects.
 */
import type { Service } from 'kubernetes-types/core/v1.js';
import type { KubeObject, Stored } from '../api/object.js';
import { StatusError } from '../api/status.js';
import { recordEvent } from '../controllers/events.js';
import type { StatusChange } from '../metallb/service-status.js';
import type { SpeakerEvent } from '../metallb/speaker/news.js';
import type { Clock } from '../world/contract.js';
import type { DesiredState } from './desired.js';

export class SpeakerRecords {
  constructor(
    private readonly registry: DesiredState['registry'],
    private readonly clock: Clock,
  ) {}

  /** @param service `namespace/name`; one that is gone has no events */
  event(service: string, event: SpeakerEvent): void {
    const [namespace = '', name = ''] = service.split('/');
    const key = { group: '', kind: 'Service', namespace, name };
    const involved = this.registry.get<Stored<Service> & KubeObject>(key);
    if (involved) recordEvent(this.registry, this.clock, { involved, component: 'metallb-speaker', ...event });
  }

  /** A namespace on its way out takes no new objects. */
  status({ create, update, remove }: StatusChange): void {
    try {
      for (const key of remove) this.registry.delete(key);
      for (const object of update) this.registry.update(object, { subresource: 'status' });
      for (const object of create) {
        const created = this.registry.create(object);
        this.registry.update({ ...created, status: object.status }, { subresource: 'status' });
      }
    } catch (error) {
      if (!(error instanceof StatusError)) throw error;
    }
  }
}
