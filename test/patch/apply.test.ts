import { readFileSync } from 'node:fs';
import test from 'ava';
import type { KubeObject } from '../../src/api/object.js';
import { StatusError } from '../../src/api/status.js';
import { applyServerSide } from '../../src/patch/apply.js';
import { trackUpdate } from '../../src/patch/ownership.js';
import type { GroupVersionKind } from '../../src/schema/table.js';
import { withoutZeroValues } from '../../src/schema/zero-values.js';

const now = '2026-01-01T00:00:00Z';

/** Sequences of writes with what apimachinery's managedfields makes of them: client-side apply taken over, conflicts, force, lists by key. */
const golden = JSON.parse(readFileSync('test/golden/server-side-apply.json', 'utf8')) as (GroupVersionKind & {
  steps: {
    op: 'apply' | 'update';
    manager: string;
    force?: boolean;
    object: KubeObject;
    error?: string;
    causes?: { message: string; field: string }[];
    result?: { object: KubeObject; managedFields: { manager: string; operation: string; fieldsV1: unknown }[] };
  }[];
})[];

/** Go writes structs even when they are empty; where that is the only difference, it is none. */
const emptyStructs = new Set([
  'status',
  'resources',
  'strategy',
  'template',
  'metadata',
  'spec',
  'loadBalancer',
  'labels',
  'annotations',
]);
function comparable(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(comparable);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).map(([name, item]) => [name, comparable(item)] as const);
  const isHollow = (name: string, item: unknown) => emptyStructs.has(name) && JSON.stringify(item) === '{}';
  return Object.fromEntries(
    entries.filter(([name, item]) => item !== null && item !== undefined && !isHollow(name, item)),
  );
}

const byManager = (a: { manager?: string; operation?: string }, b: { manager?: string; operation?: string }) =>
  `${a.manager}/${a.operation}` < `${b.manager}/${b.operation}` ? -1 : 1;

const ownersOf = (object: KubeObject) =>
  (object.metadata.managedFields ?? []).map(({ time: _, fieldsType: __, ...entry }) => entry).sort(byManager);

for (const [index, { steps, ...kind }] of golden.entries()) {
  test(`writes to a ${kind.kind} are owned as in Kubernetes (${index})`, (t) => {
    const apiVersion = kind.group === '' ? kind.version : `${kind.group}/${kind.version}`;
    const bare: KubeObject = { apiVersion, kind: kind.kind, metadata: { name: 'w', namespace: 'default' } };
    let live: KubeObject | undefined;
    for (const { op, manager, force, object, error, causes, result } of steps) {
      const write = () =>
        op === 'apply'
          ? applyServerSide(live ?? bare, object, { manager, force, now })
          : trackUpdate(live, withoutZeroValues(object), { manager, now });
      if (error !== undefined) {
        const refusal = t.throws(write, { instanceOf: StatusError });
        t.is(refusal.message, error);
        t.is(refusal.code, 409);
        const sort = (list: { message: string; field: string }[] = []) =>
          list.map(({ message, field }) => `${message} ${field}`).sort();
        t.deepEqual(sort(refusal.details.causes), sort(causes));
        continue;
      }
      live = write();
      const { managedFields: _, ...metadata } = live.metadata;
      t.deepEqual(comparable({ ...live, metadata, apiVersion: null, kind: null }), comparable(result?.object));
      t.deepEqual(ownersOf(live) as unknown, [...(result?.managedFields ?? [])].sort(byManager));
    }
  });
}

const service = (spec: object, metadata: object = {}): KubeObject => ({
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { name: 'w', namespace: 'default', ...metadata },
  spec,
});
const bareService: KubeObject = { apiVersion: 'v1', kind: 'Service', metadata: { name: 'w', namespace: 'default' } };

test('applying the same twice changes nothing, not even the time of the entry', (t) => {
  const once = applyServerSide(bareService, service({ ports: [{ port: 80 }] }), { manager: 'a', now });
  t.deepEqual(
    applyServerSide(once, service({ ports: [{ port: 80 }] }), { manager: 'a', now: '2027-01-01T00:00:00Z' }),
    once,
  );
});

test('a removed list item goes, fields that others set stay', (t) => {
  const first = applyServerSide(bareService, service({ ports: [{ port: 80 }, { port: 8080 }], type: 'NodePort' }), {
    manager: 'a',
    now,
  });
  const allocated = {
    ...first,
    spec: {
      ...(first.spec as object),
      clusterIP: '10.96.0.7',
      ports: [
        { port: 80, nodePort: 30080 },
        { port: 8080, nodePort: 30081 },
      ],
    },
  };
  const second = applyServerSide(allocated, service({ ports: [{ port: 80 }], type: 'NodePort' }), {
    manager: 'a',
    now,
  });
  t.deepEqual(second.spec, { ports: [{ port: 80, nodePort: 30080 }], type: 'NodePort', clusterIP: '10.96.0.7' });
});

test('the first apply to an object that nobody owns conflicts with before-first-apply', (t) => {
  const live = service({ type: 'ClusterIP' }, { uid: 'u-1' });
  const error = t.throws(() => applyServerSide(live, service({ type: 'NodePort' }), { manager: 'a', now }), {
    instanceOf: StatusError,
  });
  t.is(error.message, 'Apply failed with 1 conflict: conflict with "before-first-apply" using v1: .spec.type');
  const forced = applyServerSide(live, service({ type: 'NodePort' }), { manager: 'a', now, force: true });
  t.deepEqual(
    forced.metadata.managedFields?.map(({ manager, operation }) => [manager, operation]),
    [['a', 'Apply']],
  );
});

