/**
 * NDP as MetalLB speaks it: what it answers on the wire, and what it says unasked.
 *
 * Models: MetalLB `internal/layer2/ndp.go` processRequest, advertise and Watch, with the raw ICMPv6 socket it hears
 * through: bound to the link-local address, so it takes what is sent there and to multicast groups, and never a
 * solicitation sent to the announced address itself. A neighbour that asks again that way (RFC 4861 section 7.3.1) gets
 * no answer: metallb/metallb issue 2920. The hop limit, which RFC 4861 section 7.1.1 wants at 255, is not looked at.
 * Differs: A speaker's advertisement goes to the MAC address in the solicitation; MetalLB's kernel asks for the asker's
 * address first when it does not know it.
 */
import { type EthernetAddresses, etherTypes, macText } from './ethernet.js';
import { decodeIcmpv6, encodeIcmpv6, ICMPV6, type Icmpv6Frame, ipv6Bytes, ipv6Text } from './icmpv6-frame.js';
import {
  formatNeighborMessage,
  neighborAdvertisement,
  neighborSolicitation,
  parseNeighborMessage,
} from './ndp-message.js';
import type { Answer, DropReason, LinkAddresses, NeighbourProtocol, Refusal } from './neighbour-protocol.js';

/** Link-local scope, all nodes. RFC 4291 section 2.7.1. */
const allNodes = 'ff02::1';
/** Before the last 24 bits of an address. RFC 4291 section 2.7.1. */
const solicitedNodePrefix = ipv6Bytes('ff02::1:ff00:0').slice(0, 13);
const unspecified = '::';

export const ndp: NeighbourProtocol = {
  name: 'ndp',
  family: 'ipv6',
  frames: { etherType: etherTypes.ipv6, nextHeader: ICMPV6 },
  isSpokenOn: ({ linkLocal }) => linkLocal !== '',
  answer,
  gratuitous: (address, link) => [
    advertisement(address, link, {
      destination: multicastMac(allNodes),
      destinationAddress: allNodes,
      solicited: false,
    }),
  ],
  groupOf: solicitedNodeMulticast,
};

function answer(bytes: Uint8Array, link: LinkAddresses, refusal: Refusal): Answer {
  const frame = decodeIcmpv6(bytes);
  if (!frame) return { drop: 'error' };
  const undelivered = deliveryRefusal(frame, link);
  if (undelivered) return { drop: undelivered };
  const message = parseNeighborMessage(frame.message);
  if (!message) return { drop: 'error' };
  if (message === 'other' || message.type !== neighborSolicitation) return { drop: 'messageType' };
  const { target: address, sourceMac: destination } = message;
  // Also whoever looks whether an address is free (RFC 4862 section 5.4): from `::`, without a MAC.
  if (destination === undefined) return { drop: 'noSourceLL' };
  const drop = refusal(address, link.name);
  if (drop) return { drop };
  // Nobody can be sent anything at `::`; RFC 4861 section 7.1.1 wants such a solicitation discarded.
  if (frame.sourceAddress === unspecified) return { drop: 'error' };
  const destinationAddress = frame.sourceAddress;
  return { address, reply: advertisement(address, link, { destination, destinationAddress, solicited: true }) };
}

/** Why the kernel would not hand a message to MetalLB's socket, or the socket's library not to MetalLB. */
function deliveryRefusal(frame: Icmpv6Frame, { mac, linkLocal }: LinkAddresses): DropReason | undefined {
  if (frame.destination !== mac && !isGroupMac(frame.destination)) return 'ethernetDestination';
  if (frame.sourceAddress === linkLocal) return 'notDelivered';
  const taken = frame.destinationAddress === linkLocal || frame.destinationAddress.startsWith('ff');
  return taken ? undefined : 'notDelivered';
}

interface Asker extends Pick<EthernetAddresses, 'destination'> {
  destinationAddress: string;
  solicited: boolean;
}

/** Only what is said unasked replaces what others know. */
function advertisement(target: string, { mac, linkLocal }: LinkAddresses, { solicited, ...asker }: Asker): Buffer {
  return encodeIcmpv6({
    ...asker,
    source: mac,
    sourceAddress: linkLocal,
    message: formatNeighborMessage({
      type: neighborAdvertisement,
      router: false,
      solicited,
      override: !solicited,
      target,
      targetMac: mac,
    }),
  });
}

/** The group in which an address is asked for: its last 24 bits. */
export function solicitedNodeMulticast(address: string): string {
  return ipv6Text(Buffer.from([...solicitedNodePrefix, ...ipv6Bytes(address).slice(13)]));
}

/** 33:33 and the group's last 32 bits. RFC 2464 section 7. */
export function multicastMac(group: string): string {
  return macText(Buffer.from([0x33, 0x33, ...ipv6Bytes(group).slice(12)]), 0);
}

function isGroupMac(mac: string): boolean {
  return (Number.parseInt(mac.slice(0, 2), 16) & 1) === 1;
}
