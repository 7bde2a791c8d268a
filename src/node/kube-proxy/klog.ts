/**
 * Log lines as Kubernetes' components print them:
 * `I1121 08:30:00.123456       1 iptables.go:616] "Reloading after iptables flush"`.
 * Source: k8s.io/klog/v2 textlogger, header and KVListFormat. A container's process has number 1.
 */
import type { Clock } from '../../world/contract.js';

export interface LogEntry {
  /** The `-v` from which on it is printed; 0 when absent. */
  verbosity?: number;
  /** Where in upstream's source it is said. */
  file: string;
  line: number;
  message: string;
  values?: Readonly<Record<string, string | number>>;
}

/** @param at milliseconds since the epoch */
export function klogLine({ file, line, message, values = {} }: LogEntry, clock: Clock, at: number): string {
  const [, month, day, time] = /^\d+-(\d+)-(\d+)T([\d:.]+)Z$/.exec(clock.microTimestamp(at)) ?? [];
  const pairs = Object.entries(values).map(([key, value]) => ` ${key}=${JSON.stringify(value)}`);
  return `I${month}${day} ${time}       1 ${file}:${line}] ${JSON.stringify(message)}${pairs.join('')}`;
}
