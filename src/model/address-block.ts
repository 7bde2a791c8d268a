/**
 * IPv4 ranges as a first address and a size, the arithmetic that both address allocators share.
 */
import ipaddr from 'ipaddr.js';

/** A CIDR range as numbers: `first` is the network address, `size` a power of two. */
export interface AddressBlock {
  readonly first: number;
  readonly size: number;
}

/** An IPv4 address as an unsigned number; undefined when the text is no dotted IPv4 address. */
export function addressNumber(text: string): number | undefined {
  if (!ipaddr.IPv4.isValidFourPartDecimal(text)) return undefined;
  return ipaddr.IPv4.parse(text).octets.reduce((sum, octet) => sum * 256 + octet, 0);
}

/** The dotted form. */
export function addressText(address: number): string {
  return [24, 16, 8, 0].map((shift) => (address >>> shift) & 0xff).join('.');
}

/**
 * The block of a CIDR text; host bits are dropped.
 * @throws RangeError when the text is no IPv4 CIDR: configuration has been validated long before.
 */
export function blockOf(cidr: string): AddressBlock {
  const [address = '', length = ''] = cidr.split('/');
  const number = addressNumber(address);
  const bits = Number(length);
  if (number === undefined || !/^\d{1,2}$/.test(length) || bits > 32) {
    throw new RangeError(`"${cidr}" is not an IPv4 CIDR such as 10.96.0.0/12`);
  }
  const size = 2 ** (32 - bits);
  return { first: Math.floor(number / size) * size, size };
}

/** The last address of a network that a machine can have: the one before the broadcast address. */
export function lastAddress(cidr: string): string {
  const { first, size } = blockOf(cidr);
  return addressText(first + size - 2);
}

/** `10.96.0.0/12`. */
export function blockText(block: AddressBlock): string {
  return `${addressText(block.first)}/${32 - Math.log2(block.size)}`;
}

/** Is the address inside the block? */
export function holds(block: AddressBlock, address: number): boolean {
  return address >= block.first && address < block.first + block.size;
}

/** Do the two blocks share an address? */
export function overlaps(left: AddressBlock, right: AddressBlock): boolean {
  return left.first < right.first + right.size && right.first < left.first + left.size;
}
