/**
 * Graceful termination: a real server that is no endpoint any more gets no new connections, but keeps those it has until
 * they end.
 *
 * Source: kube-proxy v1.30.5 `ipvs/graceful_termination.go` (GracefulDeleteRS, tryDeleteRs,
 * MoveRSOutofGracefulDeleteList).
 */
import type { Protocol } from '../../model/traffic.js';
import type { ServerOperation } from './change.js';
import { realServerKey, serviceArguments, virtualServerKey } from './virtual-server.js';

/** How often draining servers are looked at, in seconds (`rsCheckDeleteInterval`). */
export const drainIntervalSeconds = 60;

/** What `ipvsadm -L -n` counts for a real server. */
export interface Connections {
  readonly active: number;
  readonly inactive: number;
}

export type Retirement =
  | { readonly action: 'delete'; readonly reason: 'idle' | 'notConnectionOriented' }
  | { readonly action: 'drain'; readonly reason: 'connectionsLeft' };

/** Whether a server can go at once. UDP and SCTP never drain: their next packet finds another server. */
export function retirement(protocol: Protocol, { active, inactive }: Connections): Retirement {
  if (protocol !== 'TCP') return { action: 'delete', reason: 'notConnectionOriented' };
  if (active + inactive === 0) return { action: 'delete', reason: 'idle' };
  return { action: 'drain', reason: 'connectionsLeft' };
}

type OnServer = Extract<ServerOperation, { server: unknown }>;

/** Servers that drain, by `serverName`: each as the operation that retired it. */
export type Draining = ReadonlyMap<string, OnServer>;

/** Counts connections of a real server; undefined when the kernel does not have it. */
export type CountConnections = (name: string) => Connections | undefined;

export interface GracefulStep {
  /** Operations that `ipvsadmArguments` can write. */
  readonly operations: readonly ServerOperation[];
  readonly draining: Draining;
}

/** Unique name of a real server within the node: `TCP 10.0.0.1:80/10.1.1.1:8080`. */
function serverName({ service, server }: Pick<OnServer, 'service' | 'server'>): string {
  return `${virtualServerKey(service)}/${realServerKey(server)}`;
}

function retire(operation: OnServer, count: CountConnections, draining: Map<string, OnServer>): ServerOperation[] {
  const { service, server } = operation;
  // It drains already, and is looked at in its turn.
  if (draining.has(serverName(operation))) return [];
  const connections = count(serverName(operation)) ?? { active: 0, inactive: 0 };
  if (retirement(service.protocol, connections).action === 'delete') {
    return [{ operation: 'deleteServer', service, server }];
  }
  draining.set(serverName(operation), operation);
  return [{ operation: 'editServer', service, server: { ...server, weight: 0 } }];
}

/** An endpoint that comes back while it drains is deleted and added again, which cuts its old connections. */
function reinstate(operation: OnServer, draining: Map<string, OnServer>): ServerOperation[] {
  const { service, server } = operation;
  if (!draining.delete(serverName(operation))) return [operation];
  return [
    { operation: 'deleteServer', service, server },
    { operation: 'addServer', service, server },
  ];
}

/** Decides each retirement of a change, by the connections there are. */
export function settle(
  operations: readonly ServerOperation[],
  count: CountConnections,
  draining: Draining,
): GracefulStep {
  const left = new Map(draining);
  const decided = operations.flatMap((operation): ServerOperation[] => {
    if (operation.operation === 'retireServer') return retire(operation, count, left);
    if (operation.operation === 'addServer' || operation.operation === 'editServer') return reinstate(operation, left);
    if (operation.operation === 'deleteService') forgetService(left, virtualServerKey(operation.service));
    return [operation];
  });
  return { operations: decided, draining: left };
}

function forgetService(draining: Map<string, OnServer>, service: string): void {
  for (const name of [...draining.keys()]) if (name.startsWith(`${service}/`)) draining.delete(name);
}

/** The look at the draining servers every `drainIntervalSeconds`: those without connections go. */
export function drain(draining: Draining, count: CountConnections): GracefulStep {
  const left = new Map(draining);
  const operations: ServerOperation[] = [];
  for (const [name, { service, server }] of draining) {
    const connections = count(name);
    if (connections !== undefined && retirement(service.protocol, connections).action === 'drain') continue;
    left.delete(name);
    if (connections !== undefined) operations.push({ operation: 'deleteServer', service, server });
  }
  return { operations, draining: left };
}

/** The virtual servers whose real servers' connections decide something. */
export function countedServices(operations: readonly ServerOperation[]): string[] {
  const counted = operations.filter(
    ({ operation, service }) => operation === 'retireServer' && service.protocol === 'TCP',
  );
  return [...new Set(counted.map(({ service }) => serviceArguments(service)))];
}

/** Reads the connection counts out of `ipvsadm -L -n`. */
export function parseConnections(listing: string): CountConnections {
  const counts = new Map<string, Connections>();
  let service = '';
  for (const line of listing.split('\n')) {
    const words = line.trim().split(/\s+/);
    if (/^(TCP|UDP|SCTP)$/.test(words[0] ?? '')) service = `${words[0]} ${words[1]}`;
    else if (words[0] === '->' && words[1] !== 'RemoteAddress:Port') {
      counts.set(`${service}/${words[1]}`, { active: Number(words[4]), inactive: Number(words[5]) });
    }
  }
  return (name) => counts.get(name);
}
