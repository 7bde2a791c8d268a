/**
 * What the daemon and the DNS process say to each other besides the commands for servers: plain JSON.
 */
import type { DnsChange } from './contract.js';
import type { QueryLogEntry } from './query-log.js';
import type { UpstreamNames } from './upstream.js';

export interface DnsConfiguration {
  /** The cluster domain. */
  zone: string;
  /** Seconds. */
  ttl: number;
  /** What the name server outside of the cluster knows; absent: there is none. */
  upstream?: UpstreamNames;
  /** Whether the servers print every query, as with the plugin `log`. */
  log: boolean;
}

export type DnsCommand =
  | { kind: 'dns-configure'; configuration: DnsConfiguration }
  /** `serial`: the time of the changes, in seconds since the epoch. */
  | { kind: 'dns-changes'; changes: DnsChange[]; serial: number }
  /** Answered by one `dns-log` with the same `id`. */
  | { kind: 'dns-log'; id: number; after: number };

export interface DnsReport {
  kind: 'dns-log';
  id: number;
  entries: QueryLogEntry[];
}
