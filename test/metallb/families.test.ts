/** Addresses of IPv6 in a cluster whose Services have IPv4 only. */
import test from 'ava';
import { balancer, chapter, pool, type ServiceOptions, withPools } from './objects.js';

type Row = [title: string, pools: object[], service: ServiceOptions, address: string, lastEvent: string];

const prefix = 'Failed to allocate IP for "default/web": ';
const rows: Row[] = [
  [
    'an address of another family',
    [...chapter, pool('six', ['fd00::/120'])],
    { annotations: { 'metallb.io/loadBalancerIPs': 'fd00::1' } },
    '<pending>',
    `AllocationFailed ${prefix}requested loadBalancer IP(s) ["fd00::1"] does not match the ipFamily of the service`,
  ],
  [
    'addresses of both families, for a Service of one',
    [...chapter, pool('six', ['fd00::/120'])],
    { annotations: { 'metallb.io/loadBalancerIPs': '192.168.56.200, fd00::1' } },
    '<pending>',
    `AllocationFailed ${prefix}requested loadBalancer IP(s) ["192.168.56.200" "fd00::1"] does not match the ipFamily of the service`,
  ],
  [
    'two addresses of one family',
    chapter,
    { annotations: { 'metallb.io/loadBalancerIPs': '192.168.56.200,192.168.56.201' } },
    '<pending>',
    `AllocationFailed ${prefix}IPFamilyForAddresses: same address family ["192.168.56.200" "192.168.56.201"]`,
  ],
  [
    'three addresses',
    chapter,
    { annotations: { 'metallb.io/loadBalancerIPs': '192.168.56.200,192.168.56.201,fd00::1' } },
    '<pending>',
    `AllocationFailed ${prefix}IPFamilyForAddresses: invalid ips length 3 ["192.168.56.200" "192.168.56.201" "fd00::1"]`,
  ],
  [
    'of pools and ranges of IPv6 an IPv4 Service takes nothing',
    [pool('a', ['fd00::/64']), pool('p', ['fd01::1-fd01::ff', '10.9.0.0/24'])],
    {},
    '10.9.0.0',
    'IPAllocated Assigned IP ["10.9.0.0"]',
  ],
  [
    'pools of IPv6 alone have nothing for it',
    [pool('a', ['fd00::/64'])],
    {},
    '<pending>',
    `AllocationFailed ${prefix}no available IPs`,
  ],
  [
    'nor when it asks for one, which MetalLB says in its own way',
    [pool('a', ['fd00::/64'])],
    { annotations: { 'metallb.io/address-pool': 'a' } },
    '<pending>',
    `AllocationFailed ${prefix}["<nil>"] is not allowed in config`,
  ],
];

for (const [title, pools, service, address, lastEvent] of rows) {
  test(title, (t) => {
    const plane = withPools(...pools);
    plane.apply(balancer('web', service));
    t.is(plane.addressOf('web'), address);
    t.deepEqual(plane.events('web'), [lastEvent]);
  });
}

const patched: [title: string, ips: string[], event: string[]][] = [
  ['of another family', ['fd00::1'], []],
  ['of both families', ['192.168.56.129', 'fd00::1'], []],
  [
    'of one family twice',
    ['192.168.56.129', '192.168.56.130'],
    [
      'nolbIPsIPFamily Failed to retrieve LBIPs IPFamily for ["192.168.56.129" "192.168.56.130"]: IPFamilyForAddresses: same address family ["192.168.56.129" "192.168.56.130"]',
    ],
  ],
];
for (const [title, ips, words] of patched) {
  test(`addresses ${title} in a status are taken for none`, (t) => {
    const plane = withPools(...chapter, pool('six', ['fd00::/120']));
    plane.apply(balancer('web'));
    const service = plane.service('web');
    const before = plane.events('web');
    const ingress = ips.map((ip) => ({ ip }));
    plane.registry.update({ ...service, status: { loadBalancer: { ingress } } }, { subresource: 'status' });
    plane.apply();
    t.is(plane.addressOf('web'), '192.168.56.128');
    t.deepEqual(
      plane.events('web').filter((event) => !before.includes(event)),
      words,
    );
  });
}
