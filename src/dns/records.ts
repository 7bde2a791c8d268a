/**
 * What the DNS knows, indexed by name and by address, and kept so change by change: an answer costs the same among ten
 * Services and among ten thousand.
 */
import type { DnsChange, DnsFact, DnsService, DnsSlice, DnsView } from './contract.js';

/** Facts by something that several of them may share, in the order of their keys. */
class Shelf<T> {
  readonly #facts = new Map<string, Map<string, T>>();
  readonly #sorted = new Map<string, readonly T[]>();

  at(place: string): readonly T[] {
    const known = this.#sorted.get(place);
    if (known) return known;
    const facts = this.#facts.get(place);
    if (!facts) return [];
    const sorted = [...facts].sort(([left], [right]) => (left < right ? -1 : 1)).map(([, fact]) => fact);
    this.#sorted.set(place, sorted);
    return sorted;
  }

  put(places: Iterable<string>, key: string, fact: T): void {
    for (const place of places) {
      const facts = this.#facts.get(place) ?? new Map<string, T>();
      this.#facts.set(place, facts.set(key, fact));
      this.#sorted.delete(place);
    }
  }

  take(places: Iterable<string>, key: string): void {
    for (const place of places) {
      const facts = this.#facts.get(place);
      facts?.delete(key);
      if (facts?.size === 0) this.#facts.delete(place);
      this.#sorted.delete(place);
    }
  }
}

export class DnsRecords implements DnsView {
  readonly #facts = new Map<string, DnsFact>();
  readonly #slices = new Shelf<DnsSlice>();
  readonly #servicesAt = new Shelf<DnsService>();
  readonly #slicesAt = new Shelf<DnsSlice>();
  #synced = false;
  #serial = 0;

  get synced(): boolean {
    return this.#synced;
  }

  get serial(): number {
    return this.#serial;
  }

  /** `serial` is the time of the change, in seconds since the epoch. */
  apply(changes: readonly DnsChange[], serial: number): void {
    for (const change of changes) this.#apply(change);
    this.#serial = serial;
    this.#synced = true;
  }

  hasNamespace(name: string): boolean {
    return this.#facts.has(`namespace/${name}`);
  }

  service(namespace: string, name: string): DnsService | undefined {
    return this.#facts.get(`service/${namespace}/${name}`) as DnsService | undefined;
  }

  slices(namespace: string, service: string): readonly DnsSlice[] {
    return this.#slices.at(`${namespace}/${service}`);
  }

  servicesAt(address: string): readonly DnsService[] {
    return this.#servicesAt.at(address);
  }

  slicesAt(address: string): readonly DnsSlice[] {
    return this.#slicesAt.at(address);
  }

  #apply({ key, fact }: DnsChange): void {
    const before = this.#facts.get(key);
    if (before) this.#unshelve(key, before);
    if (!fact) return void this.#facts.delete(key);
    this.#facts.set(key, fact);
    if (fact.kind === 'service') this.#servicesAt.put(fact.clusterIPs, key, fact);
    if (fact.kind !== 'slice') return;
    this.#slices.put([`${fact.namespace}/${fact.service}`], key, fact);
    this.#slicesAt.put(addressesOf(fact), key, fact);
  }

  #unshelve(key: string, fact: DnsFact): void {
    if (fact.kind === 'service') this.#servicesAt.take(fact.clusterIPs, key);
    if (fact.kind !== 'slice') return;
    this.#slices.take([`${fact.namespace}/${fact.service}`], key);
    this.#slicesAt.take(addressesOf(fact), key);
  }
}

function addressesOf({ endpoints }: DnsSlice): string[] {
  return endpoints.map(({ address }) => address);
}
