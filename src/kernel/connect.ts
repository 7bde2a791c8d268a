/**
 * Outgoing TCP connections from inside a network namespace: probes from a node, port-forwards into a pod.
 *
 * `net.connect` makes its socket in a later turn of the event loop, when the thread is back home; so the socket is made
 * here, with libc, and handed to Node unconnected. Source: socket(2).
 */
import { isIPv6, Socket } from 'node:net';
import koffi from 'koffi';
import { syscallError } from './libc.js';
import { inNamespace, type NetworkNamespace } from './netns.js';

/** bits/socket.h of x86-64 and arm64 Linux. */
const AF_INET = 2;
const AF_INET6 = 10;
const SOCK_STREAM = 1;
const SOCK_CLOEXEC = 0o2000000;

type SocketCall = (family: number, type: number, protocol: number) => number;

let socketCall: SocketCall | undefined;

/** Starts connecting; the socket tells of success and failure as `net.connect`'s does. @throws KernelError without descriptors */
export function connectFrom(namespace: NetworkNamespace, address: string, port: number): Socket {
  socketCall ??= koffi.load('libc.so.6').func('int socket(int family, int type, int protocol)') as SocketCall;
  const open = socketCall;
  const family = isIPv6(address) ? AF_INET6 : AF_INET;
  const fd = inNamespace(namespace, () => open(family, SOCK_STREAM | SOCK_CLOEXEC, 0));
  if (fd < 0) throw syscallError('socket', `in ${namespace.name}`);
  return new Socket({ fd, readable: true, writable: true }).connect({ host: address, port });
}
