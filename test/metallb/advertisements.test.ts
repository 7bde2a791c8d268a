import test from 'ava';
import type { KubeObject } from '../../src/api/object.js';
import type { ServiceAdvertisement } from '../../src/metallb/layer2/contract.js';
import { speakersTold } from '../../src/metallb/speaker/told.js';
import { balancer, l2, type MetalLBPlane, pool, type ServiceOptions, startMetalLB } from './objects.js';

interface EndpointOptions {
  ready?: boolean;
  serving?: boolean;
  node?: string;
}

function slice(service: string, endpoints: EndpointOptions[]): KubeObject {
  return {
    apiVersion: 'discovery.k8s.io/v1',
    kind: 'EndpointSlice',
    metadata: { name: `${service}-manual`, namespace: 'default', labels: { 'kubernetes.io/service-name': service } },
    addressType: 'IPv4',
    ports: [{ port: 80, protocol: 'TCP', name: '' }],
    endpoints: endpoints.map(({ ready, serving, node }, index) => ({
      addresses: [`10.111.156.${index + 70}`],
      conditions: { ...(ready !== undefined && { ready }), ...(serving !== undefined && { serving }) },
      ...(node && { nodeName: node }),
    })),
  };
}

const ready = [{ ready: true, node: 'k8s-node1' }];
const everywhere: ServiceAdvertisement['nodes'] = {
  'k8s-master': 'all',
  'k8s-node1': 'all',
  'k8s-node2': 'all',
  'k8s-node3': 'all',
};
const workers = ['k8s-node1', 'k8s-node2', 'k8s-node3'];

interface Given {
  advertisements?: object[];
  endpoints?: EndpointOptions[];
  service?: ServiceOptions;
  prepare?(plane: MetalLBPlane): void;
}

function told({ advertisements = [{}], endpoints = ready, service = {}, prepare }: Given): ServiceAdvertisement {
  const plane = startMetalLB();
  plane.apply({
    ...pool('p', ['192.168.56.128/26']),
    metadata: { name: 'p', namespace: 'metallb-system', labels: { use: 'web' } },
  });
  plane.apply(...advertisements.map((spec, index) => l2(`l2-${index}`, spec)));
  const { selector: _none, ...spec } = (balancer('web', service).spec ?? {}) as Record<string, unknown>;
  plane.apply({ ...balancer('web', service), spec }, slice('web', endpoints));
  prepare?.(plane);
  return speakersTold(plane.registry).services.get('default/web')!;
}

