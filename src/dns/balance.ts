/**
 * The order of several addresses in one answer.
 *
 * Models: CoreDNS' plugin loadbalance.
 * Differs: the addresses of a name move on by one with every answer, where loadbalance shuffles them: each comes first
 * equally often, and the sequence can be had again.
 */
import type { DnsRecord } from './contract.js';

/** One server's memory of whose turn it is. Forgets everything when it knows this many names. */
const mostNames = 10_000;

export function createBalance(): (records: readonly DnsRecord[]) => readonly DnsRecord[] {
  const turns = new Map<string, number>();
  return (records) => {
    const addresses = records.filter(isAddress);
    const [first] = addresses;
    if (!first || addresses.length === 1) return records;
    const key = `${first.type} ${first.name}`;
    const turn = turns.get(key) ?? 0;
    if (turns.size >= mostNames) turns.clear();
    turns.set(key, (turn + 1) % addresses.length);
    return [...records.filter((record) => !isAddress(record)), ...rotated(addresses, turn % addresses.length)];
  };
}

function isAddress({ type }: DnsRecord): boolean {
  return type === 'A' || type === 'AAAA';
}

function rotated<T>(items: readonly T[], by: number): T[] {
  return [...items.slice(by), ...items.slice(0, by)];
}
