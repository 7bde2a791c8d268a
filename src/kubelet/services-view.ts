/**
 * The Services as pods' environments and emulated images see them: one snapshot a namespace, shared by all pods that
 * start before the next change. A thousand pods among a thousand Services must not each list and spell them all.
 */
import type { Service } from 'kubernetes-types/core/v1.js';
import type { Lister } from '../registry/contract.js';
import { serviceVariables } from './environment/service-variables.js';

type ServiceView = Pick<Service, 'metadata' | 'spec'>;

class ServiceSnapshot {
  readonly #variables = new Map<boolean, Readonly<Record<string, string>>>();

  constructor(
    /** Those of the namespace. */
    readonly services: readonly ServiceView[],
    private readonly kubernetes: ServiceView | undefined,
    private readonly namespace: string,
  ) {}

  /** Variables for a container that starts now; `links` is the pod's enableServiceLinks. */
  variables(links: boolean): Readonly<Record<string, string>> {
    const known = this.#variables.get(links);
    if (known) return known;
    const isThere = this.kubernetes === undefined || this.services.includes(this.kubernetes);
    const seen = isThere ? this.services : [...this.services, this.kubernetes as ServiceView];
    const variables = serviceVariables(seen, this.namespace, links);
    this.#variables.set(links, variables);
    return variables;
  }
}

export class ServicesView {
  readonly #snapshots = new Map<string, ServiceSnapshot>();

  constructor(private readonly registry: Lister) {}

  /** The Services of a namespace as they are now. */
  of(namespace: string): ServiceSnapshot {
    const known = this.#snapshots.get(namespace);
    if (known) return known;
    const services = this.registry.list('', 'Service', { namespace }) as unknown as ServiceView[];
    const kubernetes = this.registry.get({ group: '', kind: 'Service', namespace: 'default', name: 'kubernetes' });
    const snapshot = new ServiceSnapshot(services, kubernetes as unknown as ServiceView | undefined, namespace);
    this.#snapshots.set(namespace, snapshot);
    return snapshot;
  }

  /** A Service changed. Every namespace sees `default/kubernetes`. */
  forget(namespace: string): void {
    if (namespace === 'default') this.#snapshots.clear();
    else this.#snapshots.delete(namespace);
  }
}
