import { readFileSync } from 'node:fs';
import test from 'ava';
import type { KubeObject } from '../../src/api/object.js';
import { StatusError } from '../../src/api/status.js';
import { applyStrategicPatch } from '../../src/patch/strategic.js';
import type { GroupVersionKind } from '../../src/schema/table.js';

const service = { group: '', version: 'v1', kind: 'Service' };
const deployment = { group: 'apps', version: 'v1', kind: 'Deployment' };
const node = { group: '', version: 'v1', kind: 'Node' };

const object = (kind: GroupVersionKind, rest: object): KubeObject => ({
  apiVersion: kind.group === '' ? kind.version : `${kind.group}/${kind.version}`,
  kind: kind.kind,
  metadata: { name: 'web' },
  ...rest,
});

/** Cases with results computed by apimachinery's strategicpatch. */
const golden = JSON.parse(readFileSync('test/golden/strategic-merge.json', 'utf8')) as (GroupVersionKind & {
  current: KubeObject;
  patch: unknown;
  result: unknown;
})[];

for (const [index, { current, patch, result, ...kind }] of golden.entries()) {
  test(`a patch of a ${kind.kind} gives what Kubernetes gives (${index})`, (t) => {
    const before = JSON.stringify([current, patch]);
    t.deepEqual(applyStrategicPatch(current, patch, kind) as unknown, result);
    t.is(JSON.stringify([current, patch]), before, 'the arguments stay as they were');
  });
}

const pod = (spec: object) => ({ spec: { template: { spec } } });

const cases: [title: string, kind: GroupVersionKind, current: object, patch: unknown, result: object][] = [
  [
    'kubectl apply moves a Service port from 80 to 8080',
    service,
    { spec: { ports: [{ port: 80, targetPort: 80 }] } },
    {
      spec: {
        '$setElementOrder/ports': [{ port: 8080 }],
        ports: [
          { port: 8080, targetPort: 80 },
          { $patch: 'delete', port: 80 },
        ],
      },
    },
    { spec: { ports: [{ port: 8080, targetPort: 80 }] } },
  ],
  [
    'Service ports merge by number alone: UDP lands in the TCP port, as on a real server',
    service,
    { spec: { ports: [{ port: 53, protocol: 'TCP', name: 'dns' }] } },
    { spec: { ports: [{ port: 53, protocol: 'UDP', name: 'dns-udp' }] } },
    { spec: { ports: [{ port: 53, protocol: 'UDP', name: 'dns-udp' }] } },
  ],
  [
    'kubectl set image touches one container and keeps its other fields',
    deployment,
    pod({
      containers: [
        { name: 'a', image: 'x', args: ['1'] },
        { name: 'b', image: 'y' },
      ],
    }),
    pod({ '$setElementOrder/containers': [{ name: 'a' }, { name: 'b' }], containers: [{ name: 'a', image: 'z' }] }),
    pod({
      containers: [
        { name: 'a', image: 'z', args: ['1'] },
        { name: 'b', image: 'y' },
      ],
    }),
  ],
  [
    'a list without a merge key is replaced',
    node,
    { spec: { taints: [{ key: 'a', effect: 'NoSchedule' }] } },
    { spec: { taints: [{ key: 'b', effect: 'NoSchedule' }] } },
    { spec: { taints: [{ key: 'b', effect: 'NoSchedule' }] } },
  ],
  [
    'null removes, also inside maps',
    service,
    { spec: { selector: { a: '1', b: '2' }, type: 'NodePort' } },
    { spec: { selector: { a: null }, type: null } },
    { spec: { selector: { b: '2' } } },
  ],
  [
    'nulls in something new are dropped',
    service,
    {},
    { spec: { type: 'NodePort', clusterIP: null } },
    { spec: { type: 'NodePort' } },
  ],
  [
    '$retainKeys clears what the other strategy used',
    deployment,
    { spec: { strategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge: 1 } } } },
    { spec: { strategy: { $retainKeys: ['type'], type: 'Recreate' } } },
    { spec: { strategy: { type: 'Recreate' } } },
  ],
  [
    'a volume changes its source by $retainKeys',
    deployment,
    pod({ volumes: [{ name: 'v', emptyDir: {} }] }),
    pod({ volumes: [{ name: 'v', $retainKeys: ['name', 'configMap'], configMap: { name: 'c' } }] }),
    pod({ volumes: [{ name: 'v', configMap: { name: 'c' } }] }),
  ],
  [
    '$patch: replace on an object',
    service,
    { spec: { selector: { a: '1' } } },
    { spec: { selector: { $patch: 'replace', b: '2' } } },
    { spec: { selector: { b: '2' } } },
  ],
  [
    '$patch: delete on an object',
    service,
    { spec: { selector: { a: '1' } } },
    { spec: { selector: { $patch: 'delete' } } },
    { spec: { selector: {} } },
  ],
  [
    '$patch: replace in a list',
    service,
    { spec: { ports: [{ port: 80 }, { port: 81 }] } },
    { spec: { ports: [{ $patch: 'replace' }, { port: 82 }] } },
    { spec: { ports: [{ port: 82 }] } },
  ],
  [
    '$deleteFromPrimitiveList',
    service,
    { metadata: { name: 'web', finalizers: ['a', 'b', 'c'] } },
    { metadata: { '$deleteFromPrimitiveList/finalizers': ['b'] } },
    { metadata: { name: 'web', finalizers: ['a', 'c'] } },
  ],
  [
    'finalizers merge as a set',
    service,
    { metadata: { name: 'web', finalizers: ['a'] } },
    { metadata: { finalizers: ['b', 'a'] } },
    { metadata: { name: 'web', finalizers: ['b', 'a'] } },
  ],
  [
    'a member named __proto__ is only a member',
    service,
    {},
    JSON.parse('{"metadata":{"labels":{"__proto__":"x"}}}'),
    { metadata: { name: 'web', labels: JSON.parse('{"__proto__":"x"}') } },
  ],
  ['an empty patch changes nothing', service, { spec: { type: 'NodePort' } }, {}, { spec: { type: 'NodePort' } }],
];

