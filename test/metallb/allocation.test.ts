import test from 'ava';
import { balancer, chapter, pool, type ServiceOptions, startMetalLB, withPools } from './objects.js';

test('a Service waits until MetalLB, and then until a pool, is there', (t) => {
  const plane = startMetalLB({ installed: false });
  plane.apply(balancer('web'));
  t.is(plane.addressOf('web'), '<pending>');
  const installed = startMetalLB();
  installed.apply(balancer('web'));
  t.is(installed.addressOf('web'), '<pending>');
  t.deepEqual(installed.events('web'), []);
  installed.apply(...chapter);
  t.is(installed.addressOf('web'), '192.168.56.128');
  t.deepEqual(installed.events('web'), ['IPAllocated Assigned IP ["192.168.56.128"]']);
  t.is(installed.service('web').metadata.annotations?.['metallb.io/ip-allocated-from-pool'], 'ip-pool-01');
});

test('without a ready controller pod nothing is allocated', (t) => {
  const plane = startMetalLB({ ready: false });
  plane.apply(...chapter, balancer('web'));
  t.is(plane.addressOf('web'), '<pending>');
});

test('addresses ascend, and one given back is the next to be given', (t) => {
  const plane = withPools(...chapter);
  plane.apply(balancer('a'), balancer('b'), balancer('c'));
  t.deepEqual(
    ['a', 'b', 'c'].map((name) => plane.addressOf(name)),
    ['192.168.56.128', '192.168.56.129', '192.168.56.130'],
  );
  plane.remove('Service', 'a');
  plane.apply(balancer('d'));
  t.is(plane.addressOf('d'), '192.168.56.128');
  t.is(plane.addressOf('b'), '192.168.56.129');
});

type Row = [title: string, pools: object[], service: ServiceOptions, address: string, lastEvent: string];

