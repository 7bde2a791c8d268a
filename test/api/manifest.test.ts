import test from 'ava';
import { parseManifests } from '../../src/api/manifest.js';

const service = `apiVersion: v1
kind: Service
metadata:
  name: web
spec:
  selector:
    app: web
  ports:
  - port: 80
`;

test('several documents become objects in the order of the file, empty ones left out', (t) => {
  const { documents, problems } = parseManifests(
    `---\n${service}---\n\n---\n${service.replace('web', 'other')}`,
    'web.yaml',
  );
  t.deepEqual(problems, []);
  t.deepEqual(
    documents.map(({ object, index }) => [object.metadata.name, index]),
    [
      ['web', 0],
      ['other', 1],
    ],
  );
});

test('JSON is read, indented with tabs as well', (t) => {
  const json = JSON.stringify({ apiVersion: 'v1', kind: 'Service', metadata: { name: 'web' }, spec: {} }, null, '\t');
  t.is(parseManifests(json, 'web.json').documents[0]?.object.metadata.name, 'web');
});

test('a List is taken apart, and its items keep their places', (t) => {
  const items = service
    .trimEnd()
    .split('\n')
    .map((line, i) => `${i === 0 ? '- ' : '  '}${line}`)
    .join('\n');
  const { documents } = parseManifests(`apiVersion: v1\nkind: List\nitems:\n${items}\n${items}\n`, 'web.yaml');
  t.is(documents.length, 2);
  t.deepEqual(documents[0]?.position('spec.ports[0].port'), { line: 12, column: 7 });
  t.deepEqual(documents[1]?.position('spec.ports[0].port'), { line: 21, column: 7 });
});

test('namespaced kinds are put into the default namespace, others into none', (t) => {
  const { documents } = parseManifests(
    `${service}---\napiVersion: v1\nkind: Namespace\nmetadata: {name: shop, namespace: x}\n`,
    'web.yaml',
  );
  t.is(documents[0]?.object.metadata.namespace, 'default');
  t.is(documents[1]?.object.metadata.namespace, undefined);
});

test('a field without a value is as good as not given', (t) => {
  const { documents } = parseManifests(service.replace('spec:', 'status:\nspec:\n  clusterIP:'), 'web.yaml');
  t.deepEqual(documents[0]?.object.spec, { selector: { app: 'web' }, ports: [{ port: 80 }] });
  t.false('status' in (documents[0]?.object ?? {}));
});

test('values are read as the YAML library of kubectl reads them', (t) => {
  const text = 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a, annotations: {octal: "0644"}}\nimmutable: yes\n';
  t.is(parseManifests(text, 'a.yaml').documents[0]?.object.immutable, true);
  const args =
    'apiVersion: v1\nkind: Pod\nmetadata: {name: a}\nspec: {containers: [{name: a, image: b, args: [8080:30, 2020-01-01, "1"]}]}\n';
  const [document] = parseManifests(args, 'a.yaml').documents;
  t.deepEqual(document?.object.spec, { containers: [{ name: 'a', image: 'b', args: ['8080:30', '2020-01-01', '1'] }] });
});

test('anchors and merge keys are followed', (t) => {
  const text = 'apiVersion: v1\nkind: ConfigMap\nmetadata: &m {name: a}\ndata: {<<: *m, b: c}\n';
  t.deepEqual(parseManifests(text, 'a.yaml').documents[0]?.object.data, { name: 'a', b: 'c' });
});

test('position: a field, its key, an item, a map key with dots and slashes', (t) => {
  const text = `${service}  externalIPs: [192.168.56.9, 192.168.56.10]\n`.replace(
    '  name: web',
    '  name: web\n  annotations:\n    example.com/a.b: "1"',
  );
  const position = parseManifests(text, 'web.yaml').documents[0]?.position ?? (() => undefined);
  t.deepEqual(position('spec.ports[0].port'), { line: 11, column: 5 });
  t.deepEqual(position('spec.externalIPs[1]'), { line: 12, column: 31 });
  t.deepEqual(position('metadata.annotations[example.com/a.b]'), { line: 6, column: 5 });
  t.deepEqual(position('spec.selector'), { line: 8, column: 3 });
});

test('position: a field that is not there has the place of the one above it', (t) => {
  const position = parseManifests(service, 'web.yaml').documents[0]?.position ?? (() => undefined);
  t.deepEqual(position('spec.ports[0].nodePort'), { line: 9, column: 5 });
  t.deepEqual(position('spec.ports[7].nodePort'), { line: 8, column: 3 });
  t.deepEqual(position('status.loadBalancer'), { line: 1, column: 1 });
});