for (const [title, kind, current, patch, result] of cases) {
  test(title, (t) =>
    t.is(JSON.stringify(applyStrategicPatch(object(kind, current), patch, kind)), JSON.stringify(object(kind, result))),
  );
}

const refusals: [title: string, kind: GroupVersionKind, patch: unknown, code: number, message: RegExp][] = [
  [
    'a custom resource',
    { group: 'metallb.io', version: 'v1beta1', kind: 'IPAddressPool' },
    {},
    415,
    /accepted media types include: application\/json-patch\+json, application\/merge-patch\+json/,
  ],
  ['a patch that is no object', service, [], 400, /^invalid JSON document$/],
  [
    'an element without its key',
    service,
    { spec: { ports: [{ name: 'x' }] } },
    400,
    /^map: map\[name:x\] does not contain declared merge key: port$/,
  ],
  [
    'an unknown directive',
    service,
    { spec: { $patch: 'mix' } },
    400,
    /^unknown patch type: mix in map: map\[\$patch:mix\]$/,
  ],
  [
    'an unknown directive in a list',
    service,
    { spec: { ports: [{ $patch: 'mix', port: 80 }] } },
    400,
    /^unknown patch type: mix/,
  ],
  [
    'merge in a list',
    service,
    { spec: { ports: [{ $patch: 'merge', port: 80 }] } },
    400,
    /^merging lists cannot yet be specified in the patch$/,
  ],
  [
    'an order that leaves out an element',
    service,
    { spec: { '$setElementOrder/ports': [{ port: 1 }], ports: [{ port: 2 }] } },
    400,
    /doesn't match \$setElementOrder list/,
  ],
  [
    'an order without a field',
    service,
    { spec: { $setElementOrder: [] } },
    400,
    /^invalid patch format of setElementOrder list$/,
  ],
  ['a list of lists', service, { spec: { ports: [[1]] } }, 400, /^lists of lists are not supported$/],
  ['mixed elements', service, { spec: { ports: [1] } }, 400, /^list element types are not identical/],
  [
    '$retainKeys without a key it sets',
    deployment,
    { spec: { strategy: { $retainKeys: ['type'], rollingUpdate: {} } } },
    400,
    /^invalid patch format of retainKeys$/,
  ],
];

for (const [title, kind, patch, code, message] of refusals) {
  test(`refused: ${title}`, (t) => {
    const current = object(kind, { spec: { ports: [{ port: 80 }], strategy: { type: 'Recreate' } } });
    const error = t.throws(() => applyStrategicPatch(current, patch, kind), { instanceOf: StatusError });
    t.is(error.code, code);
    t.regex(error.message, message);
  });
}
