/**
 * Packet sockets: whole Ethernet frames of one protocol, on one interface.
 *
 * The descriptor is a plain one: `read` gives one frame, `write` sends one, and a child process may inherit it.
 * Works in a user namespace that owns the network namespace (CAP_NET_RAW there). Source: packet(7).
 */
import { closeSync } from 'node:fs';
import { libc, syscallError } from './libc.js';
import { inNamespace, type NetworkNamespace } from './netns.js';

/** Linux' numbers: sys/socket.h, linux/if_packet.h, linux/if_ether.h. */
const AF_PACKET = 17;
const SOCK_RAW = 3;
const SOCK_CLOEXEC = 0o2000000;
export const ETH_P_ARP = 0x0806;

/** Opens a blocking socket for frames of one EtherType. @throws KernelError EPERM, ENODEV */
export function openPacketSocket(namespace: NetworkNamespace, index: number, protocol: number): number {
  return inNamespace(namespace, () => {
    // Bound before it receives: a socket made with a protocol would collect frames of all interfaces meanwhile.
    const fd = libc().socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, 0);
    if (fd < 0) throw syscallError('socket', `AF_PACKET in ${namespace.name}`);
    const address = linkAddress(index, protocol);
    if (libc().bind(fd, address, address.length) === 0) return fd;
    const error = syscallError('bind', `AF_PACKET interface ${index} in ${namespace.name}`);
    closeSync(fd);
    throw error;
  });
}

/** struct sockaddr_ll: family and index in the machine's order, the protocol in the network's. */
function linkAddress(index: number, protocol: number): Buffer {
  const bytes = Buffer.alloc(20);
  bytes.writeUInt16LE(AF_PACKET, 0);
  bytes.writeUInt16BE(protocol, 2);
  bytes.writeInt32LE(index, 4);
  return bytes;
}
