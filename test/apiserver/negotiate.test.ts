import test from 'ava';
import { negotiate, negotiateDiscovery } from '../../src/apiserver/negotiate.js';

const tableV1 = 'application/json;as=Table;v=v1;g=meta.k8s.io';
const tableBeta = 'application/json;as=Table;v=v1beta1;g=meta.k8s.io';

const rows: [string | undefined, string, string, string][] = [
  [undefined, 'json', 'Object', 'meta.k8s.io/v1'],
  ['*/*', 'json', 'Object', 'meta.k8s.io/v1'],
  [`${tableV1},${tableBeta},application/json`, 'json', 'Table', 'meta.k8s.io/v1'],
  [`${tableBeta},application/json`, 'json', 'Table', 'meta.k8s.io/v1beta1'],
  ['application/vnd.kubernetes.protobuf,application/json', 'json', 'Object', 'meta.k8s.io/v1'],
  [
    'application/vnd.kubernetes.protobuf;as=Table;v=v1;g=meta.k8s.io,application/json;as=Table;v=v1;g=meta.k8s.io',
    'json',
    'Table',
    'meta.k8s.io/v1',
  ],
  [
    'application/json;as=PartialObjectMetadataList;v=v1;g=meta.k8s.io',
    'json',
    'PartialObjectMetadata',
    'meta.k8s.io/v1',
  ],
  ['application/json;q=0.1,application/yaml', 'yaml', 'Object', 'meta.k8s.io/v1'],
  ['application/json;as=Table;v=v9;g=meta.k8s.io,application/json', 'json', 'Object', 'meta.k8s.io/v1'],
];

for (const [accept, encoding, shape, metaVersion] of rows) {
  test(`Accept ${accept} is answered with ${shape} in ${encoding}`, (t) => {
    t.deepEqual(negotiate(accept) as unknown, { encoding, shape, metaVersion });
  });
}

for (const accept of [
  'text/html',
  'application/vnd.kubernetes.protobuf',
  'application/json;as=Chart',
  'application/json;q=0',
  '__proto__',
]) {
  test(`Accept ${accept} cannot be met`, (t) => {
    t.throws(() => negotiate(accept), { message: /only the following media types are accepted/ });
  });
}

const aggregated = (version: string) => `application/json;g=apidiscovery.k8s.io;v=${version};as=APIGroupDiscoveryList`;

test('aggregated discovery is answered in the version that the client knows', (t) => {
  t.is(negotiateDiscovery(`${aggregated('v2')},${aggregated('v2beta1')},application/json`), 'v2');
  t.is(negotiateDiscovery(`${aggregated('v2beta1')},application/json`), 'v2beta1');
  t.is(negotiateDiscovery('application/json, */*'), undefined);
  t.is(negotiateDiscovery(undefined), undefined);
  t.is(negotiateDiscovery(`${aggregated('v3')},application/json`), undefined);
});
