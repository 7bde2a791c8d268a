import test from 'ava';
import type { KubeObject } from '../../src/api/object.js';
import type { BgpNode, BgpRoute } from '../../src/metallb/bgp/contract.js';
import { bgpdConfig, routeCommands, sameSessions } from '../../src/metallb/bgp/frr.js';
import { bgpPlans } from '../../src/metallb/speaker/told.js';
import { balancer, namespace, pool, startMetalLB } from './objects.js';

function object(kind: string, name: string, spec: object, version = 'v1beta1'): KubeObject {
  return { apiVersion: `metallb.io/${version}`, kind, metadata: { name, namespace }, spec };
}

const peer = (spec: object = {}, name = 'tor') =>
  object('BGPPeer', name, { myASN: 64501, peerASN: 64500, peerAddress: '192.168.56.254', ...spec }, 'v1beta2');

function slice(...nodes: string[]): KubeObject {
  return {
    apiVersion: 'discovery.k8s.io/v1',
    kind: 'EndpointSlice',
    metadata: { name: 'web-manual', namespace: 'default', labels: { 'kubernetes.io/service-name': 'web' } },
    addressType: 'IPv4',
    ports: [{ port: 80, protocol: 'TCP', name: '' }],
    endpoints: nodes.map((nodeName, index) => ({
      addresses: [`10.111.156.${70 + index}`],
      conditions: { ready: true },
      nodeName,
    })),
  };
}

function plans(objects: KubeObject[], service: object = {}, endpoints = slice('k8s-node1')): Map<string, BgpNode> {
  const plane = startMetalLB();
  const web = balancer('web', { spec: service });
  const { selector: _none, ...spec } = web.spec as Record<string, unknown>;
  plane.apply(pool('p', ['10.99.0.0/24']), ...objects, { ...web, spec }, endpoints);
  return bgpPlans(plane.registry);
}

const announcing = (all: Map<string, BgpNode>): string[] =>
  [...all].filter(([, { routes }]) => routes.length > 0).map(([node]) => node);
const workers = ['k8s-node1', 'k8s-node2', 'k8s-node3'];
const ad = (spec: object = {}) => object('BGPAdvertisement', 'all', spec);

const cases: [title: string, objects: KubeObject[], service: object, announcing: string[]][] = [
  ['every node that may announces, wherever the pod is', [peer(), ad()], {}, workers],
  ['policy Local: only nodes with a pod', [peer(), ad()], { externalTrafficPolicy: 'Local' }, ['k8s-node1']],
  ['no advertisement, no route', [peer()], {}, []],
  ['an advertisement of another pool', [peer(), ad({ ipAddressPools: ['other'] })], {}, []],
  [
    'an advertisement for some nodes',
    [peer(), ad({ nodeSelectors: [{ matchLabels: { 'kubernetes.io/hostname': 'k8s-node2' } }] })],
    {},
    ['k8s-node2'],
  ],
  [
    'a peer for some nodes',
    [peer({ nodeSelectors: [{ matchLabels: { 'kubernetes.io/hostname': 'k8s-node3' } }] }), ad()],
    {},
    ['k8s-node3'],
  ],
];

for (const [title, objects, service, expected] of cases) {
  test(title, (t) => {
    t.deepEqual(announcing(plans(objects, service)), expected);
  });
}

test('without a ready pod nobody announces, and sessions stay', (t) => {
  const all = plans([peer(), ad()], {}, slice());
  t.deepEqual(announcing(all), []);
  t.is(all.get('k8s-master')?.sessions.length, 1);
});

test('aggregation, preference, communities with aliases, and peers by name', (t) => {
  const communities = object('Community', 'names', { communities: [{ name: 'quiet', value: '65535:65281' }] });
  const spec = { aggregationLength: 24, localPref: 200, communities: ['quiet'], peers: ['tor'] };
  const all = plans([peer(), peer({ peerAddress: '192.168.56.253' }, 'other'), ad(spec), communities]);
  t.deepEqual(all.get('k8s-node1')?.routes, [
    { prefix: '10.99.0.0/24', localPref: 200, communities: ['65535:65281'], peers: ['tor'] },
  ]);
});

test('sessions have their timers, and a third of hold is keepalive', (t) => {
  const profile = object('BFDProfile', 'fast', { receiveInterval: 100, transmitInterval: 100 });
  const { sessions } = plans([peer({ holdTime: '9s', bfdProfile: 'fast', connectTime: '2s' }), profile]).get(
    'k8s-node1',
  )!;
  t.like(sessions[0], { timers: { hold: 9, keepalive: 3 }, connectSeconds: 2, port: 179 });
  t.like(sessions[0]?.bfd, { receiveInterval: 100, transmitInterval: 100, detectMultiplier: 3 });
});

const refused: [title: string, spec: object, words: RegExp][] = [
  ['no own AS number', { myASN: 0 }, /missing local ASN/],
  ['no AS number of the peer', { peerASN: 0 }, /missing peer ASN and dynamicASN/],
  ['a short hold time', { holdTime: '2s' }, /invalid hold time "2s": must be 0 or >=3s/],
  ['keepalive above hold', { holdTime: '3s', keepaliveTime: '9s' }, /must be lower than holdTime/],
  ['no address', { peerAddress: 'router' }, /invalid BGPPeer address "router"/],
  [
    'multihop within one AS',
    { peerASN: 64501, ebgpMultiHop: true },
    /invalid ebgp-multihop parameter set for an ibgp peer/,
  ],
];

for (const [title, spec, words] of refused) {
  test(`the webhook refuses a peer: ${title}`, (t) => {
    const plane = startMetalLB();
    t.throws(() => plane.registry.create(peer(spec)), { message: words });
  });
}

const route = (prefix: string, change: Partial<BgpRoute> = {}): BgpRoute => ({
  prefix,
  communities: [],
  peers: ['tor'],
  ...change,
});
const node = (...routes: BgpRoute[]): BgpNode => ({
  asn: 64501,
  routerId: '192.168.56.101',
  sessions: [{ name: 'tor', address: '192.168.56.254', port: 179, asn: '64500', ebgpMultiHop: false }],
  routes,
  services: [],
});

test('the daemon starts with its sessions, and accepts nothing', (t) => {
  const lines = bgpdConfig('k8s-node1', node(route('10.99.0.0/32')))
    .split('\n')
    .map((line) => line.trim());
  for (const line of [
    'neighbor 192.168.56.254 remote-as 64500',
    'neighbor 192.168.56.254 route-map DENY-ALL in',
    'ip prefix-list tor-out permit 10.99.0.0/32',
    'network 10.99.0.0/32',
    'no bgp ebgp-requires-policy',
  ]) {
    t.true(lines.includes(line), line);
  }
});

test('a route that comes or goes is a few commands, the sessions stay', (t) => {
  const before = node(route('10.99.0.0/32'));
  const after = node(route('10.99.0.1/32', { communities: ['65535:65282'] }));
  t.true(sameSessions(before, after));
  const commands = routeCommands(before, after);
  for (const command of [
    'no network 10.99.0.0/32',
    'network 10.99.0.1/32',
    'no ip prefix-list tor-out permit 10.99.0.0/32',
    'set community 65535:65282',
  ]) {
    t.true(commands.includes(command), command);
  }
  t.deepEqual(routeCommands(after, after), []);
});
