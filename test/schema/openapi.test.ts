import test from 'ava';
import type { KindInfo } from '../../src/registry/contract.js';
import { loadDescriptions } from '../../src/schema/descriptions.js';
import { buildOpenApiV2, encodeOpenApiV2, openApiV2ContentType } from '../../src/schema/openapi-v2.js';
import { buildOpenApiV3 } from '../../src/schema/openapi-v3.js';
import { readMessage, utf8, type WireField } from '../../src/schema/protobuf-wire.js';

const kind = (group: string, name: string, plural: string, version = 'v1', namespaced = true): KindInfo => ({
  group,
  versions: [version],
  kind: name,
  plural,
  singular: name.toLowerCase(),
  shortNames: [],
  namespaced,
  categories: [],
  subresources: [],
});

const kinds = [
  kind('', 'Service', 'services'),
  kind('', 'Node', 'nodes', 'v1', false),
  kind('apps', 'Deployment', 'deployments'),
  kind('metallb.io', 'IPAddressPool', 'ipaddresspools', 'v1beta1'),
];
const service = 'io.k8s.api.core.v1.ServicePort';

interface Document {
  paths: Record<
    string,
    Record<string, { parameters?: { name: string }[]; 'x-kubernetes-group-version-kind': unknown }>
  >;
  components: { schemas: Record<string, Record<string, unknown> & { properties?: Record<string, unknown> }> };
}

async function v3(path: string): Promise<Document> {
  const { documents } = buildOpenApiV3(kinds, await loadDescriptions(), 'v1.32.5');
  return JSON.parse(documents.get(path)?.body ?? '{}') as Document;
}

test('the v3 index lists one hashed document per group version', async (t) => {
  const { index, documents } = buildOpenApiV3(kinds, await loadDescriptions(), 'v1.32.5');
  t.deepEqual([...documents.keys()], ['api/v1', 'apis/apps/v1', 'apis/metallb.io/v1beta1']);
  const { paths } = JSON.parse(index) as { paths: Record<string, { serverRelativeURL: string }> };
  for (const [path, { hash }] of documents) t.is(paths[path]?.serverRelativeURL, `/openapi/v3/${path}?hash=${hash}`);
});

test('the hash follows the content: another kind changes its own document only', async (t) => {
  const descriptions = await loadDescriptions();
  const before = buildOpenApiV3(kinds, descriptions, 'v1.32.5').documents;
  const after = buildOpenApiV3(
    [...kinds, kind('apps', 'ReplicaSet', 'replicasets')],
    descriptions,
    'v1.32.5',
  ).documents;
  t.is(before.get('api/v1')?.hash, after.get('api/v1')?.hash);
  t.not(before.get('apis/apps/v1')?.hash, after.get('apis/apps/v1')?.hash);
});

test('the patch operation says that the server validates: kind mark, fieldValidation, dryRun', async (t) => {
  const { paths } = await v3('api/v1');
  const patch = paths['/api/v1/namespaces/{namespace}/services/{name}']?.patch;
  t.deepEqual(patch?.['x-kubernetes-group-version-kind'], { group: '', version: 'v1', kind: 'Service' });
  t.deepEqual(
    patch?.parameters?.map(({ name }) => name),
    ['dryRun', 'fieldManager', 'fieldValidation', 'force'],
  );
  t.truthy(paths['/api/v1/nodes/{name}']?.patch, 'cluster-scoped kinds have no namespace in the path');
  t.truthy((await v3('apis/apps/v1')).paths['/apis/apps/v1/namespaces/{namespace}/deployments']?.post);
});

test('v3 schemas have types, required marks, merge marks and texts', async (t) => {
  const { schemas } = (await v3('api/v1')).components;
  t.deepEqual(schemas[service]?.required, ['port']);
  t.deepEqual(schemas[service]?.properties?.port, {
    description: 'The port that will be exposed by this service.',
    type: 'integer',
    format: 'int32',
  });
  t.like(schemas['io.k8s.api.core.v1.ServiceSpec']?.properties?.ports, {
    type: 'array',
    items: { $ref: `#/components/schemas/${service}` },
    'x-kubernetes-list-map-keys': ['port', 'protocol'],
    'x-kubernetes-list-type': 'map',
    'x-kubernetes-patch-merge-key': 'port',
    'x-kubernetes-patch-strategy': 'merge',
  });
  t.like(schemas['io.k8s.api.core.v1.ServiceSpec']?.properties?.selector, { 'x-kubernetes-map-type': 'atomic' });
  t.deepEqual(schemas['io.k8s.apimachinery.pkg.util.intstr.IntOrString'], {
    format: 'int-or-string',
    oneOf: [{ type: 'integer' }, { type: 'string' }],
  });
  t.is(schemas['io.k8s.api.apps.v1.Deployment'], undefined, 'other groups stay out of the document');
});

