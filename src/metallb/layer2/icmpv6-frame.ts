/**
 * ICMPv6 over IPv6 over Ethernet: frames read and written, with their checksum.
 *
 * Models: what the kernel does around MetalLB's raw socket, and mdlayher/ndp `conn.go` (hop limit, checksum).
 * Source: RFC 8200 section 3, RFC 4443 section 2.3.
 * Differs: An ICMPv6 message behind IPv6 extension headers is not heard by a speaker; the kernel's raw socket hears it.
 */
import ipaddr from 'ipaddr.js';
import {
  ETHERNET_HEADER,
  type EthernetAddresses,
  ethernetAddresses,
  ethernetPayload,
  etherTypes,
  newFrame,
} from './ethernet.js';

/** IANA protocol number. */
export const ICMPV6 = 58;
const IPV6_HEADER = 40;
/** Type, code and checksum. */
const LEAST_MESSAGE = 4;
const CHECKSUM_OFFSET = 2;
/** RFC 4861 section 7.1: a neighbour's message has passed no router. */
const HOP_LIMIT = 255;

export interface Icmpv6Frame extends EthernetAddresses {
  sourceAddress: string;
  destinationAddress: string;
  /** From the type on; the checksum is filled in when the frame is written. */
  message: Buffer;
}

/** Undefined for what is no ICMPv6, is cut short, or whose checksum is wrong. */
export function decodeIcmpv6(bytes: Uint8Array): Icmpv6Frame | undefined {
  const frame = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  const packet = ethernetPayload(frame, etherTypes.ipv6);
  if (!packet || packet.length < IPV6_HEADER + LEAST_MESSAGE) return undefined;
  const length = packet.readUInt16BE(4);
  if (packet.readUInt8(0) >> 4 !== 6 || packet.readUInt8(6) !== ICMPV6) return undefined;
  if (length < LEAST_MESSAGE || packet.length < IPV6_HEADER + length) return undefined;
  const message = packet.subarray(IPV6_HEADER, IPV6_HEADER + length);
  const addresses = packet.subarray(8, IPV6_HEADER);
  if (checksum(addresses, message) !== 0) return undefined;
  return {
    ...ethernetAddresses(frame),
    sourceAddress: ipv6Text(addresses.subarray(0, 16)),
    destinationAddress: ipv6Text(addresses.subarray(16)),
    message,
  };
}

/** The bytes of a frame. */
export function encodeIcmpv6(frame: Icmpv6Frame): Buffer {
  const { message } = frame;
  const bytes = newFrame(frame, etherTypes.ipv6, IPV6_HEADER + message.length);
  const packet = bytes.subarray(ETHERNET_HEADER);
  packet.writeUInt8(6 << 4, 0);
  packet.writeUInt16BE(message.length, 4);
  packet.writeUInt8(ICMPV6, 6);
  packet.writeUInt8(HOP_LIMIT, 7);
  packet.set(ipv6Bytes(frame.sourceAddress), 8);
  packet.set(ipv6Bytes(frame.destinationAddress), 24);
  packet.set(message, IPV6_HEADER);
  const body = packet.subarray(IPV6_HEADER);
  body.writeUInt16BE(0, CHECKSUM_OFFSET);
  body.writeUInt16BE(checksum(packet.subarray(8, IPV6_HEADER), body), CHECKSUM_OFFSET);
  return bytes;
}

/** Of the pseudo-header and a message; 0 when the message has its checksum in it. */
function checksum(addresses: Buffer, message: Buffer): number {
  let sum = onesSum(addresses) + onesSum(message) + message.length + ICMPV6;
  while (sum > 0xffff) sum = (sum & 0xffff) + Math.floor(sum / 0x10000);
  return ~sum & 0xffff;
}

function onesSum(bytes: Buffer): number {
  let sum = 0;
  for (let offset = 0; offset + 1 < bytes.length; offset += 2) sum += bytes.readUInt16BE(offset);
  // An odd byte counts as if a zero followed.
  return bytes.length % 2 === 0 ? sum : sum + bytes.readUInt8(bytes.length - 1) * 0x100;
}

export function ipv6Bytes(address: string): number[] {
  return ipaddr.IPv6.parse(address).toByteArray();
}

/** As RFC 5952 writes it. */
export function ipv6Text(bytes: Buffer): string {
  return new ipaddr.IPv6([...bytes]).toRFC5952String();
}
