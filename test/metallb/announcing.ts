/** An announcer with one responder whose wire is a list, on a clock of its own; and numbers for frames that nobody should send. */
import { Announcer } from '../../src/metallb/layer2/announcer.js';
import type { AnnouncedInterfaces } from '../../src/metallb/layer2/contract.js';
import type { LinkAddresses, NeighbourProtocol, Responder } from '../../src/metallb/layer2/neighbour-protocol.js';
import { createManualClock } from '../../src/world/manual-clock.js';

export const link: LinkAddresses = { name: 'eth1', mac: '02:e9:57:84:56:18', linkLocal: 'fe80::e9:57ff:fe84:5618' };

/** Announces an address, and forgets what was said at once. */
export function announcing<F>(
  protocol: NeighbourProtocol,
  address: string,
  decode: (bytes: Buffer) => F | undefined,
  interfaces: AnnouncedInterfaces = 'all',
  claimsAtOnce = false,
) {
  const clock = createManualClock();
  const start = clock.now();
  const sent: { at: number; frame: F | undefined }[] = [];
  const groups: string[] = [];
  const responder: Responder = {
    protocol,
    link,
    send: (bytes) => void sent.push({ at: clock.now() - start, frame: decode(bytes) }),
    groups: {
      join: (group) => void groups.push(group),
      leave: (group) => void groups.splice(groups.indexOf(group), 1),
    },
  };
  const announcer = new Announcer({ clock, responders: [responder], claimsAtOnce });
  announcer.setBalancer('default/web', [address], interfaces);
  sent.length = 0;
  return { announcer, clock, sent, groups, hear: (bytes: Buffer) => announcer.hear(responder, bytes) };
}
