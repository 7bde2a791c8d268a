/**
 * TCP listeners on one address of a network namespace.
 *
 * Node's own `listen` with an address looks the address up first and makes its socket a moment later, outside the
 * namespace; so the socket is made here and handed over. Source: socket(7), ip(7).
 */
import { closeSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { libc, syscallError } from './libc.js';
import { inNamespace, type NetworkNamespace } from './netns.js';

/** Linux' numbers, sys/socket.h. */
const AF_INET = 2;
const SOCK_STREAM = 1;
const SOCK_NONBLOCK = 0o4000;
const SOCK_CLOEXEC = 0o2000000;
const SOL_SOCKET = 1;
const SO_REUSEADDR = 2;
/** SOMAXCONN since Linux 5.4; the kernel lowers it to net.core.somaxconn. */
const BACKLOG = 4096;

/** @throws KernelError EADDRINUSE, EADDRNOTAVAIL */
export function listenAt(namespace: NetworkNamespace, address: string, port: number): Server {
  const fd = inNamespace(namespace, () => boundSocket(address, port));
  return createServer().listen({ fd });
}

function boundSocket(address: string, port: number): number {
  const fd = libc().socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (fd < 0) throw syscallError('socket', address);
  const on = Buffer.alloc(4);
  on.writeInt32LE(1);
  const where = socketAddress(address, port);
  const done =
    libc().setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, on, on.length) === 0 &&
    libc().bind(fd, where, where.length) === 0 &&
    libc().listen(fd, BACKLOG) === 0;
  if (done) return fd;
  const error = syscallError('listen', `${address}:${port}`);
  closeSync(fd);
  throw error;
}

/** struct sockaddr_in: family in the machine's order, port and address in the network's. */
export function socketAddress(address: string, port: number): Buffer {
  const bytes = Buffer.alloc(16);
  bytes.writeUInt16LE(AF_INET, 0);
  bytes.writeUInt16BE(port, 2);
  Buffer.from(address.split('.').map(Number)).copy(bytes, 4);
  return bytes;
}