const prefix = 'Failed to allocate IP for "default/web": ';
const rows: Row[] = [
  [
    'a range begins where it says',
    [pool('p', ['192.168.56.150-192.168.56.191'])],
    {},
    '192.168.56.150',
    'IPAllocated Assigned IP ["192.168.56.150"]',
  ],
  ['a /24 begins with .0', [pool('p', ['10.9.0.0/24'])], {}, '10.9.0.0', 'IPAllocated Assigned IP ["10.9.0.0"]'],
  [
    'avoidBuggyIPs leaves .0 out',
    [pool('p', ['10.9.0.0/24'], { avoidBuggyIPs: true })],
    {},
    '10.9.0.1',
    'IPAllocated Assigned IP ["10.9.0.1"]',
  ],
  [
    'autoAssign false keeps a pool for those who ask',
    [pool('p', ['10.9.0.0/24'], { autoAssign: false })],
    {},
    '<pending>',
    `AllocationFailed ${prefix}no available IPs`,
  ],
  [
    'a pool can be asked for by annotation',
    [pool('a', ['10.8.0.0/24']), pool('p', ['10.9.0.0/24'], { autoAssign: false })],
    { annotations: { 'metallb.io/address-pool': 'p' } },
    '10.9.0.0',
    'IPAllocated Assigned IP ["10.9.0.0"]',
  ],
  [
    'an unknown pool is said to be so',
    chapter,
    { annotations: { 'metallb.io/address-pool': 'nope' } },
    '<pending>',
    `AllocationFailed ${prefix}unknown pool "nope"`,
  ],
  [
    'an address can be asked for by annotation',
    chapter,
    { annotations: { 'metallb.io/loadBalancerIPs': '192.168.56.200' } },
    '192.168.56.200',
    'IPAllocated Assigned IP ["192.168.56.200"]',
  ],
  [
    'an address can be asked for by field',
    chapter,
    { spec: { loadBalancerIP: '192.168.56.150' } },
    '192.168.56.150',
    'IPAllocated Assigned IP ["192.168.56.150"]',
  ],
  [
    'not both ways at once',
    chapter,
    { spec: { loadBalancerIP: '192.168.56.150' }, annotations: { 'metallb.io/loadBalancerIPs': '192.168.56.150' } },
    '<pending>',
    `AllocationFailed ${prefix}service can not have both metallb.io/loadBalancerIPs and svc.Spec.LoadBalancerIP`,
  ],
  [
    'an address of no pool is refused',
    chapter,
    { spec: { loadBalancerIP: '1.2.3.4' } },
    '<pending>',
    `AllocationFailed ${prefix}["1.2.3.4"] is not allowed in config`,
  ],
  [
    'an address of another pool than the one asked for',
    chapter,
    { annotations: { 'metallb.io/address-pool': 'ip-pool-01', 'metallb.io/loadBalancerIPs': '192.168.56.200' } },
    '<pending>',
    `AllocationFailed ${prefix}requested loadBalancer IP(s) ["192.168.56.200"] is not compatible with requested address pool ip-pool-01`,
  ],
  [
    'what is no address is refused',
    chapter,
    { annotations: { 'metallb.io/loadBalancerIPs': 'x' } },
    '<pending>',
    `AllocationFailed ${prefix}invalid metallb.io/loadBalancerIPs: "x"`,
  ],
  [
    'a pool of other namespaces is not given out',
    [pool('p', ['10.9.0.0/24'], { serviceAllocation: { namespaces: ['shop'] } })],
    {},
    '<pending>',
    `AllocationFailed ${prefix}no available IPs`,
  ],
  [
    'nor can its addresses be asked for',
    [pool('p', ['10.9.0.0/24'], { serviceAllocation: { namespaces: ['shop'] } })],
    { spec: { loadBalancerIP: '10.9.0.7' } },
    '<pending>',
    `AllocationFailed ${prefix}pool p not compatible for ip assignment`,
  ],
  [
    'a pool whose namespace selector finds no namespace is given to nobody',
    [pool('a', ['10.9.0.0/24'], { serviceAllocation: { namespaceSelectors: [{ matchLabels: { team: 'blue' } }] } })],
    {},
    '<pending>',
    `AllocationFailed ${prefix}no available IPs`,
  ],
  [
    'but can be asked for, as MetalLB has it',
    [pool('a', ['10.9.0.0/24'], { serviceAllocation: { namespaceSelectors: [{ matchLabels: { team: 'blue' } }] } })],
    { annotations: { 'metallb.io/address-pool': 'a' } },
    '10.9.0.0',
    'IPAllocated Assigned IP ["10.9.0.0"]',
  ],
  [
    'the pinned pool with the lowest priority goes first',
    [
      pool('a', ['10.7.0.0/24']),
      pool('b', ['10.8.0.0/24'], { serviceAllocation: { priority: 20 } }),
      pool('c', ['10.9.0.0/24'], { serviceAllocation: { priority: 10 } }),
    ],
    {},
    '10.9.0.0',
    'IPAllocated Assigned IP ["10.9.0.0"]',
  ],
  [
    'a pinned pool without priority goes last',
    [
      pool('b', ['10.8.0.0/24'], { serviceAllocation: {} }),
      pool('c', ['10.9.0.0/24'], { serviceAllocation: { priority: 50 } }),
    ],
    {},
    '10.9.0.0',
    'IPAllocated Assigned IP ["10.9.0.0"]',
  ],
  [
    'a service selector pins',
    [
      pool('a', ['10.7.0.0/24']),
      pool('c', ['10.9.0.0/24'], { serviceAllocation: { serviceSelectors: [{ matchLabels: { tier: 'gold' } }] } }),
    ],
    { labels: { tier: 'gold' } },
    '10.9.0.0',
    'IPAllocated Assigned IP ["10.9.0.0"]',
  ],
  [
    'a namespace selector pins',
    [
      pool('a', ['10.7.0.0/24']),
      pool('c', ['10.9.0.0/24'], {
        serviceAllocation: { namespaceSelectors: [{ matchLabels: { 'kubernetes.io/metadata.name': 'default' } }] },
      }),
    ],
    {},
    '10.9.0.0',
    'IPAllocated Assigned IP ["10.9.0.0"]',
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

test('annotations of the old prefix count, with a warning', (t) => {
  const plane = withPools(...chapter);
  plane.apply(balancer('web', { annotations: { 'metallb.universe.tf/loadBalancerIPs': '192.168.56.131' } }));
  t.is(plane.addressOf('web'), '192.168.56.131');
  t.true(
    plane
      .events('web')
      .includes('deprecatedAnnotation Service uses deprecated annotation metallb.universe.tf/loadBalancerIPs'),
  );
});

test('a Service of another class is left alone', (t) => {
  const plane = withPools(...chapter);
  plane.apply(balancer('web', { spec: { loadBalancerClass: 'example.com/other' } }));
  t.is(plane.addressOf('web'), '<pending>');
  t.deepEqual(plane.events('web'), []);
});

test('an exhausted pool is said to be so, and the one who waits gets what is given back', (t) => {
  const plane = withPools(pool('p', ['192.168.56.150/32']));
  plane.apply(balancer('a'), balancer('web'));
  t.deepEqual([plane.addressOf('a'), plane.addressOf('web')], ['192.168.56.150', '<pending>']);
  t.deepEqual(plane.events('web'), [`AllocationFailed ${prefix}no available IPs`]);
  plane.remove('Service', 'a');
  t.is(plane.addressOf('web'), '192.168.56.150');
});

test('a Service that is no load balancer any more gives back address and annotation', (t) => {
  const plane = withPools(pool('p', ['192.168.56.150/32']));
  plane.apply(balancer('a'), balancer('web'));
  plane.apply(balancer('a', { spec: { type: 'ClusterIP' } }));
  t.is(plane.addressOf('a'), '<pending>');
  t.is(plane.service('a').metadata.annotations?.['metallb.io/ip-allocated-from-pool'], undefined);
  t.is(plane.addressOf('web'), '192.168.56.150');
});

test('a pool that shrinks under an address in use makes the Service take another', (t) => {
  const plane = withPools(...chapter);
  plane.apply(balancer('web'), balancer('kept', { spec: { loadBalancerIP: '192.168.56.200' } }));
  plane.apply(pool('ip-pool-01', ['192.168.56.160-192.168.56.170']));
  t.is(plane.addressOf('web'), '192.168.56.160');
  t.true(
    plane
      .events('web')
      .includes(
        'ClearAssignment current IP for "default/web" not allowed by config, will attempt for new IP assignment: ["192.168.56.128"] is not allowed in config',
      ),
  );
  t.is(plane.addressOf('kept'), '192.168.56.200');
});

test('the last pool that goes takes the addresses along, without a word', (t) => {
  const plane = withPools(chapter[0]!);
  plane.apply(balancer('web'));
  const before = plane.events('web');
  plane.remove('IPAddressPool', 'ip-pool-01');
  t.is(plane.addressOf('web'), '<pending>');
  t.deepEqual(plane.events('web'), before);
});

test('another pool or address asked for later moves the Service', (t) => {
  const plane = withPools(...chapter);
  plane.apply(balancer('web'));
  plane.apply(balancer('web', { annotations: { 'metallb.io/address-pool': 'ip-pool-02' } }));
  t.is(plane.addressOf('web'), '192.168.56.192');
  plane.apply(
    balancer('web', {
      annotations: { 'metallb.io/address-pool': 'ip-pool-02', 'metallb.io/loadBalancerIPs': '192.168.56.201' },
    }),
  );
  t.is(plane.addressOf('web'), '192.168.56.201');
});

test('a request that cannot be read leaves the address where it is', (t) => {
  const plane = withPools(...chapter);
  plane.apply(balancer('web'));
  plane.apply(balancer('web', { annotations: { 'metallb.io/loadBalancerIPs': 'x' } }));
  t.is(plane.addressOf('web'), '192.168.56.128');
  t.true(
    plane
      .events('web')
      .includes('LoadBalancerFailed invalid requested loadbalancer IPs: invalid metallb.io/loadBalancerIPs: "x"'),
  );
});
