import { readFileSync } from 'node:fs';
import test from 'ava';
import { StatusError } from '../../src/api/status.js';
import { decodeStrict } from '../../src/schema/decode.js';
import { decodeProtobuf } from '../../src/schema/protobuf.js';
import { fieldsByNumber, messages } from '../../src/schema/protobuf-numbers.js';
import { bytesField, type Chunk, joinChunks, numberField, readMessage } from '../../src/schema/protobuf-wire.js';
import { definitionNamed, definitionNames } from '../../src/schema/table.js';

/** Bodies as apimachinery's own protobuf serializer writes them, with the objects they stand for. */
const golden = JSON.parse(readFileSync('test/golden/protobuf-bodies.json', 'utf8')) as {
  body: string;
  object: { apiVersion: string; kind: string; metadata?: { name?: string } };
}[];

for (const [index, { body, object }] of golden.entries()) {
  test(`a ${object.kind} written by Go is read back, with zero values dropped and pointers kept (${index})`, (t) => {
    t.deepEqual(decodeProtobuf(Buffer.from(body, 'base64')), object);
  });

  test(`the ${object.kind} of a body passes strict decoding (${index})`, (t) => {
    const { unknownFields, typeErrors } = decodeStrict(object);
    t.deepEqual([...unknownFields, ...typeErrors], []);
  });
}

const envelope = (apiVersion: string, kind: string, raw: readonly Chunk[]) =>
  joinChunks([
    Uint8Array.from([0x6b, 0x38, 0x73, 0]),
    bytesField(1, [bytesField(1, apiVersion), bytesField(2, kind)]),
    bytesField(2, raw),
    bytesField(3, ''),
  ]);

const service = (...spec: Chunk[]) =>
  envelope('v1', 'Service', [bytesField(1, [bytesField(1, 'web')]), bytesField(2, spec)]);
const specOf = (body: Uint8Array) => decodeProtobuf(body).spec;

const values: [title: string, chunks: Chunk[], spec: unknown][] = [
  [
    'nodePort 0 is dropped, it is no pointer in Go',
    [bytesField(1, [numberField(3, 80), numberField(5, 0)])],
    { ports: [{ port: 80 }] },
  ],
  ['port 0 stays, JSON would have it too', [bytesField(1, [numberField(3, 0)])], { ports: [{ port: 0 }] }],
  ['false behind a pointer stays', [numberField(20, false)], { allocateLoadBalancerNodePorts: false }],
  ['an empty text behind a pointer stays', [bytesField(21, '')], { loadBalancerClass: '' }],
  [
    'a number in an IntOrString',
    [bytesField(1, [bytesField(4, [numberField(1, 0), numberField(2, 8080)])])],
    { ports: [{ targetPort: 8080 }] },
  ],
  [
    'a text in an IntOrString',
    [bytesField(1, [bytesField(4, [numberField(1, 1), bytesField(3, 'http')])])],
    { ports: [{ targetPort: 'http' }] },
  ],
  ['negative int32 travels as 64 bits', [bytesField(1, [numberField(3, -1)])], { ports: [{ port: -1 }] }],
  [
    'map entries',
    [bytesField(2, [bytesField(1, 'a'), bytesField(2, 'b')]), bytesField(2, [bytesField(1, 'e')])],
    { selector: { a: 'b', e: '' } },
  ],
  [
    'a map key that JavaScript treats specially',
    [bytesField(2, [bytesField(1, '__proto__'), bytesField(2, 'b')])],
    JSON.parse('{"selector":{"__proto__":"b"}}'),
  ],
  [
    'the last of a repeated single value wins',
    [bytesField(4, 'ClusterIP'), bytesField(4, 'NodePort')],
    { type: 'NodePort' },
  ],
];

for (const [title, chunks, spec] of values) {
  test(`a field is decoded: ${title}`, (t) => t.is(JSON.stringify(specOf(service(...chunks))), JSON.stringify(spec)));
}

test('packed and unpacked repeated numbers read alike', (t) => {
  const pod = (...groups: Chunk[]) => envelope('v1', 'Pod', [bytesField(2, [bytesField(14, groups)])]);
  const expected = { securityContext: { supplementalGroups: [1, 300, 0] } };
  t.deepEqual(specOf(pod(numberField(4, 1), numberField(4, 300), numberField(4, 0))), expected);
  t.deepEqual(specOf(pod(bytesField(4, Uint8Array.from([1, 0xac, 0x02, 0])))), expected);
});

