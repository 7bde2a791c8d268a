/**
 * The cluster DNS as the daemon sees it: a process of its own, told of every Service, slice and namespace.
 */
import type { ConfigMap, Pod } from 'kubernetes-types/core/v1.js';
import { keyOf } from '../api/object.js';
import type { DnsChange } from '../dns/contract.js';
import { kubeadmCorefile, readCorefile } from '../dns/corefile.js';
import { dnsChange, dnsKinds } from '../dns/facts.js';
import type { DnsCommand, DnsReport } from '../dns/protocol.js';
import type { QueryLogEntry } from '../dns/query-log.js';
import type { UpstreamNames } from '../dns/upstream.js';
import { type PodServers, startServerProcess } from '../kubelet/servers/client.js';
import type { ClusterConfig } from '../model/cluster-config.js';
import type { ChangeEvent, Registry } from '../registry/contract.js';
import type { Clock } from '../world/contract.js';

export interface ClusterDns {
  /** Where containers of the image coredns are served. @throws Error when the process cannot start */
  servers: Promise<PodServers>;
  /** Tells it of all there is, and of every change from now on. To be called before the first of its servers starts. */
  feed(parts: DnsParts): void;
  /** What the name server outside of the cluster knows from now on. */
  setUpstream(names: UpstreamNames): void;
  /** The queries after this sequence number, as far as they are kept. @throws Error when the process never started */
  queries(after: number): Promise<QueryLogEntry[]>;
}

export interface DnsParts {
  registry: Registry;
  config: ClusterConfig;
  clock: Clock;
}

const entry = new URL('../dns/process.js', import.meta.url);
const configMapKey = { group: '', kind: 'ConfigMap', namespace: 'kube-system', name: 'coredns' };

/** Starts the process, which warms up while the daemon does other things. */
export function startDns(): ClusterDns {
  return new DnsProcess();
}

class DnsProcess implements ClusterDns {
  readonly servers: Promise<PodServers>;
  #send: ((command: DnsCommand) => void) | undefined;
  #parts: DnsParts | undefined;
  #upstream: UpstreamNames | undefined;
  #lastId = 0;
  readonly #waiting = new Map<number, (entries: QueryLogEntry[]) => void>();

  constructor() {
    this.servers = startServerProcess({
      entry,
      launched: (send) => {
        this.#send = send;
        // A process before this one, if there was any, took its log with it.
        for (const answer of this.#waiting.values()) answer([]);
        this.#waiting.clear();
        this.#tellEverything();
      },
      heard: (message) => {
        const { id, entries } = message as DnsReport;
        this.#waiting.get(id)?.(entries);
        this.#waiting.delete(id);
      },
    });
  }

  feed(parts: DnsParts): void {
    this.#parts = parts;
    this.#tellEverything();
    follow(parts, (command) => this.#send?.(this.#completed(command)));
  }

  setUpstream(names: UpstreamNames): void {
    this.#upstream = names;
    if (this.#parts && this.#send) configure(this.#parts, (command) => this.#send?.(this.#completed(command)));
  }

  /** The configuration is the Corefile's, but for what is outside of the cluster. */
  #completed(command: DnsCommand): DnsCommand {
    if (command.kind !== 'dns-configure' || this.#upstream === undefined) return command;
    return { ...command, configuration: { ...command.configuration, upstream: this.#upstream } };
  }

  queries(after: number): Promise<QueryLogEntry[]> {
    this.#lastId += 1;
    const id = this.#lastId;
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, resolve);
      if (this.#send) this.#send({ kind: 'dns-log', id, after });
      // Without a process nobody would ever answer: the reason why there is none is the answer.
      else
        this.servers.catch((error) => {
          if (this.#waiting.delete(id)) reject(error);
        });
    });
  }

  #tellEverything(): void {
    if (!this.#parts || !this.#send) return;
    configure(this.#parts, (command) => this.#send?.(this.#completed(command)));
    const { registry, clock } = this.#parts;
    this.#send({ kind: 'dns-changes', changes: everything(registry), serial: seconds(clock) });
  }
}

function everything(registry: Registry): DnsChange[] {
  return dnsKinds.flatMap(([group, kind]) =>
    registry.list(group, kind).flatMap((object) => dnsChange(keyOf(object), object) ?? []),
  );
}

/** All changes of one turn of the event loop go in one message. */
function follow({ registry, config, clock }: DnsParts, send: (command: DnsCommand) => void): void {
  let changes: DnsChange[] = [];
  const flush = (): void => {
    send({ kind: 'dns-changes', changes, serial: seconds(clock) });
    changes = [];
  };
  registry.watch(undefined, (event) => {
    if (isConfiguration(event)) configure({ registry, config }, send);
    const change = dnsChange(event.key, event.type === 'DELETED' ? undefined : event.object);
    if (!change) return;
    if (changes.length === 0) setImmediate(flush);
    changes.push(change);
  });
}

function isConfiguration({ key }: ChangeEvent): boolean {
  return key.kind === 'ConfigMap' && key.namespace === configMapKey.namespace && key.name === configMapKey.name;
}

function configure(
  { registry, config }: Pick<DnsParts, 'registry' | 'config'>,
  send: (command: DnsCommand) => void,
): void {
  const { clusterDomain: zone } = config;
  const corefile = (registry.get(configMapKey) as ConfigMap | undefined)?.data?.['Corefile'] ?? kubeadmCorefile(zone);
  send({ kind: 'dns-configure', configuration: { zone, ...readCorefile(corefile) } });
}

function seconds(clock: Clock): number {
  return Math.floor(clock.now() / 1000);
}

/** How long a start waits for the DNS: it is there in a moment, or something is wrong that its pods' status tells. */
const patienceMs = 1_000;

/**
 * Resolves when every placed pod of the DNS is ready, so that the rules in front of it are among the first ones written:
 * rules that change start the turns of all Services anew.
 */
export function untilServing({ registry, clock }: Pick<DnsParts, 'registry' | 'clock'>): Promise<void> {
  if (isServing(registry)) return Promise.resolve();
  return new Promise((resolve) => {
    const done = (): void => {
      cancel();
      unwatch();
      resolve();
    };
    const cancel = clock.after(patienceMs, done);
    const unwatch = registry.watch(undefined, ({ key }) => {
      if (key.kind === 'Pod' && isServing(registry)) done();
    });
  });
}

function isServing(registry: Registry): boolean {
  const pods = registry.list('', 'Pod', { namespace: 'kube-system' }) as Pod[];
  return pods
    .filter(({ metadata, spec }) => metadata?.labels?.['k8s-app'] === 'kube-dns' && spec?.nodeName)
    .every(({ status }) => status?.conditions?.some(({ type, status: value }) => type === 'Ready' && value === 'True'));
}
