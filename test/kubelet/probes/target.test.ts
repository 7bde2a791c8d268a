import test from 'ava';
import { httpTarget, resolvePort, tcpTarget, urlText } from '../../../src/kubelet/probes/target.js';

const container = { name: 'c', ports: [{ name: 'http', containerPort: 8080 }] };

test('a port is a number or the name of a containerPort', (t) => {
  t.is(resolvePort(80, container), 80);
  t.is(resolvePort('http', container), 8080);
  t.is(resolvePort('81', container), 81);
  t.throws(() => resolvePort('none', container), { message: "couldn't find port: none" });
  t.throws(() => resolvePort(0, container), { message: 'invalid port number: 0' });
});

test('an HTTP probe goes to the pod with the headers of a kubelet, unless the manifest says otherwise', (t) => {
  const target = httpTarget({ path: 'health', port: 'http' }, container, '10.1.0.1', 'kube-probe/1.30');
  t.is(urlText(target), 'http://10.1.0.1:8080/health');
  t.deepEqual(target.headers, { 'User-Agent': 'kube-probe/1.30', Accept: '*/*', Connection: 'close' });
  const other = httpTarget(
    { host: '127.0.0.1', port: 1, scheme: 'HTTPS', httpHeaders: [{ name: 'user-agent', value: 'x' }] },
    container,
    'p',
    'k',
  );
  t.is(urlText(other), 'https://127.0.0.1:1/');
  t.deepEqual(other.headers, { Accept: '*/*', Connection: 'close', 'user-agent': 'x' });
  t.deepEqual(tcpTarget({ port: 'http' }, container, '10.1.0.1'), { address: '10.1.0.1', port: 8080 });
});
