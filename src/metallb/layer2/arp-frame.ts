/**
 * ARP over Ethernet: frames read, and written as MetalLB's library writes them.
 *
 * Models: mdlayher/arp `packet.go`: hardware and protocol type are not looked at, lengths are, and what is sent is padded
 * to the least Ethernet frame. Source: RFC 826.
 */
import {
  ETHERNET_HEADER,
  type EthernetAddresses,
  ethernetAddresses,
  ethernetPayload,
  etherTypes,
  macText,
  newFrame,
  writeMac,
} from './ethernet.js';

/** RFC 826 opcodes. */
export const arpRequest = 1;
export const arpReply = 2;

/** IEEE 802.3: 46 bytes of payload at least. */
const LEAST_PAYLOAD = 46;
/** The buffer of mdlayher/arp `client.go` Read: what is longer is cut. */
const READ_BYTES = 128;

/** A frame's ARP packet with the frame's addresses. */
export interface ArpFrame extends EthernetAddresses {
  operation: number;
  senderMac: string;
  senderAddress: string;
  targetMac: string;
  targetAddress: string;
}

/** Undefined for what is no ARP, is cut short, or speaks of other than IPv4 addresses. */
export function decodeArp(bytes: Uint8Array): ArpFrame | undefined {
  const frame = Buffer.from(bytes.buffer, bytes.byteOffset, Math.min(bytes.length, READ_BYTES));
  const payload = ethernetPayload(frame, etherTypes.arp);
  if (!payload || payload.length < 8) return undefined;
  const [hardware = 0, protocol = 0] = payload.subarray(4, 6);
  const total = 8 + 2 * hardware + 2 * protocol;
  // An answer needs an asker whose hardware address is as long as ours, and IPv4: NewPacket refuses the rest.
  if (payload.length < total || hardware !== 6 || protocol !== 4) return undefined;
  return {
    ...ethernetAddresses(frame),
    operation: payload.readUInt16BE(6),
    senderMac: macText(payload, 8),
    senderAddress: addressText(payload, 14),
    targetMac: macText(payload, 18),
    targetAddress: addressText(payload, 24),
  };
}

/** The bytes of a frame, padded. */
export function encodeArp(frame: ArpFrame): Buffer {
  const bytes = newFrame(frame, etherTypes.arp, LEAST_PAYLOAD);
  const payload = bytes.subarray(ETHERNET_HEADER);
  // Hardware type 1 is Ethernet.
  payload.writeUInt16BE(1, 0);
  payload.writeUInt16BE(etherTypes.ipv4, 2);
  payload.writeUInt8(6, 4);
  payload.writeUInt8(4, 5);
  payload.writeUInt16BE(frame.operation, 6);
  writeMac(payload, 8, frame.senderMac);
  writeAddress(payload, 14, frame.senderAddress);
  writeMac(payload, 18, frame.targetMac);
  writeAddress(payload, 24, frame.targetAddress);
  return bytes;
}

function addressText(bytes: Buffer, offset: number): string {
  return [...bytes.subarray(offset, offset + 4)].join('.');
}

function writeAddress(bytes: Buffer, offset: number, address: string): void {
  bytes.set(address.split('.').map(Number), offset);
}
