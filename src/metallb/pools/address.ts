/**
 * Addresses and blocks of both families as numbers, and how MetalLB reads the texts of a pool.
 *
 * Models: Go's `net.ParseIP`/`net.ParseCIDR`, MetalLB `internal/config/config.go` ParseCIDR, mikioh/ipaddr Summarize.
 */
import ipaddr from 'ipaddr.js';

export type Family = 'ipv4' | 'ipv6';

export interface Address {
  readonly family: Family;
  readonly value: bigint;
}

/** A CIDR block: `first` has its host bits at zero. */
export interface Block {
  readonly family: Family;
  readonly first: bigint;
  /** Prefix length. */
  readonly length: number;
}

const widths: Readonly<Record<Family, number>> = { ipv4: 32, ipv6: 128 };

/** As `net.ParseIP`: no leading zeros, no zone; an IPv4-mapped IPv6 address is the IPv4 address. */
export function parseAddress(text: string): Address | undefined {
  if (ipaddr.IPv4.isValidFourPartDecimal(text)) return fromBytes('ipv4', ipaddr.IPv4.parse(text).toByteArray());
  if (!text.includes(':') || text.includes('%') || !ipaddr.IPv6.isValid(text)) return undefined;
  const parsed = ipaddr.IPv6.parse(text);
  if (parsed.isIPv4MappedAddress()) return fromBytes('ipv4', parsed.toIPv4Address().toByteArray());
  return fromBytes('ipv6', parsed.toByteArray());
}

function fromBytes(family: Family, bytes: readonly number[]): Address {
  return { family, value: bytes.reduce((sum, byte) => sum * 256n + BigInt(byte), 0n) };
}

/** The canonical text, IPv6 as RFC 5952. */
export function addressText({ family, value }: Address): string {
  const bytes = toBytes(family, value);
  return family === 'ipv4' ? bytes.join('.') : new ipaddr.IPv6(bytes).toRFC5952String();
}

/** Go's `%q` of a list of addresses. */
export function quoted(addresses: readonly string[]): string {
  return `[${addresses.map((address) => `"${address}"`).join(' ')}]`;
}

function toBytes(family: Family, value: bigint): number[] {
  const count = widths[family] / 8;
  return Array.from({ length: count }, (_, index) => Number((value >> BigInt(8 * (count - 1 - index))) & 0xffn));
}

/** How many addresses a block has. */
export function blockSize({ family, length }: Pick<Block, 'family' | 'length'>): bigint {
  return 1n << BigInt(widths[family] - length);
}

/** `192.168.56.128/26`. */
export function blockText(block: Block): string {
  return `${addressText({ family: block.family, value: block.first })}/${block.length}`;
}

export function blockContains(block: Block, { family, value }: Address): boolean {
  return block.family === family && value >= block.first && value < block.first + blockSize(block);
}

/** Blocks overlap exactly when one holds the other's first address. */
export function blocksOverlap(one: Block, other: Block): boolean {
  return (
    blockContains(one, { family: other.family, value: other.first }) ||
    blockContains(other, { family: one.family, value: one.first })
  );
}

/**
 * One entry of `spec.addresses`: a CIDR, whose host bits are masked off, or a range, cut into the fewest blocks.
 * @throws Error in MetalLB's words
 */
export function parseBlocks(text: string): Block[] {
  return text.includes('-') ? parseRange(text) : [parseBlock(text)];
}

function parseBlock(text: string): Block {
  const slash = text.indexOf('/');
  const address = slash < 0 ? undefined : parseAddress(text.slice(0, slash));
  const digits = text.slice(slash + 1);
  const length = /^(0|[1-9]\d{0,2})$/.test(digits) ? Number(digits) : Number.NaN;
  if (!address || !(length <= widths[address.family])) throw new Error(`invalid CIDR ${JSON.stringify(text)}`);
  const size = blockSize({ family: address.family, length });
  return { family: address.family, first: address.value - (address.value % size), length };
}

function parseRange(text: string): Block[] {
  const dash = text.indexOf('-');
  const ends = [text.slice(0, dash), text.slice(dash + 1)] as const;
  const [start, end] = ends.map((one) => parseAddress(one.trim()));
  const invalid = `invalid IP range ${JSON.stringify(text)}`;
  if (!start) throw new Error(`${invalid}: invalid start IP ${JSON.stringify(ends[0])}`);
  if (!end) throw new Error(`${invalid}: invalid end IP ${JSON.stringify(ends[1])}`);
  if (isAfter(start, end)) {
    throw new Error(`${invalid}: start IP "${addressText(start)}" is after the end IP "${addressText(end)}"`);
  }
  return summarize(start, end);
}

/** Go compares 16 bytes, in which IPv4 addresses begin with ::ffff. */
function isAfter(start: Address, end: Address): boolean {
  const mapped = ({ family, value }: Address) => (family === 'ipv4' ? value + 0xffff_0000_0000n : value);
  return mapped(start) > mapped(end);
}

/** The fewest blocks that cover a range exactly, ascending. Ends of different families have none. */
function summarize(start: Address, end: Address): Block[] {
  if (start.family !== end.family) return [];
  const { family } = start;
  const blocks: Block[] = [];
  for (let first = start.value; first <= end.value; ) {
    let length = widths[family];
    while (length > 0 && fits(family, first, length - 1, end.value)) length -= 1;
    blocks.push({ family, first, length });
    first += blockSize({ family, length });
  }
  return blocks;
}

function fits(family: Family, first: bigint, length: number, last: bigint): boolean {
  const size = blockSize({ family, length });
  return first % size === 0n && first + size - 1n <= last;
}
