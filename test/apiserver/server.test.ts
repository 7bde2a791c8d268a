import { connect, createServer } from 'node:net';
import { connect as tlsConnect } from 'node:tls';
import test from 'ava';
import { startLab, token } from './harness.js';

const web = {
  kind: 'Service',
  apiVersion: 'v1',
  metadata: { name: 'web', labels: { app: 'web' } },
  spec: { ports: [{ port: 80, protocol: 'TCP' }], type: 'ClusterIP', clusterIP: '10.96.1.2' },
};
const services = '/api/v1/namespaces/default/services';

test('an object is created, read, replaced and deleted, and every answer is what kubectl expects', async (t) => {
  const { call } = await startLab(t);
  const created = await call('POST', services, web);
  t.is(created.code, 201);
  t.is(created.json().metadata.namespace, 'default');
  t.is((await call('POST', services, web)).json().reason, 'AlreadyExists');
  const read = await call('GET', `${services}/web`);
  t.is(read.code, 200);
  const replaced = await call('PUT', `${services}/web`, {
    ...read.json(),
    metadata: { ...read.json().metadata, labels: { app: 'x' } },
  });
  t.is(replaced.code, 200);
  const stale = await call('PUT', `${services}/web`, read.json());
  t.is(stale.code, 409);
  t.is(stale.json().reason, 'Conflict');
  const deleted = await call('DELETE', `${services}/web`, { propagationPolicy: 'Background' });
  t.deepEqual([deleted.code, deleted.json().status], [200, 'Success']);
  t.like(deleted.json().details, { name: 'web', kind: 'services' });
  const gone = await call('GET', `${services}/web`);
  t.deepEqual([gone.code, gone.json().message], [404, 'services "web" not found']);
});

test('without the token, with a wrong one, or under a foreign Host nothing is answered', async (t) => {
  const { call } = await startLab(t);
  for (const path of ['/version', '/healthz', services, '/nonsense']) {
    const refused = await call('GET', path, undefined, { Authorization: '' });
    t.deepEqual([refused.code, refused.json().reason], [401, 'Unauthorized'], path);
  }
  t.is((await call('GET', '/version', undefined, { Authorization: `Bearer ${token}x` })).code, 401);
  const foreign = await call('GET', '/version', undefined, { Host: 'attacker.example' });
  t.deepEqual([foreign.code, foreign.json().reason], [403, 'Forbidden']);
  t.is((await call('GET', '/version', undefined, { Host: 'kubernetes.default.svc:443' })).code, 200);
});

test('the listener is bound to loopback', async (t) => {
  const { server } = await startLab(t);
  const address = await new Promise<string>((resolve) => {
    const socket = connect(server.port, '127.0.0.1', () => {
      resolve(socket.remoteAddress ?? '');
      socket.destroy();
    });
  });
  t.is(address, '127.0.0.1');
  const refused = await new Promise<string>((resolve) => {
    const socket = connect({ port: server.port, host: '127.0.0.2' });
    socket.once('error', (fault: NodeJS.ErrnoException) => resolve(fault.code ?? ''));
    socket.once('connect', () => resolve('connected'));
  });
  t.is(refused, 'ECONNREFUSED');
});

test('connections of a further listener are served like its own', async (t) => {
  const { server, certificates, faults } = await startLab(t);
  const listener = createServer().listen(0, '127.0.0.1');
  await new Promise((ready) => listener.once('listening', ready));
  server.accept(listener);
  const { port } = listener.address() as { port: number };
  const text = await new Promise<string>((resolve, reject) => {
    const socket = tlsConnect({ port, host: '127.0.0.1', ca: certificates.ca, servername: 'localhost' }, () => {
      socket.write(
        `GET /healthz HTTP/1.1\r\nHost: kubernetes\r\nAuthorization: Bearer ${token}\r\nConnection: close\r\n\r\n`,
      );
    });
    let all = '';
    socket.on('data', (part) => {
      all += part;
    });
    socket.once('end', () => resolve(all));
    socket.once('error', reject);
  });
  t.regex(text, /^HTTP\/1\.1 200 OK[\s\S]*ok$/);
  t.deepEqual(faults, []);
  listener.close();
});

