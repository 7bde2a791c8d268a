/** A small store with the registry's contract, enough for the REST face to be tested without controllers. */
import type { KubeObject, ObjectKey } from '../../src/api/object.js';
import { keyOf, keyText } from '../../src/api/object.js';
import { StatusError } from '../../src/api/status.js';
import type {
  ChangeEvent,
  DeleteOptions,
  KindInfo,
  ListOptions,
  Registry,
  UpdateOptions,
  WriteOptions,
} from '../../src/registry/contract.js';

function kind(group: string, version: string, name: string, plural: string, more: Partial<KindInfo> = {}): KindInfo {
  return {
    group,
    versions: [version],
    kind: name,
    plural,
    singular: name.toLowerCase(),
    shortNames: [],
    namespaced: true,
    categories: [],
    subresources: [],
    ...more,
  };
}

export const testKinds: KindInfo[] = [
  kind('', 'v1', 'Namespace', 'namespaces', {
    namespaced: false,
    shortNames: ['ns'],
    subresources: ['finalize', 'status'],
  }),
  kind('', 'v1', 'Node', 'nodes', { namespaced: false, shortNames: ['no'], subresources: ['status'] }),
  kind('', 'v1', 'Pod', 'pods', {
    shortNames: ['po'],
    categories: ['all'],
    subresources: ['attach', 'binding', 'eviction', 'exec', 'log', 'portforward', 'status'],
  }),
  kind('', 'v1', 'Service', 'services', { shortNames: ['svc'], categories: ['all'], subresources: ['status'] }),
  kind('', 'v1', 'Endpoints', 'endpoints', { shortNames: ['ep'] }),
  kind('', 'v1', 'ConfigMap', 'configmaps', { shortNames: ['cm'] }),
  kind('', 'v1', 'ServiceAccount', 'serviceaccounts', { shortNames: ['sa'], subresources: ['token'] }),
  kind('', 'v1', 'Event', 'events', { shortNames: ['ev'] }),
  kind('apps', 'v1', 'Deployment', 'deployments', {
    shortNames: ['deploy'],
    categories: ['all'],
    subresources: ['scale', 'status'],
  }),
  kind('apps', 'v1', 'ReplicaSet', 'replicasets', {
    shortNames: ['rs'],
    categories: ['all'],
    subresources: ['scale', 'status'],
  }),
  kind('discovery.k8s.io', 'v1', 'EndpointSlice', 'endpointslices'),
  kind('metallb.io', 'v1beta1', 'IPAddressPool', 'ipaddresspools'),
  kind('gateway.networking.k8s.io', 'v1', 'Gateway', 'gateways', { versions: ['v1', 'v1beta1'] }),
];

const creationTimestamp = '2026-01-01T00:00:00Z';

export class MemoryRegistry implements Registry {
  readonly #objects = new Map<string, KubeObject>();
  readonly #log: ChangeEvent[] = [];
  readonly #listeners = new Set<(event: ChangeEvent) => void>();
  /** Watches from before this version are refused as expired. */
  oldest = 0;
  resourceVersion = 0;

  kinds(): readonly KindInfo[] {
    return testKinds;
  }

  #kind(key: ObjectKey): KindInfo {
    const found = testKinds.find((one) => one.group === key.group && one.kind === key.kind);
    if (found === undefined) throw new Error(`no kind ${key.kind}`);
    return found;
  }

  get watchers(): number {
    return this.#listeners.size;
  }

  get<T extends KubeObject = KubeObject>(key: ObjectKey): T | undefined {
    return this.#objects.get(keyText(key)) as T | undefined;
  }

  list<T extends KubeObject = KubeObject>(
    group: string,
    kindName: string,
    { namespace, where }: ListOptions = {},
  ): T[] {
    const wanted = (key: string) =>
      key.startsWith(`${group}/${kindName}/${namespace === undefined ? '' : `${namespace}/`}`);
    const keys = [...this.#objects.keys()].filter(wanted).sort();
    return keys.flatMap((key) => {
      const object = this.#objects.get(key);
      return object !== undefined && (where?.(object) ?? true) ? [object as T] : [];
    });
  }

  listWithVersion(info: KindInfo, options?: ListOptions) {
    return { items: this.list(info.group, info.kind, options), resourceVersion: `${this.resourceVersion}` };
  }

  #commit(type: ChangeEvent['type'], object: KubeObject, previous?: KubeObject): KubeObject {
    this.resourceVersion += 1;
    const metadata = { ...object.metadata, resourceVersion: `${this.resourceVersion}` };
    const stored = { ...object, metadata };
    const key = keyOf(stored);
    if (type === 'DELETED') this.#objects.delete(keyText(key));
    else this.#objects.set(keyText(key), stored);
    const event = { type, key, object: stored, resourceVersion: this.resourceVersion, ...(previous && { previous }) };
    this.#log.push(event);
    for (const listener of [...this.#listeners]) listener(event);
    return stored;
  }

  #refusal(reason: 'NotFound' | 'AlreadyExists' | 'Conflict', key: ObjectKey, text: string): StatusError {
    const { plural, group } = this.#kind(key);
    const resource = group === '' ? plural : `${plural}.${group}`;
    return new StatusError(reason, text.replace('%', `${resource} "${key.name}"`), { name: key.name, kind: plural });
  }

  create(object: KubeObject, { dryRun }: WriteOptions = {}): KubeObject {
    const key = keyOf(object);
    if (this.get(key)) throw this.#refusal('AlreadyExists', key, '% already exists');
    const metadata = { ...object.metadata, uid: `uid-${keyText(key)}`, creationTimestamp };
    return dryRun ? { ...object, metadata } : this.#commit('ADDED', { ...object, metadata });
  }

  update(object: KubeObject, { dryRun, subresource }: UpdateOptions = {}): KubeObject {
    const key = keyOf(object);
    const live = this.get(key);
    if (live === undefined) throw this.#refusal('NotFound', key, '% not found');
    const { resourceVersion } = object.metadata;
    if (resourceVersion && resourceVersion !== live.metadata.resourceVersion) {
      throw this.#refusal(
        'Conflict',
        key,
        'Operation cannot be fulfilled on %: the object has been modified; please apply your changes to the latest version and try again',
      );
    }
    const kept =
      subresource === 'status'
        ? { ...live, status: object.status }
        : { ...object, ...(live.status === undefined ? {} : { status: live.status }) };
    const next = {
      ...kept,
      metadata: { ...kept.metadata, uid: live.metadata.uid, resourceVersion: live.metadata.resourceVersion },
    };
    if (dryRun || JSON.stringify(next) === JSON.stringify(live)) return next;
    return this.#commit('MODIFIED', next, live);
  }

  delete(key: ObjectKey, { dryRun }: DeleteOptions = {}): KubeObject {
    const live = this.get(key);
    if (live === undefined) throw this.#refusal('NotFound', key, '% not found');
    return dryRun ? live : this.#commit('DELETED', live, live);
  }

  watch(from: number | undefined, listener: (event: ChangeEvent) => void): () => void {
    if (from !== undefined && from < this.oldest) {
      throw new StatusError('Expired', `too old resource version: ${from} (${this.oldest})`);
    }
    if (from !== undefined) for (const event of this.#log.filter((one) => one.resourceVersion > from)) listener(event);
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }
}
