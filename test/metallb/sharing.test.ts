/** Addresses that several Services use, and what goes wrong with pools in use: nobody else is disturbed. */
import test from 'ava';
import { balancer, chapter, type MetalLBPlane, pool, type ServiceOptions, startMetalLB, withPools } from './objects.js';

const prefix = 'Failed to allocate IP for "default/web": ';

const shared = { 'metallb.io/allow-shared-ip': 'key' };
const local = { externalTrafficPolicy: 'Local', selector: { app: 'same' } };

test('two Services with one key and different ports share an address, unasked', (t) => {
  const plane = withPools(...chapter);
  plane.apply(balancer('a', { annotations: shared }), balancer('b', { annotations: shared, port: 81 }));
  t.deepEqual([plane.addressOf('a'), plane.addressOf('b')], ['192.168.56.128', '192.168.56.128']);
});

const conflicts: [title: string, first: ServiceOptions, second: ServiceOptions, error: string][] = [
  [
    'the same port',
    { annotations: shared },
    { annotations: shared },
    'port TCP/80 is already in use on "192.168.56.140"',
  ],
  [
    'another key',
    { annotations: shared },
    { annotations: { 'metallb.io/allow-shared-ip': 'other' }, port: 81 },
    `can't change sharing key for "default/web", address also in use by default/first`,
  ],
  ['no key', {}, { port: 81 }, `can't change sharing key for "default/web", address also in use by default/first`],
  [
    'Cluster beside Local',
    { annotations: shared },
    { annotations: shared, port: 81, spec: local },
    `can't change sharing key for "default/web", address also in use by default/first`,
  ],
];

for (const [title, first, second, error] of conflicts) {
  test(`an address is not shared: ${title}`, (t) => {
    const plane = withPools(...chapter);
    const asking = (options: ServiceOptions): ServiceOptions => ({
      ...options,
      spec: { ...options.spec, loadBalancerIP: '192.168.56.140' },
    });
    plane.apply(balancer('first', asking(first)));
    plane.apply(balancer('web', asking(second)));
    t.is(plane.addressOf('web'), '<pending>');
    t.deepEqual(plane.events('web'), [`AllocationFailed ${prefix}${error}`]);
    t.is(plane.addressOf('first'), '192.168.56.140');
  });
}

test('Local beside Local share when their selectors are the same', (t) => {
  const plane = withPools(...chapter);
  plane.apply(
    balancer('a', { annotations: shared, spec: local }),
    balancer('b', { annotations: shared, port: 81, spec: local }),
  );
  t.is(plane.addressOf('a'), plane.addressOf('b'));
});

test('sharing that becomes impossible later moves the one who changed, not the other', (t) => {
  const plane = withPools(...chapter);
  plane.apply(balancer('a', { annotations: shared }), balancer('web', { annotations: shared, port: 81 }));
  const untouched = plane.service('a').metadata.resourceVersion;
  plane.apply(balancer('web', { annotations: shared, port: 80 }));
  t.is(plane.addressOf('web'), '192.168.56.129');
  t.is(plane.addressOf('a'), '192.168.56.128');
  t.is(plane.service('a').metadata.resourceVersion, untouched);
  t.deepEqual(plane.events('web').sort(), [
    'ClearAssignment current IP for "default/web" not allowed by config, will attempt for new IP assignment: port TCP/80 is already in use on "192.168.56.128"',
    'IPAllocated Assigned IP ["192.168.56.128"]',
    'IPAllocated Assigned IP ["192.168.56.129"]',
  ]);
});

test('an address that asks for a Service of another key is refused, whoever came first', (t) => {
  const plane = withPools(...chapter);
  const asking = { loadBalancerIP: '192.168.56.140' };
  plane.apply(
    balancer('a', { annotations: shared, spec: asking }),
    balancer('b', { annotations: shared, port: 81, spec: asking }),
  );
  plane.apply(balancer('web', { port: 82, spec: asking }));
  t.deepEqual(plane.events('web'), [
    `AllocationFailed ${prefix}can't change sharing key for "default/web", address also in use by default/a,default/b`,
  ]);
});

/** What every Service but the named one is, to the last field. */
function others(plane: MetalLBPlane, name: string): string {
  const services = plane.registry.list('', 'Service').filter(({ metadata }) => metadata.name !== name);
  return JSON.stringify(services);
}

const mishaps: [title: string, cause: (plane: MetalLBPlane) => void, events: string[]][] = [
  [
    'its pool shrinks to nothing that is free',
    (plane) => plane.apply(pool('one', ['192.168.56.150/32'])),
    [
      'ClearAssignment current IP for "default/web" not allowed by config, will attempt for new IP assignment: ["192.168.56.151"] is not allowed in config',
      `AllocationFailed ${prefix}no available IPs`,
    ],
  ],
  [
    'it asks for a pool that is not there',
    (plane) => plane.apply(balancer('web', { annotations: { 'metallb.io/address-pool': 'nope' } })),
    [`AllocationFailed ${prefix}unknown pool "nope"`],
  ],
  [
    'it asks for a pool that is full',
    (plane) => plane.apply(balancer('web', { annotations: { 'metallb.io/address-pool': 'full' } })),
    [`AllocationFailed ${prefix}no available IPs in pool full`],
  ],
  [
    'it asks for an address that another has',
    (plane) => plane.apply(balancer('web', { spec: { loadBalancerIP: '192.168.56.150' } })),
    [`AllocationFailed ${prefix}can't change sharing key for "default/web", address also in use by default/kept`],
  ],
  [
    'it asks for an address of no pool',
    (plane) => plane.apply(balancer('web', { spec: { loadBalancerIP: '10.9.9.9' } })),
    [`AllocationFailed ${prefix}["10.9.9.9"] is not allowed in config`],
  ],
];

for (const [title, cause, events] of mishaps) {
  test(`a Service loses its address when ${title}, and nobody else notices`, (t) => {
    const plane = startMetalLB();
    plane.apply(pool('one', ['192.168.56.150/31']), pool('full', ['192.168.56.200/32'], { autoAssign: false }));
    plane.apply(balancer('kept'), balancer('full', { annotations: { 'metallb.io/address-pool': 'full' } }));
    plane.apply(balancer('web'));
    t.is(plane.addressOf('web'), '192.168.56.151');
    const before = others(plane, 'web');
    cause(plane);
    t.is(plane.addressOf('web'), '<pending>');
    t.is(plane.service('web').metadata.annotations?.['metallb.io/ip-allocated-from-pool'], undefined);
    const told = plane.events('web').filter((line) => !line.startsWith('IPAllocated'));
    t.deepEqual(told.sort(), [...events].sort());
    t.is(others(plane, 'web'), before);
  });
}

test('overlapping pools are refused whole, and whoever has an address keeps it', (t) => {
  const plane = withPools(...chapter);
  plane.apply(balancer('web'));
  const before = others(plane, '');
  t.throws(() => plane.apply(pool('third', ['192.168.56.190-192.168.56.195'])), {
    message:
      'admission webhook "ipaddresspoolvalidationwebhook.metallb.io" denied the request: CIDR "192.168.56.190/31" in pool "third" overlaps with already defined CIDR "192.168.56.128/26"',
  });
  t.is(others(plane, ''), before);
  t.is(plane.registry.list('metallb.io', 'IPAddressPool').length, 2);
});
