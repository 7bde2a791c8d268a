/**
 * Entry of a server of `lab bench modes`, in a pod's namespace: whoever connects gets one byte.
 */
import { createServer } from 'node:net';

/** What the synthetic Services' endpoints listen on. */
const PORT = 8080;
const BACKLOG = 4096;

const server = createServer((socket) => {
  // The client hangs up with a reset.
  socket.on('error', () => undefined);
  socket.end('!');
});
process.on('disconnect', () => process.exit(0));
server.listen({ port: PORT, host: '0.0.0.0', backlog: BACKLOG }, () => process.send?.('listens'));
