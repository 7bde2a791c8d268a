/**
 * The cluster DNS as the daemon sees it: a process of its own, told of every Service, slice and namespace.
 */
import type { ConfigMap } from 'kubernetes-types/core/v1.js';
import { keyOf } from '../api/object.js';
import type { DnsChange } from '../dns/contract.js';
import { kubeadmCorefile, readCorefile } from '../dns/corefile.js';
import { dnsChange, dnsKinds } from '../dns/facts.js';
import type { DnsCommand, DnsReport } from '../dns/protocol.js';
import type { QueryLogEntry } from '../dns/query-log.js';
import { type PodServers, startServerProcess } from '../kubelet/servers/client.js';
import type { ClusterConfig } from '../model/cluster-config.js';
import type { ChangeEvent, Registry } from '../registry/contract.js';
import type { Clock } from '../world/contract.js';

export interface ClusterDns {
  /** Where containers of the image coredns are served. @throws Error when the process cannot start */
  servers: Promise<PodServers>;
  /** The queries after this sequence number, as far as they are kept. */
  queries(after: number): Promise<QueryLogEntry[]>;
}

export interface DnsParts {
  registry: Registry;
  config: ClusterConfig;
  clock: Clock;
}

const entry = new URL('../dns/process.js', import.meta.url);
const configMapKey = { group: '', kind: 'ConfigMap', namespace: 'kube-system', name: 'coredns' };

/** Starts the process and feeds it. */
export function startDns(parts: DnsParts): ClusterDns {
  let send: (command: DnsCommand) => void = () => {};
  const waiting = new Map<number, (entries: QueryLogEntry[]) => void>();
  let lastId = 0;
  const servers = startServerProcess({
    entry,
    launched(sendMessage) {
      send = sendMessage;
      // A process before this one, if there was any, took its log with it.
      for (const answer of waiting.values()) answer([]);
      waiting.clear();
      configure(parts, send);
      send({ kind: 'dns-changes', changes: everything(parts.registry), serial: seconds(parts.clock) });
    },
    heard(message) {
      const { id, entries } = message as DnsReport;
      waiting.get(id)?.(entries);
      waiting.delete(id);
    },
  });
  follow(parts, (command) => send(command));
  return {
    servers,
    queries(after) {
      lastId += 1;
      const id = lastId;
      return new Promise((resolve) => {
        waiting.set(id, resolve);
        send({ kind: 'dns-log', id, after });
      });
    },
  };
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
