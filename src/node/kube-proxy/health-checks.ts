/**
 * The HTTP servers of a node's kube-proxy: one a health check node port, for external load balancers, and its own.
 *
 * Source: kubernetes v1.30.5 pkg/proxy/healthcheck/service_health.go and proxy_health.go; cmd/kube-proxy/app/server.go.
 */
import { createServer, type Server } from 'node:http';
import { inNamespace, type NetworkNamespace } from '../../kernel/netns.js';
import type { HealthCheckNodePort } from '../../model/traffic.js';
import type { Clock } from '../../world/contract.js';

export interface HealthChecks {
  /** Opens, changes and closes so that exactly these ports answer. */
  update(wanted: readonly HealthCheckNodePort[]): void;
}

/** kube-proxy's own health, on every address of the node. */
const HEALTHZ_PORT = 10256;

export interface HealthCheckParts {
  /** Opens a server at a port of the node. */
  listen(server: Server, port: number): void;
  clock: Pick<Clock, 'after'>;
  /** Told of a port that cannot be opened: something else on the node has it. */
  report(error: Error): void;
}

/** kube-proxy tries a port that it could not open again with its next sync, 30 s later at most. */
const RETRY_MS = 30_000;

/** Listens in a node's namespace. */
export const listenIn =
  (namespace: NetworkNamespace) =>
  (server: Server, port: number): void => {
    inNamespace(namespace, () => server.listen(port));
  };

export function createHealthChecks({ listen, clock, report }: HealthCheckParts): HealthChecks {
  const open = new Map<number, { server: Server; check: HealthCheckNodePort }>();
  let latest: readonly HealthCheckNodePort[] = [];

  function start(server: Server, port: number, failed: () => void): Server {
    server.unref().on('error', (error) => {
      report(error);
      failed();
    });
    listen(server, port);
    return server;
  }

  function startProxyHealth(): void {
    start(proxyHealth(), HEALTHZ_PORT, () => void clock.after(RETRY_MS, startProxyHealth));
  }

  function update(wanted: readonly HealthCheckNodePort[]): void {
    latest = wanted;
    const ports = new Set(wanted.map(({ port }) => port));
    for (const [port, { server }] of open) {
      if (ports.has(port)) continue;
      server.close();
      open.delete(port);
    }
    for (const check of wanted) {
      const known = open.get(check.port);
      if (known) known.check = check;
      else open.set(check.port, { server: start(serve(open, check), check.port, () => again(check.port)), check });
    }
  }

  /** A change of the traffic tries at once, or else the clock in a while. */
  function again(port: number): void {
    open.delete(port);
    clock.after(RETRY_MS, () => update(latest));
  }

  startProxyHealth();
  return { update };
}

function serve(open: ReadonlyMap<number, { check: HealthCheckNodePort }>, first: HealthCheckNodePort): Server {
  return createServer((_request, response) => {
    const { namespace: of, service: name, localEndpoints } = open.get(first.port)?.check ?? first;
    const body = { service: { namespace: of, name }, localEndpoints, serviceProxyHealthy: true };
    response.writeHead(localEndpoints > 0 ? 200 : 503, {
      'Content-Type': 'application/json',
      'X-Content-Type-Options': 'nosniff',
      'X-Load-Balancing-Endpoint-Weight': String(localEndpoints),
    });
    response.end(JSON.stringify(body, null, '\t'));
  });
}

function proxyHealth(): Server {
  return createServer((request, response) => {
    const known = request.url === '/healthz' || request.url === '/livez';
    response.writeHead(known ? 200 : 404, { 'Content-Type': 'application/json', 'X-Content-Type-Options': 'nosniff' });
    response.end(known ? '{"nodeEligible":true}' : '');
  });
}
