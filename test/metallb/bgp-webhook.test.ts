/** What MetalLB's webhooks refuse about BGP, in its words. */
import test from 'ava';
import type { KubeObject } from '../../src/api/object.js';
import { ad, object, peer } from './bgp-objects.js';
import { pool, startMetalLB } from './objects.js';

const other = (spec: object) => peer({ peerAddress: '192.168.56.253', ...spec }, 'other');
const preferred = ad({ localPref: 100 }, 'first');
const onNode1 = { nodeSelectors: [{ matchLabels: { 'kubernetes.io/hostname': 'k8s-node1' } }] };

const refused: [title: string, present: KubeObject[], object: KubeObject, words: string | RegExp][] = [
  ['no own AS number', [], peer({ myASN: 0 }), 'parsing peer tor missing local ASN'],
  ['no AS number of the peer', [], peer({ peerASN: 0 }), 'parsing peer tor missing peer ASN and dynamicASN'],
  ['two of the peer', [], peer({ dynamicASN: 'external' }), 'parsing peer tor both peer ASN and dynamicASN specified'],
  ['a short hold time', [], peer({ holdTime: '2s' }), /invalid hold time "2s": must be 0 or >=3s$/],
  [
    'keepalive above hold',
    [],
    peer({ holdTime: '3s', keepaliveTime: '9s' }),
    'parsing peer tor invalid BGPPeer timers: invalid keepaliveTime "9s", must be lower than holdTime "3s"',
  ],
  ['a hold time without a unit', [], peer({ holdTime: '90' }), 'time: missing unit in duration "90"'],
  ['a hold time that is none', [], peer({ holdTime: 'soon' }), 'time: invalid duration "soon"'],
  ['an aggregate that is none', [], ad({ aggregationLength: 33 }), "invalid aggregation length '!' for IPv4"],
  ['an address that is none', [], peer({ peerAddress: 'x' }), 'parsing peer tor invalid BGPPeer address "x"'],
  ['no address', [], peer({ peerAddress: '' }), 'parsing peer tor peer has no Address or Interface specified'],
  [
    'multihop within one AS',
    [],
    peer({ peerASN: 64501, ebgpMultiHop: true }),
    'parsing peer tor invalid ebgp-multihop parameter set for an ibgp peer',
  ],
  [
    'two passwords',
    [],
    peer({ password: 'x', passwordSecret: { name: 'y' } }),
    'parsing peer tor can not have both password and secret ref set in peer config "metallb-system"/"tor"',
  ],
  [
    'the same address twice',
    [peer()],
    peer({}, 'again'),
    "peer 192.168.56.254 already exists, FRR mode doesn't support duplicate BGPPeers selecting the same node",
  ],
  [
    'another own AS number',
    [peer()],
    other({ myASN: 64502 }),
    /^peer 192\.168\.56\.253 has myAsn different from 192\.168\.56\.254, in FRR mode peers selecting the same node must/,
  ],
  [
    'another router ID',
    [peer()],
    other({ routerID: '1.1.1.1' }),
    /^peer 1\.1\.1\.1 has RouterID different from , in FRR mode peers/,
  ],
  ['a community twice', [], ad({ communities: ['1:2', '1:2'] }), 'duplicate definition of community "1:2"'],
  [
    'a community out of range',
    [],
    ad({ communities: ['70000:1'] }),
    'invalid community value: invalid section "70000" of community "70000:1", err: "strconv.ParseUint: parsing \\"70000\\": value out of range"\ninvalid community "70000:1" in BGP advertisement',
  ],
  [
    'an alias for what is no community',
    [],
    object('Community', 'names', { communities: [{ name: 'quiet', value: '65535' }] }),
    'parsing community "quiet": invalid community format: 65535',
  ],
  [
    'an alias twice',
    [object('Community', 'names', { communities: [{ name: 'quiet', value: '1:1' }] })],
    object('Community', 'more', { communities: [{ name: 'quiet', value: '1:2' }] }),
    'duplicate definition of community "quiet"',
  ],
  [
    'service selectors and aggregation',
    [],
    ad({ aggregationLength: 24, serviceSelectors: [{ matchLabels: { a: 'b' } }] }),
    'serviceSelectors and aggregationLength are mutually exclusive, both cannot be set in all',
  ],
  [
    'an aggregate wider than the pool',
    [pool('p', ['10.99.0.0/26'])],
    ad({ aggregationLength: 24 }),
    'invalid aggregation length 24: prefix 26 in this pool is more specific than the aggregation length for addresses 10.99.0.0/26',
  ],
  [
    'another preference for the same addresses',
    [pool('p', ['10.99.0.0/26']), preferred],
    ad({ localPref: 200 }, 'second'),
    'invalid local preference 200: local preferernce 100 was already set for the same type of BGP update. Check existing BGP advertisements with common pools and aggregation lengths',
  ],
];

const hooks: Readonly<Record<string, string>> = {
  BGPPeer: 'bgppeers',
  BGPAdvertisement: 'bgpadvertisement',
  Community: 'community',
};

for (const [title, present, written, words] of refused) {
  test(`refused: ${title}`, (t) => {
    const plane = startMetalLB();
    plane.apply(...present);
    const message = t.throws(() => plane.registry.create(written))?.message ?? '';
    const prefix = `admission webhook "${hooks[written.kind]}validationwebhook.metallb.io" denied the request: `;
    t.true(message.startsWith(prefix), message);
    const denial = message.slice(prefix.length);
    if (typeof words === 'string') t.is(denial, words);
    else t.regex(denial, words);
  });
}

const accepted: [title: string, objects: KubeObject[]][] = [
  ['a profile that is not there yet', [peer({ bfdProfile: 'later' })]],
  ['a community that nobody has named yet', [ad({ communities: ['later'] })]],
  ['a pool that is not there yet', [ad({ ipAddressPools: ['later'], aggregationLength: 8 })]],
  ['other own AS numbers on other nodes', [peer(onNode1), otherNode({ myASN: 64502 })]],
  [
    'other preferences for other lengths',
    [pool('p', ['10.99.0.0/24']), preferred, ad({ localPref: 1, aggregationLength: 24 }, 'b')],
  ],
  [
    'other preferences to other peers',
    [pool('p', ['10.99.0.0/24']), ad({ localPref: 1, peers: ['a'] }, 'a'), ad({ localPref: 2, peers: ['b'] }, 'b')],
  ],
];

function otherNode(spec: object): KubeObject {
  return other({ ...spec, nodeSelectors: [{ matchLabels: { 'kubernetes.io/hostname': 'k8s-node2' } }] });
}

for (const [title, objects] of accepted) {
  test(`accepted: ${title}`, (t) => {
    t.notThrows(() => startMetalLB().apply(...objects));
  });
}