const refusals: [title: string, body: Uint8Array, code: number, message: RegExp][] = [
  [
    'JSON',
    Buffer.from('{"kind":"Service"}'),
    400,
    /^provided data does not appear to be a protobuf message, expected prefix \[107 56 115 0\]$/,
  ],
  ['nothing', new Uint8Array(), 400, /expected prefix/],
  ['a truncated message', service(bytesField(4, 'ClusterIP')).slice(0, -3), 400, /^protobuf: unexpected EOF$/],
  [
    'an unknown field number',
    service(numberField(99, 1)),
    400,
    /field number 99 of ServiceSpec is not known to the server; send the object as application\/json/,
  ],
  ['a number where a text belongs', service(numberField(4, 1)), 400, /ServiceSpec\.type has the wrong wire type/],
  [
    'a text where a number belongs',
    service(bytesField(1, [bytesField(3, '80')])),
    400,
    /ServicePort\.port has the wrong wire type/,
  ],
  ['bytes that are no UTF-8', service(bytesField(4, Uint8Array.from([0xff]))), 400, /^protobuf: /],
  ['a group wire type', service(Uint8Array.from([0x0b])), 400, /illegal wireType 3/],
  ['an endless varint', service(Uint8Array.from([0x60, ...new Array<number>(11).fill(0xff)])), 400, /integer overflow/],
  ['a kind without numbers', envelope('apps/v1', 'DaemonSet', []), 415, /DaemonSet is accepted as application\/json/],
  [
    'a kind nobody knows',
    envelope('metallb.io/v1beta1', 'IPAddressPool', []),
    415,
    /IPAddressPool is accepted as application\/json/,
  ],
  ['no kind', envelope('', '', []), 415, /an object without a kind/],
];

for (const [title, body, code, message] of refusals) {
  test(`a body is refused with a Status: ${title}`, (t) => {
    const error = t.throws(() => decodeProtobuf(body), { instanceOf: StatusError });
    t.is(error.code, code);
    t.regex(error.message, message);
  });
}

test('an autoscaler comes as kubectl autoscale of 1.33 and newer sends it', (t) => {
  const target = [bytesField(1, 'Utilization'), numberField(4, 80)];
  const metric = [bytesField(1, 'Resource'), bytesField(4, [bytesField(1, 'cpu'), bytesField(2, target)])];
  const reference = [bytesField(1, 'Deployment'), bytesField(2, 'web'), bytesField(3, 'apps/v1')];
  const spec = [bytesField(1, reference), numberField(2, 1), numberField(3, 3), bytesField(4, metric)];
  const body = [
    bytesField(1, [bytesField(1, 'web')]),
    bytesField(2, spec),
    bytesField(3, [numberField(3, 0), numberField(4, 0)]),
  ];
  t.deepEqual(decodeProtobuf(envelope('autoscaling/v2', 'HorizontalPodAutoscaler', body)), {
    apiVersion: 'autoscaling/v2',
    kind: 'HorizontalPodAutoscaler',
    metadata: { name: 'web' },
    spec: {
      scaleTargetRef: { kind: 'Deployment', name: 'web', apiVersion: 'apps/v1' },
      minReplicas: 1,
      maxReplicas: 3,
      metrics: [
        { type: 'Resource', resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: 80 } } },
      ],
    },
    status: { desiredReplicas: 0 },
  });
});

test('an autoscaler of v1 has the share of the CPU where v2 has metrics', (t) => {
  const reference = [bytesField(1, 'Deployment'), bytesField(2, 'web'), bytesField(3, 'apps/v1')];
  const spec = [bytesField(1, reference), numberField(3, 3), numberField(4, 80)];
  const body = [bytesField(1, [bytesField(1, 'web')]), bytesField(2, spec), bytesField(3, [numberField(3, 0)])];
  t.deepEqual(decodeProtobuf(envelope('autoscaling/v1', 'HorizontalPodAutoscaler', body)).spec, {
    scaleTargetRef: { kind: 'Deployment', name: 'web', apiVersion: 'apps/v1' },
    maxReplicas: 3,
    targetCPUUtilizationPercentage: 80,
  });
});

test('any damage to a body gives an object or a StatusError, nothing else', (t) => {
  const body = Buffer.from(golden[2]?.body ?? '', 'base64');
  for (let at = 0; at < body.length; at++) {
    for (const flip of [0x01, 0x80, 0xff]) {
      const damaged = Uint8Array.from(body);
      damaged[at] = (damaged[at] ?? 0) ^ flip;
      try {
        t.is(typeof decodeProtobuf(damaged), 'object');
      } catch (error) {
        t.true(error instanceof StatusError, String(error));
      }
    }
  }
});

test('every field of the number table has a type in the schema', (t) => {
  const definitions = definitionNames().map((name) => definitionNamed(name));
  const inlined = Object.values(messages).flatMap((text) => [...text.matchAll(/@(\w+)/g)].map(([, name]) => name));
  for (const struct of Object.keys(messages).filter((name) => !inlined.includes(name))) {
    const owners = definitions.filter((definition) => `.${definition?.name}`.endsWith(`.${struct}`));
    t.true(owners.length > 0, struct);
    for (const field of fieldsByNumber(struct)?.values() ?? []) {
      if (field.inlined) t.truthy(fieldsByNumber(field.name), field.name);
      else
        t.true(
          owners.some((owner) => owner?.fields.has(field.name)),
          `${struct}.${field.name}`,
        );
    }
  }
});

test('the writer and the reader of the wire format agree', (t) => {
  const bytes = joinChunks([
    numberField(1, 300),
    numberField(2, -1),
    numberField(3, 2n ** 62n),
    bytesField(2000, 'héllo'),
    bytesField(4, []),
  ]);
  t.deepEqual(
    readMessage(bytes).map(({ number, value }) => [
      number,
      value.is === 'bytes' ? Buffer.from(value.value).toString() : value.value,
    ]),
    [
      [1, 300n],
      [2, -1n],
      [3, 2n ** 62n],
      [2000, 'héllo'],
      [4, ''],
    ],
  );
});
