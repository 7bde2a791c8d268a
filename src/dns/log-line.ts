/**
 * A query as CoreDNS' plugin `log` prints it: its Common Log Format.
 * Source: CoreDNS `plugin/log/README.md`, `plugin/pkg/replacer`.
 * Differs: the duration is always 0s, because an answer here waits for nothing.
 */

import { typeText } from './query-log.js';
import type { Exchange } from './respond.js';
import type { Transport } from './wire.js';

export interface LogFacts {
  /** `address:port`. */
  client: string;
  transport: Transport;
  /** Of the answer. */
  bytes: number;
}

/** Without EDNS a client takes 512 bytes. */
const plainSize = 512;

export function logLine({ query, reply }: Exchange, { client, transport, bytes }: LogFacts): string {
  const { question, writtenName, edns, recursionDesired, size, id } = query;
  const flags = ['qr', ...(reply.authoritative ? ['aa'] : []), ...(recursionDesired ? ['rd'] : [])].join(',');
  const asked = `${typeText(question.type)} ${query.class} ${writtenName} ${transport} ${size}`;
  const extension = `${edns?.dnssecOk ?? false} ${edns?.udpPayloadSize ?? plainSize}`;
  return `[INFO] ${client} - ${id} "${asked} ${extension}" ${reply.rcode} ${flags} ${bytes} 0s`;
}