test('unknown paths are 404, wrong methods 405, and both are a Status', async (t) => {
  const { call } = await startLab(t);
  for (const path of [
    '/nope',
    '/api/v2',
    '/apis/nope',
    '/apis/apps/v9',
    '/api/v1/nopes',
    `${services}/web/nope`,
    '/api/v1/services/web',
    '/api/v1/namespaces/a/nodes',
    '/api/v1/%zz',
    '/api/v1/namespaces/default/pods/a/log/b',
  ]) {
    const { code, json } = await call('GET', path);
    t.deepEqual([code, json().kind, json().reason], [404, 'Status', 'NotFound'], path);
  }
  for (const [method, path] of [
    ['PUT', services],
    ['POST', `${services}/web`],
    ['DELETE', '/version'],
    ['PATCH', '/apis'],
    ['GET', '/apis/authorization.k8s.io/v1/selfsubjectaccessreviews'],
    ['DELETE', `/apis/apps/v1/namespaces/default/deployments/x/scale`],
  ] as const) {
    const { code, json } = await call(method, path);
    t.deepEqual([code, json().kind, json().reason], [405, 'Status', 'MethodNotAllowed'], `${method} ${path}`);
  }
});

test('a body that does not fit its path is refused in the words of the API server', async (t) => {
  const { call } = await startLab(t);
  const message = async (body: unknown, headers = {}) => {
    const { code, json } = await call('POST', services, body, headers);
    return [code, json().message];
  };
  t.deepEqual(await message({ ...web, apiVersion: 'apps/v1' }), [
    400,
    'the API version in the data (apps/v1) does not match the expected API version (v1)',
  ]);
  t.deepEqual(await message({ ...web, metadata: { name: 'a', namespace: 'other' } }), [
    400,
    'the namespace of the provided object does not match the namespace sent on the request',
  ]);
  t.is((await call('POST', services, { ...web, kind: 'Pod' })).code, 400);
  t.is((await call('POST', services, 'not json', { 'Content-Type': 'application/json' })).code, 400);
  t.is((await call('POST', services, '[]')).code, 400);
  t.is((await call('POST', services, '<a/>', { 'Content-Type': 'text/xml' })).code, 415);
  t.is((await call('POST', services, Buffer.from([0xff, 0xfe]), { 'Content-Type': 'application/json' })).code, 400);
  const large = await call('POST', services, Buffer.alloc(3 * 1024 * 1024 + 1, 32));
  t.deepEqual([large.code, large.json().reason], [413, 'RequestEntityTooLarge']);
  t.is((await call('GET', services, undefined, { Accept: 'image/png' })).code, 406);
});

test('fieldValidation decides between refusing, warning and silence', async (t) => {
  const { call } = await startLab(t);
  const odd = { ...web, spec: { ...web.spec, portz: 1 } };
  const strict = await call('POST', `${services}?fieldValidation=Strict`, odd);
  t.is(strict.code, 400);
  t.is(
    strict.json().message,
    'Service in version "v1" cannot be handled as a Service: strict decoding error: unknown field "spec.portz"',
  );
  const warned = await call('POST', `${services}?fieldValidation=Warn&dryRun=All`, odd);
  t.is(warned.headers.warning, '299 - "unknown field \\"spec.portz\\""');
  t.is((await call('GET', `${services}/web`)).code, 404, 'a dry run stores nothing');
  const silent = await call('POST', `${services}?fieldValidation=Ignore`, odd);
  t.is(silent.headers.warning, undefined);
  t.is(silent.code, 201);
  t.false('portz' in (silent.json().spec as object));
  t.is((await call('POST', `${services}?fieldValidation=Perhaps`, odd)).code, 422);
  t.is((await call('POST', `${services}?dryRun=some`, odd)).code, 422);
});

