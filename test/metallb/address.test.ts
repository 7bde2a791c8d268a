import test from 'ava';
import { blockText, parseAddress, parseBlocks } from '../../src/metallb/pools/address.js';

const blocks: [text: string, blocks: string[]][] = [
  ['192.168.56.150/26', ['192.168.56.128/26']],
  ['192.168.56.200/27', ['192.168.56.192/27']],
  ['10.0.0.1/32', ['10.0.0.1/32']],
  [
    '192.168.56.200-192.168.56.220',
    ['192.168.56.200/29', '192.168.56.208/29', '192.168.56.216/30', '192.168.56.220/32'],
  ],
  ['192.168.56.150 - 192.168.56.150', ['192.168.56.150/32']],
  ['192.168.0.0-192.168.1.255', ['192.168.0.0/23']],
  ['0.0.0.0-255.255.255.255', ['0.0.0.0/0']],
  ['fd00::5/64', ['fd00::/64']],
  ['fd00::1-fd00::4', ['fd00::1/128', 'fd00::2/127', 'fd00::4/128']],
];

for (const [text, expected] of blocks) {
  test(`${text} means ${expected.join(' ')}`, (t) => {
    t.deepEqual(parseBlocks(text).map(blockText), expected);
  });
}

const refused: [text: string, message: string][] = [
  ['192.168.56.0', 'invalid CIDR "192.168.56.0"'],
  ['192.168.56.0/33', 'invalid CIDR "192.168.56.0/33"'],
  ['192.168.56.0/', 'invalid CIDR "192.168.56.0/"'],
  ['192.168.056.0/24', 'invalid CIDR "192.168.056.0/24"'],
  ['a-b', 'invalid IP range "a-b": invalid start IP "a"'],
  ['10.0.0.1-', 'invalid IP range "10.0.0.1-": invalid end IP ""'],
  ['10.0.0.9-10.0.0.1', 'invalid IP range "10.0.0.9-10.0.0.1": start IP "10.0.0.9" is after the end IP "10.0.0.1"'],
];

for (const [text, message] of refused) {
  test(`"${text}" is refused`, (t) => {
    t.throws(() => parseBlocks(text), { message });
  });
}

test('addresses are read as Go reads them', (t) => {
  t.deepEqual(parseAddress('::ffff:10.0.0.1'), { family: 'ipv4', value: 0x0a000001n });
  for (const text of ['', '1.2.3', '1.2.3.4.5', '0x1.2.3.4', 'fe80::1%eth0', '1.2.3.256'])
    t.is(parseAddress(text), undefined);
});
