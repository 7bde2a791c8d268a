import test from 'ava';
import { apiRules } from '../../src/cluster/api-rules.js';
import { customProblems } from '../../src/schema/custom/table.js';
import { decodeRequest, decodeStrict } from '../../src/schema/decode.js';

const pool = (spec: unknown) => ({
  apiVersion: 'metallb.io/v1beta1',
  kind: 'IPAddressPool',
  metadata: { name: 'p', namespace: 'metallb-system' },
  spec,
});

const route = (rules: unknown) => ({
  apiVersion: 'gateway.networking.k8s.io/v1',
  kind: 'HTTPRoute',
  metadata: { name: 'r', namespace: 'default' },
  spec: { parentRefs: [{ name: 'gw' }], rules },
});

const messages = (object: { apiVersion: string; kind: string; metadata: { name: string } }) =>
  apiRules.validate(object).map(({ field, message }) => `${field}: ${message}`);

/** The words are those of a cluster with the definitions installed. */
const rows: [string, ReturnType<typeof pool>, string[]][] = [
  ['a good pool', pool({ addresses: ['192.168.56.128-192.168.56.140'], autoAssign: false }), []],
  ['no spec', { ...pool(undefined), spec: undefined }, ['spec: Required value']],
  ['a text for a spec', pool('x'), ['spec: Invalid value: "string": spec in body must be of type object: "string"']],
  ['no addresses', pool({}), ['spec.addresses: Required value']],
  [
    'a text for a list',
    pool({ addresses: '10.0.0.0/24' }),
    ['spec.addresses: Invalid value: "string": spec.addresses in body must be of type array: "string"'],
  ],
  [
    'a number in a list of texts',
    pool({ addresses: ['10.0.0.0/24', 5] }),
    ['spec.addresses[1]: Invalid value: "integer": spec.addresses[1] in body must be of type string: "integer"'],
  ],
  [
    'a quoted flag',
    pool({ addresses: [], autoAssign: 'true' }),
    ['spec.autoAssign: Invalid value: "string": spec.autoAssign in body must be of type boolean: "string"'],
  ],
];

for (const [title, object, wanted] of rows) {
  test(`an IPAddressPool with ${title} is judged as its definition does`, (t) => {
    t.deepEqual(messages(object), wanted);
    t.notThrows(() => apiRules.applyDefaults(object));
  });
}

const peer = (spec: object) => ({
  ...{ apiVersion: 'metallb.io/v1beta2', kind: 'BGPPeer', metadata: { name: 'tor', namespace: 'metallb-system' } },
  spec: { myASN: 64501, peerASN: 64500, peerAddress: '192.168.56.254', ...spec },
});

const peers: [spec: object, wanted: string[]][] = [
  [{ peerPort: 179, connectTime: '1m0s' }, []],
  [
    { peerPort: 20_000 },
    ['spec.peerPort: Invalid value: 20000: spec.peerPort in body should be less than or equal to 16384'],
  ],
  [{ myASN: -1 }, ['spec.myASN: Invalid value: -1: spec.myASN in body should be greater than or equal to 0']],
  [
    { connectTime: '500ms' },
    ['spec.connectTime: Invalid value: "string": connect time should be between 1 seconds to 65535'],
  ],
  [
    { connectTime: '1500ms' },
    ['spec.connectTime: Invalid value: "string": connect time should contain a whole number of seconds'],
  ],
  [{ dynamicASN: 'any' }, ['spec.dynamicASN: Unsupported value: "any": supported values: "internal", "external"']],
];

for (const [spec, wanted] of peers) {
  test(`a BGPPeer with ${JSON.stringify(spec)} is judged as its definition does`, (t) => {
    t.deepEqual(messages(peer(spec)), wanted);
  });
}

test('a value outside a set is told with the set', (t) => {
  const wrong = route([{ matches: [{ path: { type: 'Prefix', value: '/' } }] }]);
  t.deepEqual(messages(wrong), [
    'spec.rules[0].matches[0].path.type: Unsupported value: "Prefix": supported values: "Exact", "PathPrefix", "RegularExpression"',
  ]);
});

test('unknown fields are told under strict validation and dropped otherwise', (t) => {
  const typo = pool({
    addreses: ['a'],
    addresses: ['b'],
    serviceAllocation: { serviceSelectors: [{ matchlabels: {} }] },
  });
  const error = t.throws(() => decodeRequest(typo, 'Strict'));
  t.is(
    error?.message,
    'IPAddressPool in version "v1beta1" cannot be handled as a IPAddressPool: strict decoding error: unknown field "spec.addreses", unknown field "spec.serviceAllocation.serviceSelectors[0].matchlabels"',
  );
  const { object, unknownFields } = decodeStrict(typo);
  t.is(unknownFields.length, 2);
  t.deepEqual(object.spec, { addresses: ['b'], serviceAllocation: { serviceSelectors: [{}] } });
});

test('labels may have any names, and parts without a schema any content', (t) => {
  const object = pool({
    addresses: [],
    serviceAllocation: { namespaceSelectors: [{ matchLabels: { anything: 'x' } }] },
  });
  t.deepEqual(decodeStrict(object).unknownFields, []);
  const mirrored = route([{ filters: [{ type: 'RequestMirror', requestMirror: { whatever: [1] } }] }]);
  t.deepEqual([decodeStrict(mirrored).unknownFields, customProblems(mirrored)], [[], []]);
});

test('kinds without a schema keep everything', (t) => {
  const widget = { apiVersion: 'example.io/v1', kind: 'Widget', metadata: { name: 'w' }, spec: 'odd', more: [1] };
  t.deepEqual(decodeStrict(widget).object, widget);
  t.deepEqual(customProblems(widget), []);
});

test('versions of one kind may differ', (t) => {
  const peer = (version: string, spec: object) => ({
    apiVersion: `metallb.io/${version}`,
    kind: 'BGPPeer',
    metadata: { name: 'p' },
    spec,
  });
  const spec = { peerAddress: '10.0.0.1', myASN: 64500, peerASN: 64501, vrf: 'red' };
  t.deepEqual(decodeStrict(peer('v1beta2', spec)).unknownFields, []);
  t.is(decodeStrict(peer('v1beta1', spec)).unknownFields[0]?.field, 'spec.vrf');
});