test('a custom resource merges objects and owns lists as a whole', (t) => {
  const pool = (spec: object): KubeObject => ({
    apiVersion: 'example.io/v1',
    kind: 'Widget',
    metadata: { name: 'p', namespace: 'm' },
    spec,
  });
  const bare: KubeObject = {
    apiVersion: 'example.io/v1',
    kind: 'Widget',
    metadata: { name: 'p', namespace: 'm' },
  };
  const a = applyServerSide(bare, pool({ addresses: ['1-2'], deep: { x: 1 } }), { manager: 'a', now });
  const b = applyServerSide(a, pool({ deep: { y: 2 } }), { manager: 'b', now });
  t.deepEqual(b.spec, { addresses: ['1-2'], deep: { x: 1, y: 2 } });
  const error = t.throws(() => applyServerSide(b, pool({ addresses: ['3-4'] }), { manager: 'b', now }), {
    instanceOf: StatusError,
  });
  t.is(error.message, 'Apply failed with 1 conflict: conflict with "a": .spec.addresses');
});

test('fields of the server are never owned', (t) => {
  const created = trackUpdate(
    undefined,
    service({}, { uid: 'u', resourceVersion: '7', creationTimestamp: now, generation: 1, labels: { a: 'b' } }),
    { manager: 'm', now },
  );
  t.deepEqual(created.metadata.managedFields?.[0]?.fieldsV1, { 'f:metadata': { 'f:labels': { '.': {}, 'f:a': {} } } });
});

test('a status write owns status under its subresource, a plain write never does', (t) => {
  const plain = trackUpdate(
    undefined,
    { ...service({ type: 'NodePort' }), status: { loadBalancer: { ingress: [{ ip: '1.1.1.1' }] } } },
    { manager: 'm', now },
  );
  t.false(JSON.stringify(plain.metadata.managedFields).includes('f:status'));
  const status = trackUpdate(
    plain,
    { ...plain, status: { loadBalancer: { ingress: [{ ip: '2.2.2.2' }] } } },
    { manager: 'm', now, subresource: 'status' },
  );
  t.like(
    status.metadata.managedFields?.find((entry) => entry.subresource === 'status'),
    {
      operation: 'Update',
      fieldsV1: { 'f:status': { 'f:loadBalancer': { 'f:ingress': {} } } },
    },
  );
});

test('an update that changes nothing adds no entry; an empty list of entries gives up ownership', (t) => {
  const created = trackUpdate(undefined, service({ type: 'NodePort' }), { manager: 'm', now });
  t.deepEqual(trackUpdate(created, created, { manager: 'other', now }), created);
  t.is(
    trackUpdate(created, { ...created, metadata: { ...created.metadata, managedFields: [] } }, { manager: 'm', now })
      .metadata.managedFields,
    undefined,
  );
});

test('more than ten updaters are folded into ancient-changes', (t) => {
  let live = trackUpdate(undefined, service({}), { manager: 'm', now });
  for (let index = 0; index < 14; index++) {
    const labels = { ...live.metadata.labels, [`l${index}`]: 'x' };
    live = trackUpdate(
      live,
      { ...live, metadata: { ...live.metadata, labels } },
      { manager: `m${index}`, now: `2026-01-01T00:00:${10 + index}Z` },
    );
  }
  const names = (live.metadata.managedFields ?? []).map(({ manager }) => manager);
  t.is(names.length, 10);
  t.is(names[0], 'ancient-changes');
  t.is(names.at(-1), 'm13');
});

const refusals: [title: string, config: unknown, code: number, message: RegExp][] = [
  [
    'another kind',
    { apiVersion: 'v1', kind: 'Pod' },
    400,
    /^invalid object type: v1, Kind=Pod, expected: v1, Kind=Service$/,
  ],
  ['managedFields', service({}, { managedFields: [] }), 400, /^metadata\.managedFields must be nil$/],
  [
    'an unknown field',
    service({ portz: 1 }),
    400,
    /^failed to create typed patch object \(default\/w; \/v1, Kind=Service\): \.spec\.portz: field not declared in schema$/,
  ],
  ['a wrong type', service({ ports: 'x' }), 400, /\.spec\.ports: json: cannot unmarshal string/],
  [
    'two elements of one key',
    service({ ports: [{ port: 80 }, { port: 80, protocol: 'TCP' }] }),
    400,
    /duplicate entries for key \[port=80,protocol="TCP"\]/,
  ],
  ['an element without its key', service({ ports: [{ name: 'x' }] }), 400, /omits key field "port"/],
  ['a list', [], 400, /must be an object/],
  ['no object at all', null, 400, /must be an object/],
];

for (const [title, config, code, message] of refusals) {
  test(`apply refused: ${title}`, (t) => {
    const error = t.throws(() => applyServerSide(bareService, config, { manager: 'a', now }), {
      instanceOf: StatusError,
    });
    t.is(error.code, code);
    t.regex(error.message, message);
  });
}
