/**
 * Who may talk to the server at all: the right Host header (against DNS rebinding) and the lab's bearer token.
 *
 * Differs: nothing is served anonymously, not even /version and /healthz.
 */
import { createHash, timingSafeEqual } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import { StatusError } from '../api/status.js';

/** Names under which a pod or a user may reach the API; ports are not looked at. */
export function defaultHosts(clusterDomain: string): string[] {
  const service = 'kubernetes.default.svc';
  return ['localhost', '127.0.0.1', '::1', 'kubernetes', 'kubernetes.default', service, `${service}.${clusterDomain}`];
}

/** The host of a Host header, without port and brackets, in lower case. */
export function hostOf(header: string | undefined): string {
  const match = /^(?:\[([0-9a-fA-F:.]+)\]|([^:[\]]+))(?::\d{1,5})?$/.exec(header ?? '');
  return (match?.[1] ?? match?.[2] ?? '').toLowerCase();
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}

/** Checks of every request, made once for a server. */
export function makeGuard(token: string, hosts: readonly string[]): (headers: IncomingHttpHeaders) => void {
  const allowed = new Set(hosts.map((host) => host.toLowerCase()));
  const expected = digest(token);
  return (headers) => {
    if (!allowed.has(hostOf(headers.host))) {
      const message = `the Host header "${headers.host ?? ''}" does not name this server; use one of: ${[...allowed].join(', ')}`;
      throw new StatusError('Forbidden', message);
    }
    const given = /^bearer +(\S+)$/i.exec(headers.authorization ?? '')?.[1] ?? '';
    if (!timingSafeEqual(digest(given), expected)) throw new StatusError('Unauthorized', 'Unauthorized');
  };
}
