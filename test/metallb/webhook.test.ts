import test from 'ava';
import type { KubeObject } from '../../src/api/object.js';
import { StatusError } from '../../src/api/status.js';
import { balancer, l2, namespace, pool, startMetalLB } from './objects.js';

const poolHook = 'admission webhook "ipaddresspoolvalidationwebhook.metallb.io" denied the request: ';
const l2Hook = 'admission webhook "l2advertisementvalidationwebhook.metallb.io" denied the request: ';
const present = pool('a', ['192.168.56.0/24']);
const elsewhere = (object: KubeObject) => ({ ...object, metadata: { ...object.metadata, namespace: 'default' } });
const selector = { matchLabels: { a: 'b' } };

const refused: [title: string, object: KubeObject, message: string][] = [
  [
    'overlap, in the network that the text means',
    pool('b', ['192.168.56.150/26']),
    `${poolHook}CIDR "192.168.56.128/26" in pool "b" overlaps with already defined CIDR "192.168.56.0/24"`,
  ],
  [
    'overlap within one pool',
    pool('b', ['10.0.0.0/24', '10.0.0.128/25']),
    `${poolHook}CIDR "10.0.0.128/25" in pool "b" overlaps with already defined CIDR "10.0.0.0/24"`,
  ],
  [
    'another namespace',
    elsewhere(pool('b', ['10.0.0.0/24'])),
    `${poolHook}resource must be created in metallb-system namespace`,
  ],
  ['no addresses', pool('b', []), `${poolHook}parsing address pool b: pool has no prefixes defined`],
  [
    'what is no address',
    pool('b', ['10.0.0.0/40']),
    `${poolHook}parsing address pool b: invalid CIDR "10.0.0.0/40" in pool "b": invalid CIDR "10.0.0.0/40"`,
  ],
  [
    'a namespace twice',
    pool('b', ['10.0.0.0/24'], { serviceAllocation: { namespaces: ['x', 'x'] } }),
    `${poolHook}parsing address pool b: duplicate definition in namespaces field`,
  ],
  [
    'a pool twice in an advertisement',
    l2('x', { ipAddressPools: ['a', 'a'] }),
    `${l2Hook}duplicate definition of ipAddressPools "a"`,
  ],
  [
    'a selector twice',
    l2('x', { nodeSelectors: [selector, selector] }),
    `${l2Hook}duplicate definition of nodeSelectors "&LabelSelector{MatchLabels:map[string]string{a: b,},MatchExpressions:[]LabelSelectorRequirement{},}"`,
  ],
];

for (const [title, object, message] of refused) {
  test(`the webhook refuses: ${title}`, (t) => {
    const plane = startMetalLB();
    plane.apply(present);
    const error = t.throws(() => plane.registry.create(object), { instanceOf: StatusError });
    t.is(error?.message, message);
    t.is(error?.code, 403);
  });
}

test('an update is checked with the rest, and a refused one changes nothing', (t) => {
  const plane = startMetalLB();
  plane.apply(pool('a', ['10.0.0.0/24']), pool('b', ['10.0.1.0/24']), balancer('web'));
  const stored = plane.registry.get({ group: 'metallb.io', kind: 'IPAddressPool', namespace, name: 'b' })!;
  t.throws(() => plane.registry.update({ ...stored, spec: { addresses: ['10.0.0.0/16'] } }), { message: /overlaps/ });
  t.notThrows(() => plane.registry.update({ ...stored, spec: { addresses: ['10.0.2.0/24'] } }));
  t.is(plane.addressOf('web'), '10.0.0.0');
});

test('an advertisement may name a pool that is not there, and a pool in use may be deleted', (t) => {
  const plane = startMetalLB();
  t.notThrows(() => plane.apply(l2('x', { ipAddressPools: ['later'] }), pool('a', ['10.0.0.0/24'])));
  t.notThrows(() => plane.remove('IPAddressPool', 'a'));
});

test('a BFDProfile that a peer uses stays', (t) => {
  const plane = startMetalLB();
  const object = (kind: string, version: string, name: string, spec: object) => {
    return { apiVersion: `metallb.io/${version}`, kind, metadata: { name, namespace }, spec };
  };
  plane.apply(
    object('BFDProfile', 'v1beta1', 'fast', {}),
    object('BGPPeer', 'v1beta2', 'router', {
      myASN: 64501,
      peerASN: 64500,
      peerAddress: '192.168.56.1',
      bfdProfile: 'fast',
    }),
  );
  t.throws(() => plane.remove('BFDProfile', 'fast'), {
    message: /failed to delete BFDProfile fast, used by BGPPeer router$/,
  });
});

test('an advertisement without a spec is for all pools, a pool without one is refused', (t) => {
  const plane = startMetalLB();
  const { spec: _none, ...bare } = l2('all');
  t.notThrows(() => plane.apply(bare as KubeObject));
  const { spec: _no, ...nothing } = pool('none', []);
  t.throws(() => plane.registry.create(nothing as KubeObject), { message: /spec: Required value/ });
});

test('without the webhooks nothing is refused', (t) => {
  const plane = startMetalLB();
  plane.registry.delete({
    group: 'admissionregistration.k8s.io',
    kind: 'ValidatingWebhookConfiguration',
    namespace: '',
    name: 'metallb-webhook-configuration',
  });
  plane.apply(present, balancer('web', { spec: { loadBalancerIP: '192.168.56.130' } }));
  const before = plane.service('web').metadata.resourceVersion;
  t.notThrows(() => plane.apply(pool('b', ['192.168.56.150/26'])));
  t.is(plane.service('web').metadata.resourceVersion, before, 'MetalLB goes on with the configuration before');
  plane.apply(balancer('other'));
  t.is(plane.addressOf('other'), '192.168.56.0');
});

test('the ConfigMap of MetalLB 0.12 is refused with the way on', (t) => {
  const plane = startMetalLB();
  const config =
    'address-pools:\n- name: default\n  protocol: layer2\n  addresses:\n  - 192.168.56.240-192.168.56.250\n';
  const object = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'config', namespace }, data: { config } };
  t.throws(() => plane.registry.create(object), { message: /IPAddressPool .* L2Advertisement/ });
});
