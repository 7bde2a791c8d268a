/**
 * The two headers of an upgrade that Kubernetes adds to HTTP's.
 */
import type { Duplex } from 'node:stream';
import { rawHead } from '../raw-answer.js';

/** 101: from here on the socket speaks SPDY. */
export function switchToSpdy(socket: Duplex, protocol: string): void {
  const headers = { Connection: 'Upgrade', Upgrade: 'SPDY/3.1', 'X-Stream-Protocol-Version': protocol };
  socket.write(rawHead(101, headers));
}

/** Values of a header that may come as one list or several lines (Node joins the latter). */
export function offered(header: string | string[] | undefined): string[] {
  const values = `${header ?? ''}`.split(',').map((one) => one.trim());
  return values.filter((one) => one !== '');
}
