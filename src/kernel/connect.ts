/**
 * TCP connections out of a network namespace.
 */
import { connect, type Socket } from 'node:net';
import { inNamespace, type NetworkNamespace } from './netns.js';

/**
 * Connects to `address:port` from inside the namespace. Node makes the socket when the name has been looked up; a look-up
 * that answers at once keeps that inside the namespace.
 */
export function connectFrom(namespace: NetworkNamespace, address: string, port: number): Socket {
  return inNamespace(namespace, () =>
    connect({
      host: 'inside',
      port,
      autoSelectFamily: false,
      lookup: (_name, _options, done) => done(null, address, 4),
    }),
  );
}
