import test from 'ava';
import { runInLab } from './in-lab.js';

interface Observed {
  taken: { message: string }[];
  whoami: string;
  secondWhoami: string;
  hostname: string;
  emulated: string;
  udp: string;
  headers: string;
  twoOnOneConnection: string;
  log: string[];
  followed: string[];
  afterKill: string;
  afterStop: string;
  otherAfterStop: string;
}

test('pods of one server process answer on the same ports in namespaces of their own', async (t) => {
  const seen = await runInLab<Observed>('pod-servers');
  t.regex(seen.whoami, /^Hostname: web1\nIP: 127\.0\.0\.1\nIP: ::1\nIP: 10\.1\.0\.1\nIP: fe80::/);
  t.regex(
    seen.whoami,
    /RemoteAddr: 10\.1\.0\.1:\d+\nGET \/\?a=b HTTP\/1\.1\r\nHost: 10\.1\.0\.1\r\nUser-Agent: test\/1\r\nAccept: \*\/\*\r\nAccept-Language: en\r\nX-Zed: 1\r\n/,
  );
  t.regex(seen.secondWhoami, /^Hostname: web2\n/);
  t.is(seen.hostname, 'Hostname : web1\n');
  t.regex(seen.emulated, /Image: other\/image \(emulated\)/);
  t.regex(seen.udp, /^web2 on node1 got "hi" from 127\.0\.0\.1:\d+\n$/);
  t.notRegex(seen.headers, /connection/i, 'Go says nothing about a connection that stays open');
  t.is(seen.twoOnOneConnection, '1,0,', 'the second request reuses the connection');
  t.is(seen.taken[0]?.message, 'listen tcp :80: bind: address already in use');
  t.true(seen.log.some((line) => line.startsWith('10.1.0.1:') && line.endsWith('GET /hostname')));
  t.deepEqual(seen.followed, ['ended']);
  t.is(seen.afterKill, 'Hostname : web1\n', 'a killed process is replaced with all its listeners');
  t.is(seen.afterStop, 'curl exit 7', 'a stopped pod refuses connections');
  t.regex(seen.otherAfterStop, /"hostname":"web2"/);
});
