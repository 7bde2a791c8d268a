import test from 'ava';
import { defaultHosts, hostOf, makeGuard } from '../../src/apiserver/guard.js';
import { warningHeaders } from '../../src/apiserver/reply.js';

const hosts: [string | undefined, string][] = [
  ['localhost:6443', 'localhost'],
  ['LOCALHOST', 'localhost'],
  ['127.0.0.1:1', '127.0.0.1'],
  ['[::1]:6443', '::1'],
  ['kubernetes.default.svc.cluster.local', 'kubernetes.default.svc.cluster.local'],
  ['evil.example#localhost', 'evil.example#localhost'],
  ['localhost:6443:1', ''],
  ['localhost:port', ''],
  ['', ''],
  [undefined, ''],
];

for (const [header, host] of hosts) {
  test(`the Host header ${header} names "${host}"`, (t) => {
    t.is(hostOf(header), host);
  });
}

test('the token must be whole, and its scheme may be written in any case', (t) => {
  const guard = makeGuard('secret', defaultHosts('cluster.local'));
  const ask = (authorization: string | undefined) => () => guard({ host: 'localhost', authorization });
  t.notThrows(ask('Bearer secret'));
  t.notThrows(ask('bearer  secret'));
  for (const wrong of [
    undefined,
    '',
    'Bearer',
    'Bearer ',
    'Bearer secre',
    'Bearer secrets',
    'Basic secret',
    'secret',
  ]) {
    t.throws(ask(wrong), { message: 'Unauthorized' }, wrong);
  }
});

test('a warning is one quoted line, whatever a field name contains', (t) => {
  t.deepEqual(warningHeaders(['unknown field "spec.\\x\r\nSet-Cookie: a"']), [
    '299 - "unknown field \\"spec.\\\\x Set-Cookie: a\\""',
  ]);
});

test('warnings are bounded in length and number', (t) => {
  const headers = warningHeaders(Array.from({ length: 1000 }, () => 'x'.repeat(10_000)));
  t.true(headers.length > 3);
  t.true(headers.join('').length < 5000);
});
