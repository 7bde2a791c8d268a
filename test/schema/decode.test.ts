import test from 'ava';
import { StatusError } from '../../src/api/status.js';
import { checkFields, decodeRequest, decodeStrict } from '../../src/schema/decode.js';
import { duplicateFields } from '../../src/schema/duplicate-fields.js';

const service = (spec: unknown, metadata: unknown = { name: 'web' }) => ({
  apiVersion: 'v1',
  kind: 'Service',
  metadata,
  spec,
});
const deployment = (podSpec: unknown) => ({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name: 'web' },
  spec: { selector: {}, template: { spec: podSpec } },
});

const shapes: [
  title: string,
  object: { apiVersion: string; kind: string },
  problems: [field: string, message: string][],
][] = [
  [
    'a sound Service',
    service({
      selector: { app: 'web' },
      ports: [
        { port: 80, targetPort: 'http' },
        { port: 81, targetPort: 8080 },
      ],
    }),
    [],
  ],
  [
    'unknown fields in document order',
    service({ portz: 1, ports: [{ port: 80, targetport: 80 }] }),
    [
      ['spec.portz', 'unknown field "spec.portz"'],
      ['spec.ports[0].targetport', 'unknown field "spec.ports[0].targetport"'],
    ],
  ],
  [
    'field names are case sensitive',
    service({ clusterIp: 'None' }),
    [['spec.clusterIp', 'unknown field "spec.clusterIp"']],
  ],
  [
    'a string for an int32',
    service({ ports: [{ port: '80' }] }),
    [
      [
        'spec.ports[0].port',
        'json: cannot unmarshal string into Go struct field ServicePort.spec.ports.port of type int32',
      ],
    ],
  ],
  [
    'a fraction for an int32',
    service({ ports: [{ port: 80.5 }] }),
    [
      [
        'spec.ports[0].port',
        'json: cannot unmarshal number 80.5 into Go struct field ServicePort.spec.ports.port of type int32',
      ],
    ],
  ],
  [
    'a number beyond int32',
    service({ ports: [{ port: 4294967296 }] }),
    [
      [
        'spec.ports[0].port',
        'json: cannot unmarshal number 4294967296 into Go struct field ServicePort.spec.ports.port of type int32',
      ],
    ],
  ],
  [
    'a string for a map',
    service({ selector: 'app' }),
    [
      [
        'spec.selector',
        'json: cannot unmarshal string into Go struct field ServiceSpec.spec.selector of type map[string]string',
      ],
    ],
  ],
  [
    'a list inside a map of strings',
    service({ selector: { app: ['web'] } }),
    [
      [
        'spec.selector.app',
        'json: cannot unmarshal array into Go struct field ServiceSpec.spec.selector of type string',
      ],
    ],
  ],
  [
    'an object for a list',
    service({ ports: { port: 80 } }),
    [
      [
        'spec.ports',
        'json: cannot unmarshal object into Go struct field ServiceSpec.spec.ports of type []v1.ServicePort',
      ],
    ],
  ],
  [
    'a string for a struct',
    service('nothing'),
    [['spec', 'json: cannot unmarshal string into Go struct field Service.spec of type v1.ServiceSpec']],
  ],
  [
    'a boolean for int-or-string',
    service({ ports: [{ port: 80, targetPort: true }] }),
    [
      [
        'spec.ports[0].targetPort',
        'json: cannot unmarshal bool into Go struct field ServicePort.spec.ports.targetPort of type int32',
      ],
    ],
  ],
  [
    'a number for an enum string',
    service({ type: 1 }),
    [['spec.type', 'json: cannot unmarshal number into Go struct field ServiceSpec.spec.type of type v1.ServiceType']],
  ],
  [
    'a number for an environment value, deep in a template',
    deployment({ containers: [{ name: 'a', env: [{ name: 'A', value: 1 }] }] }),
    [
      [
        'spec.template.spec.containers[0].env[0].value',
        'json: cannot unmarshal number into Go struct field EnvVar.spec.template.spec.containers.env.value of type string',
      ],
    ],
  ],
  [
    'a number for a label',
    service({}, { name: 'web', labels: { tier: 1 } }),
    [
      [
        'metadata.labels.tier',
        'json: cannot unmarshal number into Go struct field ObjectMeta.metadata.labels of type string',
      ],
    ],
  ],
  [
    'a malformed quantity',
    deployment({ containers: [{ name: 'a', resources: { limits: { cpu: 'much', memory: '64Mi' } } }] }),
    [
      [
        'spec.template.spec.containers[0].resources.limits.cpu',
        "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'",
      ],
    ],
  ],
  [
    'numbers are quantities',
    deployment({ containers: [{ name: 'a', resources: { limits: { cpu: 1, memory: '1e3' } } }] }),
    [],
  ],
  [
    'a secret that is not base64',
    { apiVersion: 'v1', kind: 'Secret', data: { a: 'aGk=', b: 'a!' } } as { apiVersion: string; kind: string },
    [['data.b', 'illegal base64 data at input byte 1']],
  ],
  [
    'an unreadable time',
    service({}, { name: 'web', deletionTimestamp: 'soon' }),
    [
      [
        'metadata.deletionTimestamp',
        'parsing time "soon" as "2006-01-02T15:04:05Z07:00": cannot parse "soon" as "2006"',
      ],
    ],
  ],
  [
    'a custom resource keeps its spec but has ordinary metadata',
    {
      apiVersion: 'example.io/v1',
      kind: 'Widget',
      metadata: { name: 'a', nam: 1 },
      spec: { anything: [1] },
    } as {
      apiVersion: string;
      kind: string;
    },
    [['metadata.nam', 'unknown field "metadata.nam"']],
  ],
];

