/**
 * What MetalLB answers on the wire, and what it says unasked.
 *
 * Models: MetalLB `internal/layer2/arp.go` processRequest and Gratuitous.
 */
import { type ArpFrame, arpReply, arpRequest, broadcastMac } from './arp.js';

/** Why a frame was not answered. Source: `internal/layer2/announcer.go` dropReason. */
export type DropReason = 'error' | 'arpReply' | 'ethernetDestination' | 'announceIP' | 'notMatchInterface';

/** An interface with a responder. */
export interface ArpInterface {
  name: string;
  mac: string;
}

export type ArpAnswer = { reply: ArpFrame } | { drop: DropReason };

/**
 * The answer to a frame. Neither the sender's network nor its address is looked at: a probe (sender 0.0.0.0) is
 * answered too.
 * @param announced whether an address is announced on this interface, or why not
 */
export function answerArp(
  frame: ArpFrame | undefined,
  { name, mac }: ArpInterface,
  announced: (address: string, link: string) => DropReason | undefined,
): ArpAnswer {
  if (!frame) return { drop: 'error' };
  if (frame.operation !== arpRequest) return { drop: 'arpReply' };
  if (frame.destination !== broadcastMac && frame.destination !== mac) return { drop: 'ethernetDestination' };
  const drop = announced(frame.targetAddress, name);
  return drop ? { drop } : { reply: replyTo(frame, mac) };
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
export function gratuitousFrames(address: string, mac: string): ArpFrame[] {
  return [arpRequest, arpReply].map((operation) => ({
    destination: broadcastMac,
    source: mac,
    operation,
    senderMac: mac,
    senderAddress: address,
    targetMac: broadcastMac,
    targetAddress: address,
  }));
}
