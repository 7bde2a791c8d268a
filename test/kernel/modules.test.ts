import test from 'ava';
import { loadOrder, parseDependencies } from '../../src/kernel/modules.js';

const shipped = parseDependencies(
  `kernel/lib/crc.ko:
kernel/net/nf_conntrack.ko: kernel/lib/crc.ko
kernel/net/ip_vs.ko: kernel/net/nf_conntrack.ko kernel/lib/crc.ko
kernel/net/ip_vs_rr.ko: kernel/net/ip_vs.ko kernel/net/nf_conntrack.ko
kernel/net/odd-name.ko:
`,
  '/shipped',
);

test('a module comes after all that it needs, once', (t) => {
  t.deepEqual(loadOrder(shipped, ['ip_vs_rr', 'ip_vs']), [
    '/shipped/kernel/lib/crc.ko',
    '/shipped/kernel/net/nf_conntrack.ko',
    '/shipped/kernel/net/ip_vs.ko',
    '/shipped/kernel/net/ip_vs_rr.ko',
  ]);
});

test('a file may say - where the module says _, and what has no file is left out', (t) => {
  t.deepEqual(loadOrder(shipped, ['unix', 'odd_name']), ['/shipped/kernel/net/odd-name.ko']);
});

test('a module of another folder stands in for the one of that name, and needs what is in either', (t) => {
  const built = parseDependencies('ip_vs.ko: nf_conntrack.ko new.ko\nnew.ko: crc.ko\n', '/built');
  t.deepEqual(loadOrder(new Map([...shipped, ...built]), ['ip_vs_rr']), [
    '/shipped/kernel/lib/crc.ko',
    '/shipped/kernel/net/nf_conntrack.ko',
    '/built/new.ko',
    '/built/ip_vs.ko',
    '/shipped/kernel/net/ip_vs_rr.ko',
  ]);
});