const cases: [title: string, given: Given, expected: Partial<ServiceAdvertisement>][] = [
  [
    'the control plane is excluded by its label, and cannot win',
    {},
    { addresses: ['192.168.56.128'], nodes: everywhere, candidates: workers },
  ],
  [
    'a pool without an advertisement has an address that nobody announces',
    { advertisements: [] },
    { nodes: {}, candidates: [] },
  ],
  [
    'an advertisement for another pool does not count',
    { advertisements: [{ ipAddressPools: ['other'] }] },
    { nodes: {}, candidates: [] },
  ],
  ['a pool is selected by name', { advertisements: [{ ipAddressPools: ['p'] }] }, { candidates: workers }],
  [
    'a pool is selected by label',
    { advertisements: [{ ipAddressPoolSelectors: [{ matchLabels: { use: 'web' } }] }] },
    { candidates: workers },
  ],
  [
    'nodes are selected by label',
    { advertisements: [{ nodeSelectors: [{ matchLabels: { 'kubernetes.io/hostname': 'k8s-node2' } }] }] },
    { nodes: { 'k8s-node2': 'all' }, candidates: ['k8s-node2'] },
  ],
  [
    'interfaces of several advertisements are joined',
    { advertisements: [{ interfaces: ['eth1'] }, { interfaces: ['eth2', 'eth1'] }] },
    { nodes: Object.fromEntries(Object.keys(everywhere).map((node) => [node, ['eth1', 'eth2']])) },
  ],
  [
    'one advertisement without interfaces makes it all',
    { advertisements: [{ interfaces: ['eth1'] }, {}] },
    { nodes: everywhere },
  ],
  [
    'a service selector that does not match',
    { advertisements: [{ serviceSelectors: [{ matchLabels: { a: 'b' } }] }] },
    { nodes: {}, candidates: [] },
  ],
  [
    'a sharing key beside service selectors',
    {
      advertisements: [{ serviceSelectors: [{ matchLabels: { a: 'b' } }] }],
      service: { labels: { a: 'b' }, annotations: { 'metallb.universe.tf/allow-shared-ip': 'k' } },
    },
    { withheld: 'sharedIPWithServiceSelector' },
  ],
  [
    'preferred nodes score',
    {
      advertisements: [
        {
          preferredNodeSelectors: [
            { weight: 7, preference: { matchLabels: { 'kubernetes.io/hostname': 'k8s-node2' } } },
          ],
        },
        {},
      ],
    },
    { scores: { 'k8s-node2': 7 } },
  ],
  ['no endpoint at all, no owner', { endpoints: [] }, { withheld: 'notOwner' }],
  ['unready endpoints, no owner', { endpoints: [{ ready: false, node: 'k8s-node1' }] }, { withheld: 'notOwner' }],
  [
    'an endpoint on its way out that still serves',
    { endpoints: [{ ready: false, serving: true, node: 'k8s-node1' }] },
    { candidates: workers },
  ],
  ['an endpoint without conditions counts', { endpoints: [{ node: 'k8s-node1' }] }, { candidates: workers }],
  [
    'policy Local leaves the nodes with a pod',
    {
      endpoints: [
        { ready: true, node: 'k8s-node2' },
        { ready: false, node: 'k8s-node3' },
      ],
      service: { spec: { externalTrafficPolicy: 'Local' } },
    },
    { candidates: ['k8s-node2'] },
  ],
  [
    'policy Local with pods only where nobody may announce',
    { endpoints: [{ ready: true, node: 'k8s-master' }], service: { spec: { externalTrafficPolicy: 'Local' } } },
    { candidates: [] },
  ],
];

for (const [title, given, expected] of cases) {
  test(title, (t) => {
    const advertisement = told(given);
    t.like(advertisement, { service: 'default/web', ...expected });
    for (const field of ['nodes', 'candidates'] as const) {
      if (expected[field]) t.deepEqual(advertisement[field], expected[field]);
    }
  });
}

test('a node without network is no candidate, one that is cordoned or not ready is', (t) => {
  const change = (plane: MetalLBPlane, name: string, type: string, status: string): void => {
    const node = plane.registry.get({ group: '', kind: 'Node', namespace: '', name })!;
    const conditions = (node.status as { conditions: { type: string }[] }).conditions;
    const changed = conditions.map((one) => (one.type === type ? { ...one, status } : one));
    plane.registry.update(
      { ...node, status: { ...(node.status as object), conditions: changed } },
      { subresource: 'status' },
    );
  };
  const { candidates } = told({
    prepare: (plane) => {
      change(plane, 'k8s-node1', 'NetworkUnavailable', 'True');
      change(plane, 'k8s-node2', 'Ready', 'False');
    },
  });
  t.deepEqual(candidates, ['k8s-node2', 'k8s-node3']);
});

test('a Service whose address is of no pool is not announced', (t) => {
  const plane = startMetalLB();
  plane.apply(
    pool('p', ['192.168.56.128/26']),
    balancer('web', { spec: { loadBalancerClass: 'other' } }),
    balancer('none'),
  );
  const services = speakersTold(plane.registry).services;
  t.false(services.has('default/web'));
  plane.apply(balancer('none', { spec: { loadBalancerIP: '1.1.1.1' } }));
  t.is(speakersTold(plane.registry).services.get('default/none')?.withheld, 'noIPAllocated');
});

test('speakers are members where their pods are', (t) => {
  const { members } = speakersTold(startMetalLB().registry);
  t.deepEqual(
    members.map(({ node, address }) => `${node} ${address}`),
    ['k8s-master 192.168.56.100', 'k8s-node1 192.168.56.101', 'k8s-node2 192.168.56.102', 'k8s-node3 192.168.56.103'],
  );
});
