import test from 'ava';
import { loadOrder, parseDependencies } from '../../src/kernel/modules.js';

const dependencies = parseDependencies(`kernel/lib/crc.ko:
kernel/net/nf_conntrack.ko: kernel/lib/crc.ko
kernel/net/ip_vs.ko: kernel/net/nf_conntrack.ko kernel/lib/crc.ko
kernel/net/ip_vs_rr.ko: kernel/net/ip_vs.ko kernel/net/nf_conntrack.ko
kernel/net/odd-name.ko:
`);

test('a module comes after all that it needs, once', (t) => {
  t.deepEqual(loadOrder(dependencies, ['ip_vs_rr', 'ip_vs']), [
    'kernel/lib/crc.ko',
    'kernel/net/nf_conntrack.ko',
    'kernel/net/ip_vs.ko',
    'kernel/net/ip_vs_rr.ko',
  ]);
});

test('a file may say - where the module says _, and what has no file is left out', (t) => {
  t.deepEqual(loadOrder(dependencies, ['unix', 'odd_name']), ['kernel/net/odd-name.ko']);
});
