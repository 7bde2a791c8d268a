import test from 'ava';
import type { AnswerContext, HttpRequest, HttpResponse } from '../../../src/kubelet/images/answers/contract.js';
import { answerers } from '../../../src/kubelet/images/answers/index.js';
import type { ServerBehaviour } from '../../../src/kubelet/images/contract.js';

const context = (parameters: Record<string, string> = {}): AnswerContext => ({
  place: { uid: 'u', namespace: 'default', name: 'web', hostname: 'web', node: 'k8s-node1' },
  parameters,
  port: 80,
  addresses: () => ['127.0.0.1', '::1', '10.1.0.1', 'fe80::1'],
  timestamp: () => '2024-01-01T00:00:00Z',
  document: () => 'no root',
});

/** The body of an answer as text. */
const textOf = ({ body }: HttpResponse): string => (typeof body === 'string' ? body : Buffer.from(body).toString());

const request = (target: string, more: Partial<HttpRequest> = {}): HttpRequest => ({
  method: 'GET',
  target,
  headers: { host: '192.168.56.128', 'user-agent': 'curl/7.81.0', accept: '*/*' },
  remoteAddress: '10.108.82.192:32522',
  body: '',
  ...more,
});

const bodies: [behaviour: ServerBehaviour, target: string, parameters: Record<string, string>, body: string][] = [
  ['k8s-lab', '/hostname', {}, 'Hostname : web\n'],
  ['kubia', '/anything', {}, "You've hit web\n"],
  ['http-echo', '/hello', { text: 'Hello, Fastcampus.' }, 'Hello, Fastcampus.\n'],
  ['hello-app', '/', {}, 'Hello, world!\nVersion: 1.0.0\nHostname: web\n'],
  ['netexec', '/hostname', {}, 'web'],
  ['netexec', '/clientip', {}, '10.108.82.192:32522'],
  ['netexec', '/echo?msg=a%20b', {}, 'a b'],
  ['serve-hostname', '/', {}, 'web'],
];

for (const [behaviour, target, parameters, body] of bodies) {
  test(`${behaviour} answers ${target}`, (t) => {
    const answer = answerers[behaviour].http(request(target), context(parameters));
    t.is(answer.body, body);
    t.is(answer.status, 200);
  });
}

test('whoami prints every line of the course notes', (t) => {
  t.is(
    answerers.whoami.http(request('/'), context()).body,
    'Hostname: web\nIP: 127.0.0.1\nIP: ::1\nIP: 10.1.0.1\nIP: fe80::1\nRemoteAddr: 10.108.82.192:32522\n' +
      'GET / HTTP/1.1\r\nHost: 192.168.56.128\r\nUser-Agent: curl/7.81.0\r\nAccept: */*\r\n\r\n',
  );
});

test('whoami sorts further headers in canonical form and repeats a body', (t) => {
  const headers = { host: 'h', 'x-zed': '1', 'content-length': '3', 'accept-encoding': 'gzip', accept: '*/*' };
  const body = textOf(
    answerers.whoami.http(request('/p?q', { method: 'POST', headers, body: 'abc' }), context({ name: 'N' })),
  );
  t.true(body.startsWith('Name: N\nHostname: web\n'));
  t.true(
    body.endsWith(
      'POST /p?q HTTP/1.1\r\nHost: h\r\nUser-Agent: Go-http-client/1.1\r\nContent-Length: 3\r\nAccept: */*\r\nAccept-Encoding: gzip\r\nX-Zed: 1\r\n\r\nabc',
    ),
  );
});

test('whoami tells the same as JSON under /api', (t) => {
  const body = JSON.parse(textOf(answerers.whoami.http(request('/api'), context()))) as Record<string, unknown>;
  t.like(body, { hostname: 'web', host: '192.168.56.128', method: 'GET', remoteAddr: '10.108.82.192:32522' });
  t.deepEqual(body['headers'], { Accept: ['*/*'], 'User-Agent': ['curl/7.81.0'] });
});

test('agnhost ends itself when asked to', (t) => {
  t.is(answerers.netexec.http(request('/exit?code=3'), context()).exitCode, 3);
  t.is(answerers.netexec.http(request('/shutdown'), context()).exitCode, 0);
  t.is(answerers.netexec.http(request('/hostname'), context()).exitCode, undefined);
});

test('agnhost answers datagrams', (t) => {
  const ask = (text: string): string | undefined => answerers.netexec.udp?.(text, '10.0.0.1:5', context());
  t.is(ask('hostname'), 'web');
  t.is(ask('clientip\n'), '10.0.0.1:5');
  t.is(ask('echo a b'), 'a b');
  t.is(ask('nonsense'), '');
});

test('an emulated image says who and where it is', (t) => {
  const body = textOf(answerers.emulated.http(request('/x'), context({ image: 'some/app' })));
  for (const line of [
    'Hostname: web',
    'Pod: default/web',
    'Node: k8s-node1',
    'IP: 10.1.0.1',
    'Image: some/app (emulated)',
  ]) {
    t.true(body.split('\n').includes(line), line);
  }
});

test('nginx serves its document root once there is one', (t) => {
  const files: Record<string, string> = { '/': 'pod one', '/a.css': 'x{}' };
  const document: AnswerContext['document'] = (path) => {
    const content = files[path];
    return content === undefined
      ? 'missing'
      : { name: path === '/' ? 'index.html' : 'a.css', content: Buffer.from(content) };
  };
  const get = (path: string) => answerers.nginx.http(request(path), { ...context(), document });
  t.is(String(get('/').body), 'pod one');
  t.is(get('/').headers['Content-Type'], 'text/html');
  t.is(get('/a.css').headers['Content-Type'], 'text/css');
  t.is(get('/none').status, 404);
  t.is(get('/dir/').status, 403);
});

test('nginx knows only its welcome page', (t) => {
  t.regex(String(answerers.nginx.http(request('/'), context()).body), /Welcome to nginx![\s\S]*This is web\./);
  t.is(answerers.nginx.http(request('/missing'), context()).status, 404);
});
