/**
 * The query log with names: which pod, node or machine asked.
 */

import type { QueryLogEntry } from '../dns/query-log.js';
import { hostNamespace } from '../fabric/machines.js';
import type { DesiredState } from './desired.js';
import type { ClusterDns } from './dns.js';

/** `asker`: `NAMESPACE/POD`, a node's name or `host`; the bare address of somebody unknown. */
export interface NamedQuery extends QueryLogEntry {
  asker: string;
}

/** The queries after a sequence number, oldest first. */
export async function queries(
  { dns, desired }: { dns: ClusterDns; desired: Pick<DesiredState, 'registry' | 'config'> },
  after: number,
): Promise<NamedQuery[]> {
  const entries = await dns.queries(after);
  return entries.map((entry) => ({ ...entry, asker: askerAt(entry.client.replace(/:\d+$/, ''), desired) }));
}

function askerAt(address: string, { registry, config }: Pick<DesiredState, 'registry' | 'config'>): string {
  if (address === config.lan.hostAddress) return hostNamespace;
  const node = config.nodes.find((one) => one.address === address || one.podBlock.startsWith(`${address}/`));
  if (node) return node.name;
  const [pod] = registry.indexed('podAddress', address);
  return pod ? `${pod.metadata.namespace}/${pod.metadata.name}` : address;
}
