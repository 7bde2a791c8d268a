/**
 * From packet to packet: the whole of the DNS server but for its sockets.
 *
 * Source: CoreDNS `core/dnsserver/server.go` (ServeDNS: EDNS version, class, rcodes written by the server).
 */
import { answer, refusal } from './answer.js';
import type { DnsRecord, DnsSettings, DnsView, Reply } from './contract.js';
import { type Query, receive, send, type Transport } from './wire.js';

/** An exchange, for the query log. */
export interface Exchange {
  query: Query;
  reply: Reply;
}

export interface Response {
  /** Absent: nothing is sent. */
  packet: Buffer | undefined;
  /** Absent for what was no question. */
  exchange?: Exchange;
}

/** Puts the records of one name into the order in which they are sent. */
export type Balance = (records: readonly DnsRecord[]) => readonly DnsRecord[];

/** Never throws: what cannot be read is refused, or ignored as upstream does. */
export function respond(
  packet: Buffer,
  transport: Transport,
  view: DnsView,
  settings: DnsSettings,
  balance: Balance,
): Response {
  const received = receive(packet);
  if (!('query' in received)) return { packet: received.refusal };
  const { query } = received;
  const reply = replyTo(query, view, settings);
  const balanced = { ...reply, answers: balance(reply.answers) };
  return { packet: send(query, balanced, transport), exchange: { query, reply: balanced } };
}

function replyTo({ edns, class: queryClass, question }: Query, view: DnsView, settings: DnsSettings): Reply {
  if ((edns?.version ?? 0) !== 0) return refusal('BADVERS');
  if (queryClass !== 'IN') return refusal('REFUSED');
  return answer(question, view, settings);
}
