import test from 'ava';
import { parseAsn } from '../../src/api/cluster/asn.js';
import { parseClusterConfig } from '../../src/api/cluster-config.js';
import { renderProblem } from '../../src/api/problem.js';

const parse = (body: string) => parseClusterConfig(`apiVersion: kubewire/v1\nkind: ClusterConfig\n${body}`, 'c.yaml');

test('one line adds a router, at the last address of the LAN', (t) => {
  t.deepEqual(parse('router: { asn: 64500 }').config?.router, { asn: 64500, address: '192.168.56.254' });
  t.is(parse('router: { asn: 1, address: 192.168.56.3 }').config?.router?.address, '192.168.56.3');
});

for (const [body, words] of [
  ['router: {}', /router\.asn: Required/],
  ['router: { asn: 4294967295 }', /router\.asn: Invalid value: 4294967295: must be between 1 and 4294967294/],
  ['router: { asn: 1, address: 10.0.0.1 }', /router\.address: .*must be an address in lan\.cidr/],
  ['router: { asn: 1, address: 192.168.56.1 }', /router\.address: Duplicate value/],
  ['router: { asn: 1 }\nnodes: [{ name: a, address: 192.168.56.254 }]', /nodes\[0\]\.address: Duplicate value/],
  ['nodes: [{ name: router }]', /"router" is a machine of the lab's own/],
] as const) {
  test(`a router that cannot be is refused: ${body}`, (t) => {
    t.regex(parse(body).problems.map(renderProblem).join('\n'), words);
  });
}

for (const [text, expected] of [
  ['1', 1],
  ['4294967294', 4294967294],
  ['4294967295', undefined],
  ['9999999999', undefined],
  ['0', undefined],
  ['-1', undefined],
  ['1e3', undefined],
  ['', undefined],
] as const) {
  test(`as an AS number, "${text}" is ${expected ?? 'none'}`, (t) => {
    t.is(parseAsn(text), expected);
  });
}
