/**
 * One TCP connection after the other, each with blocking system calls, so that nothing of Node's is between the kernel
 * and the watch. For measurements: nothing else happens in this process meanwhile. Source: socket(7), tcp(7).
 */
import { closeSync } from 'node:fs';
import { libc, syscallError } from './libc.js';
import { socketAddress } from './listen.js';
import { inNamespace, type NetworkNamespace } from './netns.js';

/** Linux' numbers, sys/socket.h. */
const AF_INET = 2;
const SOCK_STREAM = 1;
const SOCK_CLOEXEC = 0o2000000;
const SOL_SOCKET = 1;
const SO_LINGER = 13;
const SO_RCVTIMEO = 20;
const SO_SNDTIMEO = 21;
/** Who has not answered by then does not, in seconds. */
const PATIENCE = 2;

/** On the clock that was given. */
export interface TimedConnection {
  readonly started: number;
  readonly connected: number;
  /** When the first byte came. */
  readonly answered: number;
}

/** Connects, waits for one byte and hangs up. @throws KernelError ECONNREFUSED, EAGAIN after two seconds, … */
export function timedConnection(
  namespace: NetworkNamespace,
  address: string,
  port: number,
  now: () => number,
): TimedConnection {
  const { socket, connect, recv } = libc();
  const fd = inNamespace(namespace, () => socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  if (fd < 0) throw syscallError('socket', address);
  try {
    prepare(fd);
    const where = socketAddress(address, port);
    const byte = Buffer.alloc(1);
    const started = now();
    if (connect(fd, where, where.length) !== 0) throw syscallError('connect', `${address}:${port}`);
    const connected = now();
    if (recv(fd, byte, 1, 0) < 1) throw syscallError('recv', `${address}:${port}`);
    return { started, connected, answered: now() };
  } finally {
    closeSync(fd);
  }
}

/** struct timeval, and struct linger: hanging up with a reset leaves no port behind in TIME_WAIT. */
function prepare(fd: number): void {
  const patience = Buffer.alloc(16);
  patience.writeBigInt64LE(BigInt(PATIENCE), 0);
  const linger = Buffer.alloc(8);
  linger.writeInt32LE(1, 0);
  const { setsockopt } = libc();
  for (const option of [SO_RCVTIMEO, SO_SNDTIMEO]) setsockopt(fd, SOL_SOCKET, option, patience, patience.length);
  setsockopt(fd, SOL_SOCKET, SO_LINGER, linger, linger.length);
}
