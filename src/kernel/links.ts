/**
 * The interfaces of a namespace, as the kernel has them now.
 */
import { createRtNetlink } from 'netlink/dist/rt/rt.js';
import { inNamespace, type NetworkNamespace } from './netns.js';

export interface Link {
  name: string;
  index: number;
  mac: string;
  up: boolean;
  /** Ethernet-like: takes broadcasts, and uses ARP. */
  broadcast: boolean;
  arp: boolean;
  /** Part of a bridge or bond. */
  enslaved: boolean;
}

export async function listLinks(namespace: NetworkNamespace): Promise<Link[]> {
  const socket = inNamespace(namespace, () => createRtNetlink());
  try {
    const links = await socket.getLinks();
    return links.map(({ data: { index = 0, flags = {} }, attrs }) => ({
      name: attrs.ifname ?? '',
      index,
      mac: Buffer.from(attrs.address ?? [])
        .toString('hex')
        .replace(/..(?!$)/g, '$&:'),
      up: flags.up ?? false,
      broadcast: flags.broadcast ?? false,
      arp: !(flags.noarp ?? false),
      enslaved: attrs.master !== undefined,
    }));
  } finally {
    socket.socket.close();
  }
}
