/**
 * The interfaces of a namespace, as the kernel has them now.
 */
import ipaddr from 'ipaddr.js';
import { createRtNetlink, type RtNetlinkSocket } from 'netlink/dist/rt/rt.js';
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
  /** Its first IPv6 link-local address; empty when it has none. */
  linkLocal: string;
}

/** AF_INET6, sys/socket.h; RT_SCOPE_LINK, linux/rtnetlink.h. */
const AF_INET6 = 10;
const LINK_SCOPE = 253;

export async function listLinks(namespace: NetworkNamespace): Promise<Link[]> {
  const socket = inNamespace(namespace, () => createRtNetlink());
  try {
    const links = await socket.getLinks();
    const linkLocal = await linkLocalAddresses(socket);
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
      linkLocal: linkLocal.get(index) ?? '',
    }));
  } finally {
    socket.socket.close();
  }
}

/** By index of the interface. */
async function linkLocalAddresses(socket: RtNetlinkSocket): Promise<Map<number, string>> {
  const found = new Map<number, string>();
  for (const { data, attrs } of await socket.getAddresses({ family: AF_INET6 })) {
    if (data.scope !== LINK_SCOPE || data.index === undefined || !attrs.address || found.has(data.index)) continue;
    found.set(data.index, new ipaddr.IPv6([...attrs.address]).toRFC5952String());
  }
  return found;
}
