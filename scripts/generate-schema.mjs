#!/usr/bin/env node
/**
 * Writes src/schema/generated/{kubernetes,descriptions}.json: field names, types, required marks and texts of the kinds the lab serves.
 *
 * Source: @kubernetes/client-node, generated upstream from Kubernetes' OpenAPI: `attributeTypeMap` in dist/gen/models/*.js
 * has names and types, the *.d.ts beside it has `?` (optional) and the field documentation. What that data has lost
 * (API group of a class, Quantity) is put back by the small tables below; the texts of fields that refer to another type
 * are taken from kubernetes-types, which kept them, as are line breaks.
 * Usage: node scripts/generate-schema.mjs [directory], the default directory is the committed one.
 */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';

const meta = 'io.k8s.apimachinery.pkg.apis.meta.v1';
const apiextensions = 'io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1';

/** Group prefix of definition names, API group, and the kinds (client-node class names) to start from. Earlier groups own shared types. */
const groups = [
  [
    meta,
    '',
    [
      'V1Status',
      'V1DeleteOptions',
      'V1ListMeta',
      'V1ObjectMeta',
      'V1LabelSelector',
      'V1Condition',
      'V1FieldSelectorRequirement',
    ],
    [],
  ],
  [
    'io.k8s.api.core.v1',
    '',
    ['V1PersistentVolumeClaim'],
    [
      'V1Namespace',
      'V1Node',
      'V1Pod',
      'V1Service',
      'V1Endpoints',
      'V1ConfigMap',
      'V1Secret',
      'V1ServiceAccount',
      'CoreV1Event',
      'V1ReplicationController',
    ],
  ],
  [
    'io.k8s.api.apps.v1',
    'apps',
    [],
    ['V1Deployment', 'V1ReplicaSet', 'V1DaemonSet', 'V1StatefulSet', 'V1ControllerRevision'],
  ],
  ['io.k8s.api.batch.v1', 'batch', [], ['V1Job']],
  ['io.k8s.api.discovery.v1', 'discovery.k8s.io', [], ['V1EndpointSlice']],
  ['io.k8s.api.networking.v1', 'networking.k8s.io', [], ['V1Ingress', 'V1IngressClass']],
  ['io.k8s.api.coordination.v1', 'coordination.k8s.io', [], ['V1Lease']],
  [
    'io.k8s.api.rbac.v1',
    'rbac.authorization.k8s.io',
    [],
    ['V1Role', 'V1RoleBinding', 'V1ClusterRole', 'V1ClusterRoleBinding'],
  ],
  [apiextensions, 'apiextensions.k8s.io', [], ['V1CustomResourceDefinition']],
  ['io.k8s.api.admissionregistration.v1', 'admissionregistration.k8s.io', [], ['V1ValidatingWebhookConfiguration']],
  ['io.k8s.api.autoscaling.v1', 'autoscaling', [], ['V1Scale', 'V1HorizontalPodAutoscaler']],
  ['io.k8s.api.autoscaling.v2', 'autoscaling', [], ['V2HorizontalPodAutoscaler']],
  ['io.k8s.api.policy.v1', 'policy', [], ['V1Eviction']],
  [
    'io.k8s.api.authorization.v1',
    'authorization.k8s.io',
    [],
    ['V1SelfSubjectAccessReview', 'V1SelfSubjectRulesReview'],
  ],
  ['io.k8s.api.authentication.v1', 'authentication.k8s.io', [], ['V1SelfSubjectReview']],
];

/** Kinds of the meta group that are objects of their own. */
const metaKinds = new Set(['V1Status', 'V1DeleteOptions']);

/** Fields, some of them of one class only, that are a `resource.Quantity`, or maps of it, upstream; client-node types them as plain strings. */
const quantities = new Set([
  'limits',
  'requests',
  'capacity',
  'allocatable',
  'allocatedResources',
  'overhead',
  'sizeLimit',
  'divisor',
  'averageValue',
  'tolerance',
  'V2MetricTarget.value',
  'V2MetricValueStatus.value',
]);
const notQuantities = new Set(['V1CSIStorageCapacity.capacity']);
const isQuantity = (className, field) =>
  (quantities.has(field) || quantities.has(`${className}.${field}`)) && !notQuantities.has(`${className}.${field}`);

/** Types that OpenAPI shows as a scalar of a name. */
const scalars = {
  'io.k8s.apimachinery.pkg.api.resource.Quantity': 'quantity',
  'io.k8s.apimachinery.pkg.util.intstr.IntOrString': 'int-or-string',
  [`${meta}.Time`]: 'date-time',
  [`${meta}.MicroTime`]: 'date-time-micro',
  [`${meta}.FieldsV1`]: 'object',
};
const named = Object.fromEntries(Object.keys(scalars).map((name) => [scalars[name], name]));

const models = join(dirname(createRequire(import.meta.url).resolve('@kubernetes/client-node')), 'gen', 'models');
const version = JSON.parse(readFileSync(join(models, '..', '..', '..', 'package.json'), 'utf8')).version;

