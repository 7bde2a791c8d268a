/** Who announces what to whom. */
import test from 'ava';
import type { KubeObject } from '../../src/api/object.js';
import type { BgpNode } from '../../src/metallb/bgp/contract.js';
import { explainBgp } from '../../src/metallb/bgp/explanation.js';
import { bgpPlans } from '../../src/metallb/speaker/told.js';
import { ad, object, peer, plans, slice } from './bgp-objects.js';
import { balancer, namespace, pool, startMetalLB } from './objects.js';

const announcing = (all: Map<string, BgpNode>): string[] =>
  [...all].filter(([, { sessions }]) => sessions.some(({ routes }) => routes.length > 0)).map(([node]) => node);
const workers = ['k8s-node1', 'k8s-node2', 'k8s-node3'];
const onNode = (name: string) => ({ nodeSelectors: [{ matchLabels: { 'kubernetes.io/hostname': name } }] });

const cases: [title: string, objects: KubeObject[], service: object, announcing: string[]][] = [
  ['every node that may announces, wherever the pod is', [peer(), ad()], {}, workers],
  ['policy Local: only nodes with a pod', [peer(), ad()], { externalTrafficPolicy: 'Local' }, ['k8s-node1']],
  ['no advertisement, no route', [peer()], {}, []],
  ['an advertisement of another pool', [peer(), ad({ ipAddressPools: ['other'] })], {}, []],
  ['an advertisement for some nodes', [peer(), ad(onNode('k8s-node2'))], {}, ['k8s-node2']],
  ['a peer for some nodes', [peer(onNode('k8s-node3')), ad()], {}, ['k8s-node3']],
  ['an advertisement to a peer that is not there', [peer(), ad({ peers: ['other'] })], {}, []],
];

for (const [title, objects, spec, expected] of cases) {
  test(title, (t) => {
    t.deepEqual(announcing(plans(objects, { spec })), expected);
  });
}

const conflict = [ad({ localPref: 100 }, 'one'), ad({ localPref: 200, serviceSelectors: [{}] }, 'two')];
const reasons: [title: string, objects: KubeObject[], endpoints: KubeObject, node: string, reason: string][] = [
  ['no advertisement is for the node', [ad(onNode('k8s-node2'))], slice(['k8s-node1']), 'k8s-node1', 'notOwner'],
  [
    'none is for the Service',
    [ad({ serviceSelectors: [{ matchLabels: { a: 'b' } }] })],
    slice(['k8s-node1']),
    'k8s-node1',
    'noMatchingAdvertisement',
  ],
  ['two want other preferences', conflict, slice(['k8s-node1']), 'k8s-node1', 'conflictingAdvertisements'],
  ['the control plane', [ad()], slice(['k8s-node1']), 'k8s-master', 'nodeLabeledExcludeBalancers'],
  ['no endpoint', [ad()], slice([]), 'k8s-node1', 'noEndpoints'],
  ['none that is ready', [ad()], slice(['k8s-node1'], { ready: false }), 'k8s-node1', 'noEndpoints'],
];

for (const [title, objects, endpoints, node, reason] of reasons) {
  test(`not announced, with MetalLB's word: ${title}`, (t) => {
    const plan = plans([peer(), ...objects], {}, endpoints).get(node);
    t.is(plan?.refused['default/web'], reason as never);
    t.is(plan?.sessions.length, 1, 'the session stays');
  });
}

test('a status that holds no address: MetalLB says so before it looks for a pool', (t) => {
  const plane = startMetalLB();
  plane.apply(pool('p', ['10.99.0.0/24']), peer(), ad(), slice(['k8s-node1']), balancer('web'));
  const ingress = [{ ip: 'none' }];
  plane.registry.update(
    { ...(plane.service('web') as KubeObject), status: { loadBalancer: { ingress } } },
    { subresource: 'status', trusted: true },
  );
  const plan = bgpPlans(plane.registry).get('k8s-node1');
  t.deepEqual(plan?.refused, { 'default/web': 'invalidIP' });
  t.is(explainBgp('default/web', plan).because, 'what is in the status is no address');
});

test('a pod on its way out that still serves counts', (t) => {
  const leaving = slice(['k8s-node2'], { ready: false, serving: true, terminating: true });
  t.deepEqual(announcing(plans([peer(), ad()], { spec: { externalTrafficPolicy: 'Local' } }, leaving)), ['k8s-node2']);
});

