/**
 * As much of the Kubernetes API as a kube-proxy reads: lists and watches of Nodes, Services and EndpointSlices, in JSON.
 * One slice can change; whoever watches is told.
 */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { EndpointSlice } from 'kubernetes-types/discovery/v1.js';

export interface SmallApi {
  readonly url: string;
  /** Tells the watchers. */
  change(slice: EndpointSlice): void;
  close(): void;
}

export interface SmallApiObjects {
  readonly nodes: readonly object[];
  readonly services: readonly object[];
  readonly endpointslices: readonly EndpointSlice[];
}

const kinds: Record<keyof SmallApiObjects, [apiVersion: string, kind: string]> = {
  nodes: ['v1', 'NodeList'],
  services: ['v1', 'ServiceList'],
  endpointslices: ['discovery.k8s.io/v1', 'EndpointSliceList'],
};

function list(objects: SmallApiObjects, resource: keyof SmallApiObjects): object {
  const [apiVersion, kind] = kinds[resource];
  return { apiVersion, kind, metadata: { resourceVersion: '1' }, items: objects[resource] };
}

/** `/api/v1/nodes/NAME`, `/apis/discovery.k8s.io/v1/endpointslices`, … */
function resourceOf(path: string): { resource: keyof SmallApiObjects; isOne: boolean } | undefined {
  const [, resource, name] =
    /^\/(?:api\/v1|apis\/discovery\.k8s\.io\/v1)\/(nodes|services|endpointslices)(\/.+)?$/.exec(path) ?? [];
  if (resource === undefined) return undefined;
  return { resource: resource as keyof SmallApiObjects, isOne: name !== undefined };
}

/** Listens on the loopback of whatever namespace this process is in. */
export async function startSmallApi(objects: SmallApiObjects): Promise<SmallApi> {
  const watchers = new Set<ServerResponse>();
  const answer = (request: IncomingMessage, response: ServerResponse): void => {
    const { pathname, searchParams } = new URL(request.url ?? '/', 'http://localhost');
    const asked = resourceOf(pathname);
    response.setHeader('Content-Type', 'application/json');
    // Events and whatever else it writes.
    if (asked === undefined) return void response.writeHead(request.method === 'POST' ? 201 : 404).end('{}');
    if (searchParams.has('watch')) {
      response.writeHead(200).flushHeaders();
      if (asked.resource === 'endpointslices') watchers.add(response);
      return;
    }
    response.end(JSON.stringify(asked.isOne ? objects[asked.resource][0] : list(objects, asked.resource)));
  };
  const server = createServer(answer);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as { port: number };
  return {
    url: `http://127.0.0.1:${port}`,
    change(slice) {
      const object = { ...slice, metadata: { ...slice.metadata, resourceVersion: '2' } };
      for (const watcher of watchers) watcher.write(`${JSON.stringify({ type: 'MODIFIED', object })}\n`);
    },
    close() {
      server.closeAllConnections();
      server.close();
    },
  };
}