test('lists honour label and field selectors and refuse those they do not know', async (t) => {
  const { call, put } = await startLab(t);
  for (const [name, phase, node] of [
    ['a', 'Running', 'n1'],
    ['b', 'Pending', 'n1'],
    ['c', 'Running', 'n2'],
  ]) {
    put({
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name: `${name}`, namespace: 'default', labels: { app: `${name}` } },
      spec: { nodeName: node, containers: [{ name: 'main', image: 'busybox' }] },
      status: { phase },
    });
  }
  const names = async (query: string) =>
    (await call('GET', `/api/v1/pods?${query}`)).json().items.map(({ metadata }) => metadata.name);
  t.deepEqual(await names(''), ['a', 'b', 'c']);
  t.deepEqual(await names('fieldSelector=status.phase%21%3DRunning'), ['b']);
  t.deepEqual(await names('fieldSelector=spec.nodeName%3Dn1,status.phase%3DRunning'), ['a']);
  t.deepEqual(await names('labelSelector=app%3Dc'), ['c']);
  t.deepEqual(await names('fieldSelector=metadata.name%3Db&labelSelector=app%3Dc'), []);
  const refused = await call('GET', '/api/v1/pods?fieldSelector=spec.color%3Dred');
  t.deepEqual([refused.code, refused.json().message], [400, 'field label not supported: spec.color']);
});

test('a Table has columns, cells and metadata; includeObject chooses what rows carry', async (t) => {
  const { call } = await startLab(t);
  await call('POST', services, web);
  const accept = { Accept: 'application/json;as=Table;v=v1;g=meta.k8s.io,application/json' };
  const table = (await call('GET', services, undefined, accept)).json() as never as {
    kind: string;
    columnDefinitions: { name: string }[];
    rows: { cells: unknown[]; object: { kind: string } }[];
  };
  t.is(table.kind, 'Table');
  t.deepEqual(
    table.columnDefinitions.map(({ name }) => name),
    ['Name', 'Type', 'Cluster-IP', 'External-IP', 'Port(s)', 'Age', 'Selector'],
  );
  t.deepEqual(table.rows[0]?.cells.slice(0, 5), ['web', 'ClusterIP', '10.96.1.2', '<none>', '80/TCP']);
  t.is(table.rows[0]?.object.kind, 'PartialObjectMetadata');
  const whole = (
    await call('GET', `${services}/web?includeObject=Object`, undefined, accept)
  ).json() as never as typeof table;
  t.is(whole.rows[0]?.object.kind, 'Service');
  t.is((await call('GET', `${services}?includeObject=All`, undefined, accept)).code, 400);
  const partial = await call('GET', services, undefined, {
    Accept: 'application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1',
  });
  t.is(partial.json().kind, 'PartialObjectMetadataList');
});

test('the object of another served version comes back in the version that was asked for', async (t) => {
  const { call, registry } = await startLab(t);
  const path = '/apis/gateway.networking.k8s.io/v1beta1/namespaces/default/gateways';
  const created = await call('POST', path, {
    kind: 'Gateway',
    apiVersion: 'gateway.networking.k8s.io/v1beta1',
    metadata: { name: 'gw' },
    spec: { gatewayClassName: 'nginx', listeners: [{ name: 'http', port: 80, protocol: 'HTTP' }] },
  });
  t.is(created.json().apiVersion, 'gateway.networking.k8s.io/v1beta1');
  t.is(registry.list('gateway.networking.k8s.io', 'Gateway')[0]?.apiVersion, 'gateway.networking.k8s.io/v1');
  t.is((await call('GET', `${path}/gw`)).json().apiVersion, 'gateway.networking.k8s.io/v1beta1');
});
