/**
 * The last questions and what was said to them: what `lab dns log` shows.
 */
import type { Exchange } from './respond.js';

export interface QueryLogEntry {
  /** Counts from 1, without gaps: where a reader goes on. */
  sequence: number;
  /** Milliseconds since the epoch. */
  time: number;
  /** The pod that answered. */
  server: string;
  /** `address:port`. */
  client: string;
  protocol: 'udp' | 'tcp';
  /** As it was written, with its last dot. */
  name: string;
  type: string;
  rcode: string;
  /** What the answer's records hold, in short. */
  answers: readonly string[];
}

/** How many entries are kept. */
const most = 2_000;

export class QueryLog {
  #entries: QueryLogEntry[] = [];
  #sequence = 0;

  append(entry: Omit<QueryLogEntry, 'sequence'>): void {
    this.#sequence += 1;
    this.#entries.push({ sequence: this.#sequence, ...entry });
    // Dropping half at a time keeps the cost of an entry constant.
    if (this.#entries.length > 2 * most) this.#entries = this.#entries.slice(-most);
  }

  /** What came after `sequence`, oldest first, as far as it is kept. */
  after(sequence: number): QueryLogEntry[] {
    return this.#entries.slice(-most).filter((entry) => entry.sequence > sequence);
  }
}

/** The part of an entry that the exchange itself knows. */
export function describeExchange({
  query,
  reply,
}: Exchange): Pick<QueryLogEntry, 'name' | 'type' | 'rcode' | 'answers'> {
  return {
    name: query.writtenName,
    type: typeText(query.question.type),
    rcode: reply.rcode,
    answers: reply.answers.map((record) => {
      if (record.type === 'SRV') return `${record.data.target}:${record.data.port}`;
      return record.type === 'SOA' ? record.data.mname : record.data;
    }),
  };
}

/** Types that are asked for daily and that dns-packet knows by number only. Source: IANA, RFC 9460. */
const laterTypes: Readonly<Record<string, string>> = { UNKNOWN_64: 'SVCB', UNKNOWN_65: 'HTTPS' };

/** A type as `dig` writes it. */
export function typeText(type: string): string {
  return laterTypes[type] ?? type.replace(/^UNKNOWN_/, 'TYPE');
}