test('custom resources keep every field', async (t) => {
  const { schemas } = (await v3('apis/metallb.io/v1beta1')).components;
  t.like(schemas['io.metallb.v1beta1.IPAddressPool'], {
    'x-kubernetes-preserve-unknown-fields': true,
    'x-kubernetes-group-version-kind': [{ group: 'metallb.io', version: 'v1beta1', kind: 'IPAddressPool' }],
  });
});

test('every reference of a document leads to a schema of the same document', async (t) => {
  for (const path of ['api/v1', 'apis/apps/v1', 'apis/metallb.io/v1beta1']) {
    const document = await v3(path);
    const references = [...JSON.stringify(document).matchAll(/"#\/components\/schemas\/([^"]+)"/g)];
    t.true(references.length > 0);
    for (const [, name] of references) t.truthy(document.components.schemas[name ?? ''], name);
  }
});

const sub = (fields: WireField[], number: number) =>
  fields.flatMap(({ number: n, value }) => (n === number && value.is === 'bytes' ? [value.value] : []));
const subMessages = (fields: WireField[], number: number) => sub(fields, number).map(readMessage);
const text = (fields: WireField[], number: number) => sub(fields, number).map(utf8)[0];

/** Follows length-delimited field numbers, taking the first of each. */
const descend = (fields: WireField[], ...path: number[]): WireField[] =>
  path.reduce((at, number) => subMessages(at, number)[0] ?? [], fields);

const named = (entries: WireField[][], name: string) =>
  descend(entries.find((entry) => text(entry, 1) === name) ?? [], 2);

test('v2 in protobuf carries the definitions that kubectl 1.20 validates against', async (t) => {
  const document = readMessage(encodeOpenApiV2(buildOpenApiV2(kinds, await loadDescriptions(), 'v1.32.5')));
  t.is(text(document, 1), '2.0');
  t.is(text(descend(document, 2), 2), 'v1.32.5');
  const definitions = subMessages(descend(document, 9), 1);
  const portSchema = named(definitions, service);
  t.deepEqual(sub(portSchema, 19).map(utf8), ['port']);
  t.is(text(descend(portSchema, 22), 1), 'object');
  const properties = subMessages(descend(portSchema, 25), 1);
  t.deepEqual(
    properties.map((p) => text(p, 1)),
    ['appProtocol', 'name', 'nodePort', 'port', 'protocol', 'targetPort'],
  );
  t.is(text(named(properties, 'port'), 2), 'int32');
  t.is(text(named(properties, 'targetPort'), 1), '#/definitions/io.k8s.apimachinery.pkg.util.intstr.IntOrString');
  const kindMark = subMessages(named(definitions, 'io.k8s.api.core.v1.Service'), 31)[0] ?? [];
  t.is(text(kindMark, 1), 'x-kubernetes-group-version-kind');
  t.is(text(descend(kindMark, 2), 2), '[{"group":"","version":"v1","kind":"Service"}]');
});

test('v2 paths carry the query parameters of a patch', async (t) => {
  const document = readMessage(encodeOpenApiV2(buildOpenApiV2(kinds, await loadDescriptions(), 'v1.32.5')));
  const patch = descend(
    named(subMessages(descend(document, 8), 2), '/api/v1/namespaces/{namespace}/services/{name}'),
    8,
  );
  const parameters = subMessages(patch, 8).map((item) => descend(item, 1, 2, 3));
  t.deepEqual(
    parameters.map((p) => [text(p, 2), text(p, 4), text(p, 6)]),
    [
      ['query', 'dryRun', 'string'],
      ['query', 'fieldManager', 'string'],
      ['query', 'fieldValidation', 'string'],
    ],
  );
});

test('a custom resource in v2 has no properties, so that kubectl 1.20 lets every field through', async (t) => {
  const { definitions } = buildOpenApiV2(kinds, await loadDescriptions(), 'v1.32.5');
  t.false('properties' in (definitions['io.metallb.v1beta1.IPAddressPool'] ?? {}));
});

test('the answer media type has no @, which Go refuses', (t) => {
  t.false(openApiV2ContentType.includes('@'));
});