for (const [title, object, problems] of shapes) {
  test(`fields are checked: ${title}`, (t) => {
    t.deepEqual(
      checkFields(object),
      problems.map(([field, message]) => ({ field, message })),
    );
  });
}

test('unknown fields, nulls and misfits are pruned, the rest is kept as it is', (t) => {
  const { object } = decodeStrict(
    service(
      { portz: 1, type: null, selector: { a: null }, ports: [{ port: 80, targetport: 1 }] },
      { name: 'web', creationTimestamp: null },
    ),
  );
  t.deepEqual(object, service({ selector: { a: '' }, ports: [{ port: 80 }] }));
});

test('an absent status does not become a key', (t) => {
  const { object } = decodeStrict({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'c' }, data: { a: 'b' } });
  t.deepEqual(Object.keys(object), ['apiVersion', 'kind', 'metadata', 'data']);
});

const typo = service({ portz: 1, ports: [{ port: 80, targetport: 80 }] });

test('Strict refuses with the text that kubectl prints', (t) => {
  const error = t.throws(() => decodeRequest(typo, 'Strict'), { instanceOf: StatusError });
  t.is(error.code, 400);
  t.is(
    error.message,
    'Service in version "v1" cannot be handled as a Service: strict decoding error: unknown field "spec.portz", unknown field "spec.ports[0].targetport"',
  );
});

test('Warn prunes and returns one warning per problem, Ignore returns none', (t) => {
  t.deepEqual(decodeRequest(typo, 'Warn'), {
    object: service({ ports: [{ port: 80 }] }),
    warnings: ['unknown field "spec.portz"', 'unknown field "spec.ports[0].targetport"'],
  });
  t.deepEqual(decodeRequest(typo, 'Ignore').warnings, []);
});

test('a type error is refused in every mode and names the group version', (t) => {
  const bad = deployment({ containers: 'nginx' });
  for (const mode of ['Strict', 'Warn', 'Ignore'] as const) {
    t.is(
      t.throws(() => decodeRequest(bad, mode))?.message,
      'Deployment in version "v1" cannot be handled as a Deployment: json: cannot unmarshal string into Go struct field PodSpec.spec.template.spec.containers of type []v1.Container',
    );
  }
});

const duplicateCases: [json: string, messages: string[]][] = [
  ['{"a":1,"b":{"a":1}}', []],
  ['{"a":1,"a":2}', ['duplicate field "a"']],
  ['{"spec":{"ports":[{"port":1},{"port":2,"port":3}]}}', ['duplicate field "spec.ports[1].port"']],
  ['{"metadata":{"labels":{"a":"x{\\"a\\":1}","a":"y","a":"z"}}}', ['duplicate field "metadata.labels.a"']],
  ['[[1,{"a":[],"\\u0061":null}]]', ['duplicate field "[0][1].a"']],
];

for (const [json, messages] of duplicateCases) {
  test(`duplicate members in ${json}`, (t) => t.deepEqual(duplicateFields(json), messages));
}

test('a body that nests too deeply is refused before anything walks over it', (t) => {
  const nested = (levels: number) => `${'['.repeat(levels)}${']'.repeat(levels)}`;
  t.deepEqual(duplicateFields(nested(1000)), []);
  t.is(t.throws(() => duplicateFields(nested(100_000)), { instanceOf: StatusError }).message, 'exceeded max depth');
});

test('duplicates join the unknown fields in the strict error', (t) => {
  t.regex(
    t.throws(() => decodeRequest(typo, 'Strict', ['duplicate field "spec.type"']))?.message ?? '',
    /unknown field "spec.ports\[0\].targetport", duplicate field "spec.type"$/,
  );
});
