import { once } from 'node:events';
import { connect as connectTcp, createServer } from 'node:net';
import { connect, type TLSSocket } from 'node:tls';
import test, { type ExecutionContext } from 'ava';
import { type Lab, startLab, token } from './harness.js';
import { processStreams } from './process-streams.js';
import { connectSpdy, controlFrame, type SpdyClient } from './streams/spdy-client.js';

/** A small generator (mulberry32): the same garbage on every run. */
function makeRandom(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below;
  };
}

const pick = <T>(random: (below: number) => number, from: readonly T[]): T => from[random(from.length)] as T;

async function openTls(lab: Lab): Promise<TLSSocket> {
  const socket = connect({
    port: lab.server.port,
    host: '127.0.0.1',
    ca: lab.certificates.ca,
    servername: 'localhost',
  });
  socket.on('error', () => undefined);
  await once(socket, 'secureConnect');
  return socket;
}

/** Everything the server says until it closes. */
async function reply(socket: TLSSocket): Promise<string> {
  let text = '';
  socket.on('data', (chunk) => {
    text += chunk;
  });
  await once(socket, 'close');
  return text;
}

async function serves(t: ExecutionContext, lab: Lab): Promise<void> {
  t.is((await lab.call('GET', '/healthz')).text, 'ok');
}

const words = [
  'api',
  'apis',
  'v1',
  'apps',
  'namespaces',
  'default',
  'pods',
  'services',
  'deployments',
  'status',
  'scale',
  'log',
  'exec',
  '..',
  '.',
  '%2e%2e',
  '%00',
  '%',
  '',
  'watch',
  'p',
  '\u00e9',
  'a'.repeat(300),
  '__proto__',
  'constructor',
  'openapi',
  'v3',
  'version',
];
const methods = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'HEAD'];
const queries = [
  '',
  '?watch=true&timeoutSeconds=0',
  '?labelSelector=%%%',
  '?labelSelector=a+in+(',
  '?fieldSelector=a',
  '?limit=-1',
  '?resourceVersion=x&watch=1',
  '?dryRun=x',
  '?fieldValidation=1',
  '?%',
  '?includeObject=9',
  '?timeoutSeconds=99999999999999',
];
const bodies = [
  '',
  '{',
  '[]',
  'null',
  '"x"',
  '{"metadata":[]}',
  '{"metadata":{"name":{}}}',
  '{"spec":"x","metadata":{"name":"a"}}',
  '{"__proto__":{"a":1},"metadata":{"name":"b"}}',
  '{"metadata":{"name":"a","namespace":7}}',
  'k8s\0\x0a\xff\xff',
  '[{"op":"add","path":"/a/b"}]',
  `${'['.repeat(2000)}`,
  '{"kind":{},"apiVersion":[]}',
];
const types = [
  'application/json',
  'application/yaml',
  'application/vnd.kubernetes.protobuf',
  'application/merge-patch+json',
  'application/json-patch+json',
  'application/strategic-merge-patch+json',
  'application/apply-patch+yaml',
  'text/plain',
  ';;;',
  '',
];

const place = '/api/v1/namespaces/default';
const paths = [
  `${place}/configmaps`,
  `${place}/configmaps/here`,
  `${place}/services`,
  `${place}/services/here/status`,
  `${place}/pods`,
  `${place}/bindings`,
  '/apis/apps/v1/namespaces/default/deployments/here/scale',
  '/apis/authorization.k8s.io/v1/selfsubjectaccessreviews',
  '/api/v1/namespaces/default/finalize',
  '/apis/metallb.io/v1beta1/namespaces/default/ipaddresspools',
];

function oddPath(random: (below: number) => number): string {
  const segments = Array.from({ length: random(8) }, () => encodeURI(pick(random, words)).replace(/%25/g, '%'));
  return `/${segments.join('/')}`;
}

test('600 malformed requests each get an answer, a refusal of the kind Status, and nothing breaks', async (t) => {
  const lab = await startLab(t);
  const random = makeRandom(7);
  lab.put({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'here', namespace: 'default' } });
  const codes = new Map<number, number>();
  const odd: string[] = [];
  for (let round = 0; round < 600; round += 1) {
    const path = random(3) === 0 ? oddPath(random) : pick(random, paths);
    const [method, body, type] = [pick(random, methods), pick(random, bodies), pick(random, types)];
    const { code, text } = await lab.call(method, path + pick(random, queries), Buffer.from(body, 'latin1'), {
      'Content-Type': type,
      Accept: pick(random, ['*/*', 'application/json;as=Table;v=v1;g=meta.k8s.io', 'x', 'application/yaml']),
    });
    codes.set(code, (codes.get(code) ?? 0) + 1);
    const refused = code >= 400 && method !== 'HEAD';
    if (code >= 500 || (refused && !text.startsWith('{"kind":"Status"'))) {
      odd.push(`${method} ${path} ${type} ${body}: ${code} ${text}`);
    }
  }
  t.deepEqual(odd, []);
  t.true(codes.size > 5, 'the requests must reach different places');
  t.deepEqual(lab.faults, []);
  await serves(t, lab);
});

