/**
 * Packet sockets: whole Ethernet frames of one protocol, on one interface.
 *
 * The descriptor is a plain one: `read` gives one frame, `write` sends one, and a child process may inherit it.
 * Works in a user namespace that owns the network namespace (CAP_NET_RAW there). Source: packet(7).
 */
import { closeSync } from 'node:fs';
import { addressOf, libc, syscallError } from './libc.js';
import { inNamespace, type NetworkNamespace } from './netns.js';

/** Linux' numbers: sys/socket.h, asm-generic/socket.h, linux/if_packet.h. */
const AF_PACKET = 17;
const SOCK_RAW = 3;
const SOCK_CLOEXEC = 0o2000000;
const SOL_SOCKET = 1;
const SO_ATTACH_FILTER = 26;

export interface PacketSocketOptions {
  namespace: NetworkNamespace;
  /** Of the interface. */
  index: number;
  etherType: number;
  /** Of IPv6 frames only those whose header names this one as the next. */
  nextHeader?: number | undefined;
}

/** Opens a blocking socket for frames of one EtherType. @throws KernelError EPERM, ENODEV */
export function openPacketSocket({ namespace, index, etherType, nextHeader }: PacketSocketOptions): number {
  return inNamespace(namespace, () => {
    // Bound before it receives: a socket made with a protocol would collect frames of all interfaces meanwhile.
    const fd = libc().socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, 0);
    const subject = `AF_PACKET interface ${index} in ${namespace.name}`;
    if (fd < 0) throw syscallError('socket', subject);
    const address = linkAddress(index, etherType);
    const failed =
      (nextHeader !== undefined && !attachFilter(fd, nextHeader) && 'setsockopt SO_ATTACH_FILTER') ||
      (libc().bind(fd, address, address.length) !== 0 && 'bind');
    if (!failed) return fd;
    const error = syscallError(failed, subject);
    closeSync(fd);
    throw error;
  });
}

/** Where an IPv6 frame names its next header: 14 bytes of Ethernet, then the seventh byte. RFC 8200 section 3. */
const NEXT_HEADER_OFFSET = 20;
/** BPF_LD|BPF_B|BPF_ABS, BPF_JMP|BPF_JEQ|BPF_K and BPF_RET|BPF_K, linux/bpf_common.h. */
const [LOAD_BYTE, JUMP_IF_EQUAL, RETURN] = [0x30, 0x15, 0x06];
const WHOLE_FRAME = 0x40000;

/** The rest stays in the kernel: on a LAN of IPv6 all traffic would wake the process otherwise. */
function attachFilter(fd: number, nextHeader: number): boolean {
  const program = Buffer.concat([
    instruction(LOAD_BYTE, NEXT_HEADER_OFFSET),
    instruction(JUMP_IF_EQUAL, nextHeader, { otherwise: 1 }),
    instruction(RETURN, WHOLE_FRAME),
    instruction(RETURN, 0),
  ]);
  const description = filterProgram(program);
  return libc().setsockopt(fd, SOL_SOCKET, SO_ATTACH_FILTER, description, description.length) === 0;
}

/** struct sock_filter, linux/filter.h; `otherwise` is how many instructions a failed comparison skips. */
function instruction(code: number, operand: number, { otherwise = 0 } = {}): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeUInt16LE(code, 0);
  bytes.writeUInt8(otherwise, 3);
  bytes.writeUInt32LE(operand, 4);
  return bytes;
}

/** struct sock_fprog: how many instructions, and where they are. */
function filterProgram(program: Buffer): Buffer {
  const bytes = Buffer.alloc(16);
  bytes.writeUInt16LE(program.length / 8, 0);
  bytes.writeBigUInt64LE(addressOf(program), 8);
  return bytes;
}

/** struct sockaddr_ll: family and index in the machine's order, the protocol in the network's. */
function linkAddress(index: number, protocol: number): Buffer {
  const bytes = Buffer.alloc(20);
  bytes.writeUInt16LE(AF_PACKET, 0);
  bytes.writeUInt16BE(protocol, 2);
  bytes.writeInt32LE(index, 4);
  return bytes;
}
