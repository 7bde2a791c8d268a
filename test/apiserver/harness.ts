/** A running API server over a memory registry, and a client that trusts its authority. */
import type { IncomingMessage } from 'node:http';
import { request } from 'node:https';
import type { KubeObject } from '../../src/api/object.js';
import { type Certificates, makeCertificates } from '../../src/apiserver/certificates.js';
import type { OpenApi, Patcher, PodStreams, Untyped } from '../../src/apiserver/contract.js';
import { type ApiServer, createApiServer } from '../../src/apiserver/server.js';
import type { Clock } from '../../src/world/contract.js';
import { MemoryRegistry } from './memory-registry.js';

export const token = 'test-token-of-no-value';

/** Real time: kubectl compares what it is told with its own clock. */
export const wallClock: Clock = {
  now: () => Date.now(),
  timestamp: (at = Date.now()) => new Date(at).toISOString().replace(/\.\d+Z$/, 'Z'),
  microTimestamp: (at = Date.now()) => new Date(at).toISOString().replace('Z', '000Z'),
  after(ms, run) {
    const timer = setTimeout(run, ms);
    timer.unref();
    return () => clearTimeout(timer);
  },
};

export function mergePatch(target: unknown, patch: unknown): unknown {
  if (typeof patch !== 'object' || patch === null || Array.isArray(patch)) return patch;
  const base = typeof target === 'object' && target !== null && !Array.isArray(target) ? (target as Untyped) : {};
  const merged: Untyped = { ...base };
  for (const [key, value] of Object.entries(patch)) {
    if (value === null) delete merged[key];
    else merged[key] = mergePatch(merged[key], value);
  }
  return merged;
}

export const testPatcher: Patcher = {
  merge: (live, patch) => mergePatch(live, patch) as KubeObject,
  strategic: (live, patch) => mergePatch(live, patch) as KubeObject,
  json: (live) => live,
  apply: (live, configuration) => mergePatch(live ?? {}, configuration) as KubeObject,
  manage: (_live, written) => written,
};

export const testOpenApi: OpenApi = {
  v2: () => new Uint8Array([1, 2, 3]),
  v3Paths: () => ['api/v1', 'apis/apps/v1'],
  v3: (path) =>
    path === 'api/v1' || path === 'apis/apps/v1' ? { hash: 'abc', json: `{"path":"${path}"}` } : undefined,
};

export interface Answer {
  code: number;
  headers: IncomingMessage['headers'];
  text: string;
  json(): Untyped & { metadata: Untyped; items: KubeObject[] };
}

export interface Lab {
  registry: MemoryRegistry;
  server: ApiServer;
  certificates: Certificates;
  faults: unknown[];
  call(method: string, path: string, body?: unknown, headers?: Record<string, string>): Promise<Answer>;
  /** The response itself, for streams. */
  open(path: string, headers?: Record<string, string>): Promise<IncomingMessage>;
}

let certificates: Promise<Certificates> | undefined;

export function testCertificates(): Promise<Certificates> {
  certificates ??= makeCertificates({ addresses: ['127.0.0.1', '10.96.0.1'], names: ['localhost'], now: Date.now() });
  return certificates;
}

export async function startLab(streams?: PodStreams): Promise<Lab> {
  const made = await testCertificates();
  const registry = new MemoryRegistry();
  const faults: unknown[] = [];
  const server = await createApiServer({
    registry,
    ports: { patcher: testPatcher, openApi: testOpenApi, streams },
    certificates: made,
    token,
    clock: wallClock,
    gitVersion: 'v1.30.0',
    clusterDomain: 'cluster.local',
    report: (fault) => void faults.push(fault),
  });
  const open = (method: string, path: string, headers: Record<string, string>, body?: string | Buffer) =>
    new Promise<IncomingMessage>((resolve, reject) => {
      const options = {
        host: '127.0.0.1',
        port: server.port,
        method,
        path,
        ca: made.ca,
        agent: false,
        servername: 'localhost',
      };
      const length = body === undefined ? {} : { 'Content-Length': `${Buffer.byteLength(body)}` };
      const all = { Authorization: `Bearer ${token}`, ...length, ...headers };
      request({ ...options, headers: all }, resolve)
        .once('error', reject)
        .end(body);
    });
  return {
    registry,
    server,
    certificates: made,
    faults,
    open: (path, headers = {}) => open('GET', path, headers),
    async call(method, path, body, headers = {}) {
      const raw = typeof body === 'string' || Buffer.isBuffer(body);
      const text = body === undefined ? undefined : raw ? body : JSON.stringify(body);
      const response = await open(
        method,
        path,
        { ...(body && !raw ? { 'Content-Type': 'application/json' } : {}), ...headers },
        text,
      );
      const parts: Buffer[] = [];
      for await (const part of response as AsyncIterable<Buffer>) parts.push(part);
      const whole = Buffer.concat(parts).toString();
      return { code: response.statusCode ?? 0, headers: response.headers, text: whole, json: () => JSON.parse(whole) };
    },
  };
}
