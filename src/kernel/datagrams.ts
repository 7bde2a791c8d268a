/**
 * Datagrams that can be answered.
 *
 * Node throws at `send` to port 0 where the kernel would say EINVAL, so an answer to such a sender would end the process.
 */
import type { RemoteInfo, Socket } from 'node:dgram';

/** Calls `hear` for each datagram that names a port to answer to. Port 0 says that nobody waits. Source: RFC 768. */
export function onDatagram(socket: Socket, hear: (message: Buffer, from: RemoteInfo) => void): void {
  socket.on('message', (message, from) => {
    if (from.port !== 0) hear(message, from);
  });
}
