/**
 * The HTTP servers of a node's kube-proxy: one a health check node port, for external load balancers, and its own.
 *
 * Source: kubernetes v1.30.5 pkg/proxy/healthcheck/service_health.go and proxy_health.go; cmd/kube-proxy/app/server.go.
 */
import { createServer, type Server } from 'node:http';
import { inNamespace, type NetworkNamespace } from '../kernel/netns.js';
import type { HealthCheckNodePort } from '../model/traffic.js';

export interface HealthChecks {
  /** Opens, changes and closes so that exactly these ports answer. */
  update(wanted: readonly HealthCheckNodePort[]): void;
}

/** kube-proxy's own health, on every address of the node. */
const HEALTHZ_PORT = 10256;

/** @param report told of a port that cannot be opened: something else on the node has it */
export function createHealthChecks(namespace: NetworkNamespace, report: (error: Error) => void): HealthChecks {
  const open = new Map<number, { server: Server; check: HealthCheckNodePort }>();
  listen(namespace, HEALTHZ_PORT, proxyHealth(), report);
  return {
    update(wanted) {
      const ports = new Set(wanted.map(({ port }) => port));
      for (const [port, { server }] of open) {
        if (ports.has(port)) continue;
        server.close();
        open.delete(port);
      }
      for (const check of wanted) {
        const known = open.get(check.port);
        if (known) known.check = check;
        else open.set(check.port, { server: serve(namespace, open, check, report), check });
      }
    },
  };
}

function serve(
  namespace: NetworkNamespace,
  open: ReadonlyMap<number, { check: HealthCheckNodePort }>,
  first: HealthCheckNodePort,
  report: (error: Error) => void,
): Server {
  const server = createServer((_request, response) => {
    const { namespace: of, service: name, localEndpoints } = open.get(first.port)?.check ?? first;
    const body = { service: { namespace: of, name }, localEndpoints, serviceProxyHealthy: true };
    response.writeHead(localEndpoints > 0 ? 200 : 503, {
      'Content-Type': 'application/json',
      'X-Content-Type-Options': 'nosniff',
      'X-Load-Balancing-Endpoint-Weight': String(localEndpoints),
    });
    response.end(JSON.stringify(body, null, '\t'));
  });
  return listen(namespace, first.port, server, report);
}

function proxyHealth(): Server {
  return createServer((request, response) => {
    const known = request.url === '/healthz' || request.url === '/livez';
    response.writeHead(known ? 200 : 404, { 'Content-Type': 'application/json', 'X-Content-Type-Options': 'nosniff' });
    response.end(known ? '{"nodeEligible":true}' : '');
  });
}

function listen(namespace: NetworkNamespace, port: number, server: Server, report: (error: Error) => void): Server {
  server.on('error', report);
  server.unref();
  return inNamespace(namespace, () => server.listen(port));
}
