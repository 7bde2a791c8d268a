/**
 * ARP as MetalLB speaks it: what it answers on the wire, and what it says unasked.
 *
 * Models: MetalLB `internal/layer2/arp.go` processRequest and Gratuitous.
 */
import { type ArpFrame, arpReply, arpRequest, decodeArp, encodeArp } from './arp-frame.js';
import { broadcastMac, etherTypes } from './ethernet.js';
import type { Answer, LinkAddresses, NeighbourProtocol, Refusal } from './neighbour-protocol.js';

export const arp: NeighbourProtocol = {
  name: 'arp',
  family: 'ipv4',
  frames: { etherType: etherTypes.arp },
  isSpokenOn: ({ broadcast }) => broadcast,
  answer,
  gratuitous,
  groupOf: () => undefined,
};

/** Neither the sender's network nor its address is looked at: a probe (sender 0.0.0.0) is answered too. */
function answer(bytes: Uint8Array, { name, mac }: LinkAddresses, refusal: Refusal): Answer {
  const frame = decodeArp(bytes);
  if (!frame) return { drop: 'error' };
  if (frame.operation !== arpRequest) return { drop: 'arpReply' };
  if (frame.destination !== broadcastMac && frame.destination !== mac) return { drop: 'ethernetDestination' };
  const address = frame.targetAddress;
  const drop = refusal(address, name);
  return drop ? { drop } : { address, reply: encodeArp(replyTo(frame, mac)) };
}

function replyTo(request: ArpFrame, mac: string): ArpFrame {
  return {
    destination: request.senderMac,
    source: mac,
    operation: arpReply,
    senderMac: mac,
    senderAddress: request.targetAddress,
    targetMac: request.senderMac,
    targetAddress: request.senderAddress,
  };
}

/** One round: a request, then a reply, both broadcast, both about the address itself. */
function gratuitous(address: string, { mac }: LinkAddresses): Buffer[] {
  return [arpRequest, arpReply].map((operation) =>
    encodeArp({
      destination: broadcastMac,
      source: mac,
      operation,
      senderMac: mac,
      senderAddress: address,
      targetMac: broadcastMac,
      targetAddress: address,
    }),
  );
}