const unescape = (text) =>
  text
    .replace(/\\(['"`\\])/g, '$1')
    .replaceAll('*\\/', '*/')
    .replaceAll('*_/', '*/')
    .replaceAll('/_*', '/*')
    .trim();

/** Documentation and required marks out of a `.d.ts`. */
function readTypings(className) {
  const text = readFileSync(join(models, `${className}.d.ts`), 'utf8');
  const own = /\/\*\*\n\* (.*)\n\*\/\nexport declare class/.exec(text);
  const fields = new Map();
  for (const [, doc, name, optional] of text.matchAll(/(?:\/\*\*\n\s+\* (.*)\n\s+\*\/\n\s+)?'([^']+)'(\??): .*;/g)) {
    fields.set(name, { doc: unescape(doc ?? ''), required: optional === '' });
  }
  return { doc: unescape(own?.[1] ?? ''), fields };
}

const typings = join(dirname(createRequire(import.meta.url).resolve('kubernetes-types/package.json')));
const uncomment = (text) =>
  unescape(
    text
      .split('\n')
      .map((line) => line.replace(/^\s*\* ?/, ''))
      .join('\n'),
  );

/** Field texts of a type in kubernetes-types, by field name; none for types that package does not have. */
function readFieldTexts(name) {
  const [, folder, version, short] = /\.(\w+)\.(v\d)\.(\w+)$/.exec(name);
  const text = readFileSync(join(typings, folder, `${version}.d.ts`), 'utf8');
  const start = text.indexOf(`export interface ${short} {`);
  const body = start < 0 ? '' : text.slice(start, text.indexOf('\n}', start));
  const fields = body.matchAll(/\/\*\*((?:[^*]|\*(?!\/))*)\*\/\s+(?:readonly )?"?([\w$-]+)"?\??:/g);
  return new Map([...fields].map(([, doc, field]) => [field, uncomment(doc)]));
}

async function readModel(className) {
  const module = await import(pathToFileURL(join(models, `${className}.js`)).href);
  const { doc, fields } = readTypings(className);
  const attributes = module[className].attributeTypeMap.map((a) => ({ ...a, ...fields.get(a.name) }));
  return { doc, attributes };
}

const referenced = (type) => /\b(?:[A-Z][a-z]+)?V\d\w*/.exec(type)?.[0];

/** Definition name of every class that the roots reach; the first group that reaches a class owns it. */
async function closure() {
  const owners = new Map();
  const visit = async (className, prefix) => {
    if (owners.has(className) || className === 'V1MicroTime') return;
    const model = await readModel(className);
    owners.set(className, { name: `${prefix}.${className.replace(/^([A-Z][a-z]+)?V\d/, '')}`, model });
    for (const { type } of model.attributes) {
      const next = referenced(type);
      if (next) await visit(next, prefix);
    }
  };
  for (const [prefix, , shared, kinds] of groups) for (const root of [...shared, ...kinds]) await visit(root, prefix);
  return owners;
}

/** `Array<V1ServicePort>` becomes `[]io.k8s.api.core.v1.ServicePort`; formats and hand tables name the scalar. */
function typeText(className, { baseName, type, format }, owners) {
  const list = /^Array<(.*)>$/.exec(type);
  if (list) return `[]${typeText(className, { baseName, type: list[1], format }, owners)}`;
  const map = /^\{ \[key: string\]: (.*); \}$/.exec(type);
  if (map) return `{}${typeText(className, { baseName, type: map[1], format }, owners)}`;
  if (baseName === 'fieldsV1') return named.object;
  if (type === 'Date') return named['date-time'];
  if (type === 'V1MicroTime') return named['date-time-micro'];
  if (type === 'IntOrString') return named['int-or-string'];
  if (type === 'number') return format || 'int32';
  if (type === 'any') return 'any';
  if (type === 'boolean') return 'boolean';
  if (type === 'string' && format === 'byte') return 'bytes';
  if (type === 'string' && isQuantity(className, baseName)) return named.quantity;
  if (type === 'string') return 'string';
  const owner = owners.get(type);
  if (!owner) throw new Error(`${className}.${baseName}: unknown type ${type}`);
  return owner.name;
}

function kindMark(className, owners) {
  for (const [prefix, group, , kinds] of groups) {
    if (kinds.includes(className) || (metaKinds.has(className) && group === '')) {
      return { group, version: prefix.split('.').at(-1), kind: owners.get(className).name.split('.').at(-1) };
    }
  }
  return undefined;
}

const words = (text) => text.replace(/[\s*]+/g, ' ');

/** In client-node a field that refers to another type has that type's text, or none, and every text has lost its line breaks. */
function bestText({ baseName, type, doc }, texts, owners) {
  const other = texts.get(baseName);
  const own = doc && doc !== owners.get(referenced(type))?.model.doc && type !== 'Date' && type !== 'IntOrString';
  return own && words(doc) !== words(other ?? '') ? doc : (other ?? doc);
}

const byKey = (record) => Object.fromEntries(Object.entries(record).sort(([a], [b]) => (a < b ? -1 : 1)));

async function build() {
  const owners = await closure();
  const definitions = {};
  const descriptions = {};
  for (const [className, { name, model }] of owners) {
    const required = model.attributes.filter((a) => a.required).map((a) => a.baseName);
    const kind = kindMark(className, owners);
    const fields = byKey(Object.fromEntries(model.attributes.map((a) => [a.baseName, typeText(className, a, owners)])));
    definitions[name] = { ...(kind && { kind }), fields, ...(required.length > 0 && { required }) };
    const texts = readFieldTexts(name);
    const docs = model.attributes.map((a) => [a.baseName, bestText(a, texts, owners)]).filter(([, doc]) => doc);
    descriptions[name] = { '': model.doc, ...byKey(Object.fromEntries(docs)) };
  }
  for (const [name, scalar] of Object.entries(scalars)) definitions[name] = { scalar };
  const source = `@kubernetes/client-node ${version}, Apache-2.0`;
  return {
    'kubernetes.json': { source, definitions: byKey(definitions) },
    'descriptions.json': { source, descriptions: byKey(descriptions) },
  };
}

const target = process.argv[2] ?? join(import.meta.dirname, '..', 'src', 'schema', 'generated');
mkdirSync(target, { recursive: true });
for (const [file, content] of Object.entries(await build()))
  writeFileSync(join(target, file), `${JSON.stringify(content, null, 1)}\n`);
