import test from 'ava';
import type { KubeObject } from '../../src/api/object.js';
import { StatusError } from '../../src/api/status.js';
import { applyJsonPatch } from '../../src/patch/json-patch.js';
import { applyMergePatch } from '../../src/patch/merge-patch.js';

const current = (): KubeObject => ({
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { name: 'web', labels: { app: 'web', 'a/b': 'slash' } },
  spec: { type: 'ClusterIP', ports: [{ port: 80 }, { port: 81 }] },
});
const spec = (object: KubeObject) => object.spec;

const merges: [title: string, patch: unknown, spec: unknown][] = [
  [
    'objects merge',
    { spec: { sessionAffinity: 'ClientIP' } },
    { type: 'ClusterIP', ports: [{ port: 80 }, { port: 81 }], sessionAffinity: 'ClientIP' },
  ],
  ['lists are replaced', { spec: { ports: [{ port: 8080 }] } }, { type: 'ClusterIP', ports: [{ port: 8080 }] }],
  ['null removes', { spec: { ports: null, absent: null } }, { type: 'ClusterIP' }],
  [
    'nulls in something new are dropped',
    { spec: { sessionAffinityConfig: { clientIP: null } } },
    { type: 'ClusterIP', ports: [{ port: 80 }, { port: 81 }], sessionAffinityConfig: {} },
  ],
  ['a plain value replaces an object', { spec: 'x' }, 'x'],
  [
    'an object replaces a plain value',
    { spec: { type: { a: 1 } } },
    { type: { a: 1 }, ports: [{ port: 80 }, { port: 81 }] },
  ],
];

for (const [title, patch, expected] of merges) {
  test(`merge patch: ${title}`, (t) => {
    const before = current();
    t.deepEqual(spec(applyMergePatch(before, patch)), expected);
    t.deepEqual(before, current());
  });
}

test('merge patch: anything but an object is refused in Go words', (t) => {
  const error = t.throws(() => applyMergePatch(current(), [1]), { instanceOf: StatusError });
  t.is(error.code, 400);
  t.is(
    error.message,
    'error decoding patch: json: cannot unmarshal array into Go value of type map[string]interface {}',
  );
});

const operations: [title: string, patch: object[], spec: unknown][] = [
  [
    'replace',
    [{ op: 'replace', path: '/spec/type', value: 'NodePort' }],
    { type: 'NodePort', ports: [{ port: 80 }, { port: 81 }] },
  ],
  [
    'add at the end',
    [{ op: 'add', path: '/spec/ports/-', value: { port: 82 } }],
    { type: 'ClusterIP', ports: [{ port: 80 }, { port: 81 }, { port: 82 }] },
  ],
  ['remove', [{ op: 'remove', path: '/spec/ports/0' }], { type: 'ClusterIP', ports: [{ port: 81 }] }],
  [
    'test, then replace',
    [
      { op: 'test', path: '/spec/type', value: 'ClusterIP' },
      { op: 'replace', path: '/spec', value: {} },
    ],
    {},
  ],
  [
    'move',
    [{ op: 'move', from: '/spec/ports/0', path: '/spec/first' }],
    { type: 'ClusterIP', ports: [{ port: 81 }], first: { port: 80 } },
  ],
  [
    'copy',
    [{ op: 'copy', from: '/metadata/labels/a~1b', path: '/spec/type' }],
    { type: 'slash', ports: [{ port: 80 }, { port: 81 }] },
  ],
];

for (const [title, patch, expected] of operations) {
  test(`JSON patch: ${title}`, (t) => {
    const before = current();
    const kept = structuredClone(patch);
    t.deepEqual(spec(applyJsonPatch(before, patch)), expected);
    t.deepEqual(before, current());
    t.deepEqual(patch, kept);
  });
}

test('JSON patch: later operations do not reach into the values of earlier ones', (t) => {
  const patch = [
    { op: 'add', path: '/spec', value: { a: 1 } },
    { op: 'add', path: '/spec/b', value: 2 },
  ];
  t.deepEqual(spec(applyJsonPatch(current(), patch)), { a: 1, b: 2 });
  t.deepEqual(patch[0]?.value, { a: 1 });
});

const refusals: [title: string, patch: unknown, code: number, message: RegExp][] = [
  ['an object', { op: 'add' }, 400, /cannot unmarshal object into Go value of type jsonpatch\.Patch/],
  [
    'a failed test',
    [{ op: 'test', path: '/spec/type', value: 'x' }],
    422,
    /testing value \/spec\/type failed: test failed$/,
  ],
  [
    'removing what is not there',
    [{ op: 'remove', path: '/spec/nope' }],
    422,
    /error in remove for path: '\/spec\/nope': Unable to remove nonexistent key: nope: missing value$/,
  ],
  [
    'replacing what is not there',
    [{ op: 'replace', path: '/spec/nope', value: 1 }],
    422,
    /replace operation does not apply: doc is missing key: \/spec\/nope: missing value$/,
  ],
  [
    'adding below what is not there',
    [{ op: 'add', path: '/nope/a', value: 1 }],
    422,
    /add operation does not apply: doc is missing path: "\/nope\/a": missing value$/,
  ],
  ['an unknown operation', [{ op: 'mix', path: '/a' }], 422, /Unexpected kind: mix$/],
  ['an operation that is none', [7], 422, /Unexpected kind: unknown$/],
  ['writing to a prototype', [{ op: 'add', path: '/__proto__/x', value: 1 }], 422, /missing path/],
  [
    'too many operations',
    Array.from({ length: 10_001 }, () => ({ op: 'test', path: '', value: 1 })),
    413,
    /maximum operations in a JSON patch is 10000, got 10001$/,
  ],
];

for (const [title, patch, code, message] of refusals) {
  test(`JSON patch refused: ${title}`, (t) => {
    const error = t.throws(() => applyJsonPatch(current(), patch), { instanceOf: StatusError });
    t.is(error.code, code);
    t.regex(error.message, message);
  });
}

test('JSON patch: copies cannot blow the document up', (t) => {
  const double = Array.from({ length: 60 }, (_, index) => ({ op: 'copy', from: '/spec', path: `/spec/x${index}` }));
  t.regex(
    t.throws(() => applyJsonPatch(current(), double))?.message ?? '',
    /the accumulated size increase of copy is \d+, exceeding the limit/,
  );
});
