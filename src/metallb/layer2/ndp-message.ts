/**
 * Neighbor Solicitation and Neighbor Advertisement: messages read, and written as MetalLB's library writes them.
 *
 * Models: mdlayher/ndp `message.go` and `option.go`: of options it knows the two with link-layer addresses, and a message
 * with a broken option is none. Source: RFC 4861 sections 4.3, 4.4 and 4.6.1.
 */
import { macText, writeMac } from './ethernet.js';
import { ipv6Bytes, ipv6Text } from './icmpv6-frame.js';

/** ICMPv6 types. */
export const neighborSolicitation = 135;
export const neighborAdvertisement = 136;

/** Type, code, checksum, flags or nothing, and the target. */
const HEADER = 24;
/** Lengths of options are in units of eight bytes. */
const OPTION_UNIT = 8;
/** Option types. */
const sourceLinkLayerAddress = 1;
const targetLinkLayerAddress = 2;
/** The bits of an advertisement, from above: from a router, solicited, override. */
const flagBits = { router: 0x80, solicited: 0x40, override: 0x20 } as const;

export interface NeighborSolicitation {
  type: typeof neighborSolicitation;
  target: string;
  /** Where the answer is to be sent to. */
  sourceMac: string | undefined;
}

export interface NeighborAdvertisement {
  type: typeof neighborAdvertisement;
  router: boolean;
  /** In answer to a solicitation. */
  solicited: boolean;
  /** To replace the link-layer address that others have in their caches. */
  override: boolean;
  target: string;
  targetMac: string | undefined;
}

export type NeighborMessage = NeighborSolicitation | NeighborAdvertisement;

/** Undefined for what is cut short or broken; `other` for other types, whose content is not looked at. */
export function parseNeighborMessage(message: Buffer): NeighborMessage | 'other' | undefined {
  const type = message[0];
  if (type !== neighborSolicitation && type !== neighborAdvertisement) return 'other';
  const target = message.subarray(8, HEADER);
  const options =
    message.length < HEADER || isMapped(target) ? undefined : linkLayerAddresses(message.subarray(HEADER));
  if (!options) return undefined;
  if (type === neighborSolicitation) return { type, target: ipv6Text(target), sourceMac: options.source };
  const flags = message.readUInt8(4);
  return {
    type,
    router: (flags & flagBits.router) !== 0,
    solicited: (flags & flagBits.solicited) !== 0,
    override: (flags & flagBits.override) !== 0,
    target: ipv6Text(target),
    targetMac: options.target,
  };
}

/** ::ffff:0:0/96, which the library takes for IPv4. */
function isMapped(address: Buffer): boolean {
  return address.toString('hex').startsWith(`${'0'.repeat(20)}ffff`);
}

/** The first of each kind; undefined when some option is broken. */
function linkLayerAddresses(options: Buffer): { source?: string; target?: string } | undefined {
  const found: { source?: string; target?: string } = {};
  for (let offset = 0; offset < options.length; ) {
    const [type = 0, units = 0] = options.subarray(offset, offset + 2);
    const end = offset + units * OPTION_UNIT;
    if (units === 0 || end > options.length) return undefined;
    if (type === sourceLinkLayerAddress || type === targetLinkLayerAddress) {
      if (units !== 1) return undefined;
      found[type === sourceLinkLayerAddress ? 'source' : 'target'] ??= macText(options, offset + 2);
    }
    offset = end;
  }
  return found;
}

/** The bytes of a message, without its checksum. */
export function formatNeighborMessage(message: NeighborMessage): Buffer {
  const solicits = message.type === neighborSolicitation;
  const mac = solicits ? message.sourceMac : message.targetMac;
  const bytes = Buffer.alloc(HEADER + (mac === undefined ? 0 : OPTION_UNIT));
  bytes.writeUInt8(message.type, 0);
  if (!solicits) bytes.writeUInt8(flagsOf(message), 4);
  bytes.set(ipv6Bytes(message.target), 8);
  if (mac === undefined) return bytes;
  bytes.writeUInt8(solicits ? sourceLinkLayerAddress : targetLinkLayerAddress, HEADER);
  bytes.writeUInt8(1, HEADER + 1);
  writeMac(bytes, HEADER + 2, mac);
  return bytes;
}

function flagsOf({ router, solicited, override }: NeighborAdvertisement): number {
  return (router ? flagBits.router : 0) | (solicited ? flagBits.solicited : 0) | (override ? flagBits.override : 0);
}
