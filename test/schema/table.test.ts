import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'ava';
import { definitionNamed, definitionNames, definitionOf, fieldAt, structOf } from '../../src/schema/table.js';

test('the committed schema is what the generator writes', (t) => {
  const directory = mkdtempSync(join(tmpdir(), 'schema-'));
  t.teardown(() => rmSync(directory, { recursive: true }));
  execFileSync(process.execPath, ['scripts/generate-schema.mjs', directory]);
  for (const file of ['kubernetes.json', 'descriptions.json']) {
    t.true(
      readFileSync(join(directory, file), 'utf8') === readFileSync(join('src/schema/generated', file), 'utf8'),
      file,
    );
  }
});

const kinds: [group: string, kinds: string][] = [
  [
    '',
    'Namespace Node Pod Service Endpoints ConfigMap Secret ServiceAccount Event ReplicationController Status DeleteOptions',
  ],
  ['apps', 'Deployment ReplicaSet DaemonSet StatefulSet ControllerRevision'],
  ['batch', 'Job'],
  ['discovery.k8s.io', 'EndpointSlice'],
  ['networking.k8s.io', 'Ingress IngressClass'],
  ['coordination.k8s.io', 'Lease'],
  ['rbac.authorization.k8s.io', 'Role RoleBinding ClusterRole ClusterRoleBinding'],
  ['apiextensions.k8s.io', 'CustomResourceDefinition'],
  ['admissionregistration.k8s.io', 'ValidatingWebhookConfiguration'],
  ['autoscaling', 'Scale'],
  ['policy', 'Eviction'],
  ['authorization.k8s.io', 'SelfSubjectAccessReview SelfSubjectRulesReview'],
  ['authentication.k8s.io', 'SelfSubjectReview'],
];

for (const [group, names] of kinds) {
  test(`every kind of group "${group}" has a definition with apiVersion, kind and metadata`, (t) => {
    for (const kind of names.split(' ')) {
      const definition = definitionOf({ group, version: 'v1', kind });
      t.is(definition?.shortName, kind);
      t.true(definition?.fields.has('apiVersion') && definition.fields.has('kind'), kind);
    }
  });
}

test('every struct that a field leads to is in the table', (t) => {
  for (const name of definitionNames()) {
    for (const field of definitionNamed(name)?.fields.values() ?? []) {
      const scalar = JSON.stringify(field.type).includes('"scalar"');
      t.true(scalar || structOf(field.type) !== undefined, `${name}.${field.name}`);
    }
  }
});

test('fields carry types, formats and required marks', (t) => {
  const service = definitionOf({ group: '', version: 'v1', kind: 'Service' });
  t.deepEqual(fieldAt(service, ['spec', 'ports', 'port']), {
    name: 'port',
    type: { is: 'scalar', scalar: 'int32' },
    required: true,
  });
  t.like(fieldAt(service, ['spec', 'ports', 'targetPort'])?.type, { is: 'scalar', scalar: 'int-or-string' });
  t.deepEqual(fieldAt(service, ['spec', 'ports'])?.type, {
    is: 'list',
    of: { is: 'struct', name: 'io.k8s.api.core.v1.ServicePort' },
  });
  t.deepEqual(fieldAt(service, ['metadata', 'creationTimestamp'])?.type, {
    is: 'scalar',
    scalar: 'date-time',
    name: 'io.k8s.apimachinery.pkg.apis.meta.v1.Time',
  });
  t.is(fieldAt(service, ['spec', 'portz', 'port']), undefined);
});

test('an unknown kind has no definition', (t) => {
  t.is(definitionOf({ group: 'metallb.io', version: 'v1beta1', kind: 'IPAddressPool' }), undefined);
  t.is(definitionOf({ group: 'apps', version: 'v1beta1', kind: 'Deployment' }), undefined);
});