test('bytes that are no HTTP get a Status and a closed connection', async (t) => {
  const lab = await startLab(t);
  const random = makeRandom(11);
  for (let round = 0; round < 60; round += 1) {
    const socket = await openTls(lab);
    socket.write(Buffer.from(Array.from({ length: 1 + random(200) }, () => random(256))));
    socket.write('\r\n\r\n');
    const text = await reply(socket);
    t.regex(text, /^HTTP\/1\.1 400 [\s\S]*"kind":"Status"/);
  }
  const huge = await openTls(lab);
  huge.write(`GET / HTTP/1.1\r\nHost: localhost\r\nX: ${'x'.repeat(100_000)}\r\n\r\n`);
  t.regex(await reply(huge), /^HTTP\/1\.1 431 [\s\S]*"kind":"Status"/);
  await serves(t, lab);
});

test('a body that claims one length and has another harms nobody', async (t) => {
  const lab = await startLab(t);
  const head = (length: number) =>
    `POST /api/v1/namespaces/default/configmaps HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer ${token}\r\nContent-Type: application/json\r\nConnection: close\r\nContent-Length: ${length}\r\n\r\n`;
  const short = await openTls(lab);
  short.end(`${head(1000)}{}`);
  const large = await openTls(lab);
  large.write(head(4 * 1024 * 1024));
  large.write(Buffer.alloc(4 * 1024 * 1024, 32));
  t.regex(await reply(large), /^HTTP\/1\.1 413 [\s\S]*RequestEntityTooLarge/);
  short.destroy();
  await serves(t, lab);
});

test('clients that connect and say nothing do not stall others', async (t) => {
  const lab = await startLab(t);
  const silent = Array.from({ length: 50 }, () => connectTcp({ port: lab.server.port, host: '127.0.0.1' }));
  const half = await Promise.all(Array.from({ length: 20 }, () => openTls(lab)));
  for (const socket of half) socket.write('GET /api/v1/pods HTTP/1.1\r\nHost: loc');
  await serves(t, lab);
  for (const socket of [...silent, ...half]) socket.destroy();
});

for (const adopted of [false, true]) {
  test(`half a request is given up in time when the listener is ${adopted ? 'adopted' : 'its own'}`, async (t) => {
    const listener = adopted ? createServer().listen(0, '127.0.0.1') : undefined;
    if (listener !== undefined) await once(listener, 'listening');
    t.teardown(() => listener?.close());
    const lab = await startLab(t, { listener, limits: { headers: 200, request: 400, check: 50, handshake: 300 } });
    const half = await openTls(lab);
    half.write('GET /api/v1/pods HTTP/1.1\r\nHost: loc');
    t.regex(await reply(half), /^HTTP\/1\.1 408 [\s\S]*"kind":"Status"/);
    const slow = await openTls(lab);
    slow.write(
      `POST /api/v1/namespaces HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer ${token}\r\nContent-Length: 9\r\n\r\n{`,
    );
    await reply(slow);
    const silent = connectTcp({ port: lab.server.port, host: '127.0.0.1' });
    silent.on('error', () => undefined);
    silent.resume();
    await once(silent, 'close');
    t.deepEqual(lab.faults, []);
    await serves(t, lab);
  });
}

test('a request line of the absolute form or of none is refused', async (t) => {
  const lab = await startLab(t);
  for (const target of ['http://evil.example/api', '*', 'api']) {
    const socket = await openTls(lab);
    socket.write(
      `GET ${target} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer ${token}\r\nConnection: close\r\n\r\n`,
    );
    t.regex(await reply(socket), /^HTTP\/1\.1 400 /, target);
  }
});

test('paths are not resolved: .. names nothing', async (t) => {
  const lab = await startLab(t);
  const socket = await openTls(lab);
  socket.write(
    `GET /nothing/../version HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer ${token}\r\nConnection: close\r\n\r\n`,
  );
  t.regex(await reply(socket), /^HTTP\/1\.1 404 /);
});

const exec = '/api/v1/namespaces/default/pods/p/exec?command=cat&stdin=true&stdout=true';

/** One piece of more or less malformed SPDY. */
function garbage(random: (below: number) => number): Buffer {
  const bytes = (length: number) => Buffer.from(Array.from({ length }, () => random(256)));
  const kinds = [
    () => bytes(1 + random(64)),
    () => controlFrame(random(12), [random(8), random(8)], bytes(random(40)), random(4)),
    () => controlFrame(1, [1 + 2 * random(4), 0], bytes(2 + random(30))),
    () => Buffer.concat([Buffer.from([0, 0, 0, random(8), random(2), 0, 0, 4]), bytes(4)]),
  ];
  return pick(random, kinds)();
}

async function feed(client: SpdyClient, random: (below: number) => number): Promise<void> {
  for (let count = random(6); count >= 0 && !client.socket.destroyed; count -= 1) client.socket.write(garbage(random));
  client.socket.end();
  client.socket.resume();
  await new Promise((closed) => client.socket.once('close', closed));
}

test('100 connections of malformed SPDY end without a trace', async (t) => {
  const lab = await startLab(t, { streams: processStreams() });
  lab.put({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'p', namespace: 'default' },
    spec: { containers: [{ name: 'c', image: 'x' }] },
  });
  const random = makeRandom(13);
  for (let round = 0; round < 100; round += 1) {
    const client = await connectSpdy(lab, exec);
    if (round % 2 === 0) await client.open({ streamtype: 'error' });
    await feed(client, random);
  }
  t.deepEqual(lab.faults, []);
  await serves(t, lab);
});
