/**
 * What the frames of all address families begin with. MAC addresses are lower-case, colon-separated.
 *
 * Models: mdlayher/ethernet `ethernet.go`.
 */

export const broadcastMac = 'ff:ff:ff:ff:ff:ff';

/** linux/if_ether.h. */
export const etherTypes = { ipv4: 0x0800, arp: 0x0806, ipv6: 0x86dd } as const;

export const ETHERNET_HEADER = 14;
/** IEEE 802.1Q and 802.1ad tags, four bytes each, may stand before the EtherType. */
const tags: ReadonlySet<number> = new Set([0x8100, 0x88a8]);

export interface EthernetAddresses {
  destination: string;
  source: string;
}

/** Where a frame goes and comes from; the frame has a whole header. */
export function ethernetAddresses(frame: Buffer): EthernetAddresses {
  return { destination: macText(frame, 0), source: macText(frame, 6) };
}

/** What follows the EtherType, or undefined when that is another one or cut off. */
export function ethernetPayload(frame: Buffer, etherType: number): Buffer | undefined {
  for (let offset = ETHERNET_HEADER - 2; offset + 2 <= frame.length; offset += 4) {
    const type = frame.readUInt16BE(offset);
    if (type === etherType) return frame.subarray(offset + 2);
    if (!tags.has(type)) return undefined;
  }
  return undefined;
}

/** A frame of so many bytes of payload, which are zero yet. */
export function newFrame({ destination, source }: EthernetAddresses, etherType: number, payload: number): Buffer {
  const frame = Buffer.alloc(ETHERNET_HEADER + payload);
  writeMac(frame, 0, destination);
  writeMac(frame, 6, source);
  frame.writeUInt16BE(etherType, ETHERNET_HEADER - 2);
  return frame;
}

export function macText(bytes: Buffer, offset: number): string {
  return bytes.toString('hex', offset, offset + 6).replace(/..(?!$)/g, '$&:');
}

export function writeMac(bytes: Buffer, offset: number, mac: string): void {
  bytes.write(mac.replaceAll(':', ''), offset, 'hex');
}