test('without a peer a node announces to nobody, as MetalLB does', (t) => {
  const plan = plans([ad()]).get('k8s-node1');
  t.deepEqual(plan?.services, [{ service: 'default/web', prefixes: ['10.99.0.0/32'], peers: [] }]);
  t.is(plans([]).size, 0, 'nothing configured, nothing planned');
});

test('aggregation, preference, communities with aliases, and peers by name', (t) => {
  const communities = object('Community', 'names', { communities: [{ name: 'quiet', value: '65535:65281' }] });
  const spec = {
    aggregationLength: 24,
    localPref: 200,
    communities: ['quiet', 'large:1:2:3', 'later'],
    peers: ['tor'],
  };
  const all = plans([peer(), peer({ peerAddress: '192.168.56.253' }, 'other'), ad(spec), communities]);
  const { sessions, services } = all.get('k8s-node1')!;
  const byName = Object.fromEntries(sessions.map(({ name, routes }) => [name, routes]));
  t.deepEqual(byName['tor'], [{ prefix: '10.99.0.0/24', localPref: 200, communities: ['65535:65281', 'large:1:2:3'] }]);
  t.deepEqual(byName['other'], []);
  t.deepEqual(services, [{ service: 'default/web', prefixes: ['10.99.0.0/24'], peers: ['tor'] }]);
});

test('two advertisements of an address: both prefixes, each peer with its own attributes', (t) => {
  const wide = ad({ aggregationLength: 26, communities: ['64500:2'], peers: ['other'] }, 'wide');
  const all = plans([peer(), peer({ peerAddress: '192.168.56.253' }, 'other'), ad({ communities: ['64500:1'] }), wide]);
  const byName = Object.fromEntries(all.get('k8s-node1')!.sessions.map(({ name, routes }) => [name, routes]));
  t.deepEqual(byName['tor'], [{ prefix: '10.99.0.0/32', communities: ['64500:1'] }]);
  t.deepEqual(byName['other'], [
    { prefix: '10.99.0.0/26', communities: ['64500:2'] },
    { prefix: '10.99.0.0/32', communities: ['64500:1'] },
  ]);
});

test('sessions have their timers, and a third of hold is keepalive', (t) => {
  const profile = object('BFDProfile', 'fast', { receiveInterval: 100, transmitInterval: 100 });
  const spec = { holdTime: '1m30s', bfdProfile: 'fast', connectTime: '2s', ebgpMultiHop: true, password: 'secret' };
  const [session] = plans([peer(spec), profile]).get('k8s-node1')!.sessions;
  t.like(session, { timers: { hold: 90, keepalive: 30 }, connectSeconds: 2, port: 179, ebgpMultiHop: true });
  t.like(session, { password: 'secret', bfd: { name: 'fast', receiveInterval: 100, transmitInterval: 100 } });
});

const secret = (type: string, data: Record<string, string>): KubeObject => {
  return { apiVersion: 'v1', kind: 'Secret', metadata: { name: 'bgp', namespace }, type, data };
};
const basic = 'kubernetes.io/basic-auth';
const withSecret = peer({ passwordSecret: { name: 'bgp' } });

test('a password may be in a Secret', (t) => {
  const all = plans([withSecret, secret(basic, { username: '', password: 'aHVzaA==' })]);
  t.is(all.get('k8s-node1')?.sessions[0]?.password, 'hush');
});

const withheld: [title: string, objects: KubeObject[], words: string][] = [
  ['its Secret is missing', [withSecret], 'secret ref not found for peer config "metallb-system"/"tor"'],
  [
    'its Secret is of another type',
    [withSecret, secret('Opaque', { password: 'aHVzaA==' })],
    'secret type mismatch on "metallb-system"/"bgp", type "kubernetes.io/basic-auth" is expected',
  ],
  ['its profile is missing', [peer({ bfdProfile: 'x' })], 'peer tor referencing non existing bfd profile x'],
  [
    'it has an interface',
    [peer({ peerAddress: undefined, interface: 'eth1' })],
    'the lab has sessions by peerAddress only, in no VRF',
  ],
];

for (const [title, objects, words] of withheld) {
  test(`a peer gets no session while ${title}, and others do`, (t) => {
    const plan = plans([...objects, peer({ peerAddress: '192.168.56.253' }, 'other'), ad()]).get('k8s-node1');
    t.deepEqual(plan?.withheld, { tor: words });
    t.deepEqual(
      plan?.sessions.map(({ name }) => name),
      ['other'],
    );
  });
}
