/** A running API server over the real registry, and a client that trusts its authority. */
import type { IncomingMessage } from 'node:http';
import { request } from 'node:https';
import type { Server } from 'node:net';
import type { ExecutionContext } from 'ava';
import type { KubeObject } from '../../src/api/object.js';
import { type Certificates, makeCertificates } from '../../src/apiserver/certificates.js';
import type { ConnectionLimits } from '../../src/apiserver/connections.js';
import type { PodStreams, Untyped } from '../../src/apiserver/contract.js';
import { type ApiServer, createApiServer } from '../../src/apiserver/server.js';
import { apiRules } from '../../src/cluster/api-rules.js';
import { fieldManagement } from '../../src/cluster/field-management.js';
import type { DeleteOptions } from '../../src/registry/contract.js';
import { createRegistry, type LabRegistry } from '../../src/registry/registry.js';
import type { World } from '../../src/world/contract.js';
import { createWorld } from '../../src/world/world.js';
import { courseConfig } from '../registry/lab.js';

export const token = 'test-token-of-no-value';

export interface Answer {
  code: number;
  headers: IncomingMessage['headers'];
  text: string;
  json(): Untyped & { metadata: Untyped; items: KubeObject[] };
}

export interface Lab {
  world: World;
  registry: LabRegistry;
  server: ApiServer;
  certificates: Certificates;
  /** What the server reported as its own faults. */
  faults: unknown[];
  call(method: string, path: string, body?: unknown, headers?: Record<string, string>): Promise<Answer>;
  /** The response itself, for streams. */
  open(path: string, headers?: Record<string, string>): Promise<IncomingMessage>;
  /** Stores an object with its status, as controllers would. */
  put(object: KubeObject): KubeObject;
}

let certificates: Promise<Certificates> | undefined;

export function testCertificates(): Promise<Certificates> {
  certificates ??= makeCertificates({ addresses: ['127.0.0.1', '10.96.0.1'], names: ['localhost'], now: Date.now() });
  return certificates;
}

function put(registry: LabRegistry, object: KubeObject): KubeObject {
  const created = registry.create(object);
  return object.status === undefined
    ? created
    : registry.update({ ...created, status: object.status }, { subresource: 'status' });
}

export interface LabOptions {
  streams?: PodStreams;
  logSize?: number;
  gitVersion?: string;
  limits?: Partial<ConnectionLimits>;
  /** Adopts an open listener instead of opening one. */
  listener?: Server;
}

/** A lab that ends with its test. */
export async function startLab(t: ExecutionContext, options: LabOptions = {}): Promise<Lab> {
  const lab = await openLab(options);
  t.teardown(() => lab.server.close());
  return lab;
}

export async function openLab(options: LabOptions = {}): Promise<Lab> {
  const { streams, logSize, gitVersion = courseConfig.kubernetesVersion, limits, listener } = options;
  const made = await testCertificates();
  const world = createWorld({ seed: 1 });
  const registry = createRegistry({ config: courseConfig, world, rules: apiRules, logSize });
  for (const name of ['default', 'kube-system']) {
    registry.create({ apiVersion: 'v1', kind: 'Namespace', metadata: { name } });
  }
  const faults: unknown[] = [];
  const server = await createApiServer({
    registry,
    fields: fieldManagement,
    streams,
    certificates: made,
    token,
    clock: world.clock,
    gitVersion,
    clusterDomain: 'cluster.local',
    limits,
    listener,
    report: (fault) => void faults.push(fault),
  });
  const open = (method: string, path: string, headers: Record<string, string>, body?: string | Buffer) =>
    new Promise<IncomingMessage>((resolve, reject) => {
      const target = { host: '127.0.0.1', port: server.port, method, path };
      const length = body === undefined ? {} : { 'Content-Length': `${Buffer.byteLength(body)}` };
      const all = { Authorization: `Bearer ${token}`, ...length, ...headers };
      const tls = { ca: made.ca, agent: false, servername: 'localhost' };
      request({ ...target, ...tls, headers: all }, resolve)
        .once('error', reject)
        .end(body);
    });
  return {
    world,
    registry,
    server,
    certificates: made,
    faults,
    put: (object) => put(registry, object),
    open: (path, headers = {}) => open('GET', path, headers),
    async call(method, path, body, headers = {}) {
      const raw = typeof body === 'string' || Buffer.isBuffer(body);
      const text = body === undefined ? undefined : raw ? body : JSON.stringify(body);
      const type: Record<string, string> = body && !raw ? { 'Content-Type': 'application/json' } : {};
      const response = await open(method, path, { ...type, ...headers }, text);
      const parts: Buffer[] = [];
      for await (const part of response as AsyncIterable<Buffer>) parts.push(part);
      const whole = Buffer.concat(parts).toString();
      return {
        code: response.statusCode ?? 0,
        headers: response.headers,
        text: whole,
        json: () => JSON.parse(whole),
      };
    },
  };
}

/** Ends what a pod's grace period would otherwise keep. */
export const atOnce: DeleteOptions = { gracePeriodSeconds: 0 };
