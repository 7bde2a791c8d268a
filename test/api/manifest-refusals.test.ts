import test from 'ava';
import { parseManifests } from '../../src/api/manifest.js';
import { renderProblem } from '../../src/api/problem.js';

function lines(text: string): string[] {
  return parseManifests(text, 'web.yaml').problems.map(renderProblem);
}

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

/** The broken documents of the course and of every beginner, with the whole line that is printed. */
const broken: [string, string, string[]][] = [
  [
    'a tab after a key',
    'apiVersion: v1\nkind: Service\nmetadata:\n\tname: web\n',
    [
      'web.yaml:4:1: error converting YAML to JSON: yaml: line 4: found character that cannot start any token (indent with spaces; a tab is not allowed)',
    ],
  ],
  [
    'a tab after a value',
    'spec:\n  rules:\n  - host: a\n\t- host: b\n',
    [
      'web.yaml:4:1: error converting YAML to JSON: yaml: line 4: found a tab character that violates indentation (indent with spaces; a tab is not allowed)',
    ],
  ],
  [
    'a line indented differently',
    'spec:\n  selector:\n    app: web\n   ports:\n   - port: 80\n',
    [
      'web.yaml:4:1: error converting YAML to JSON: yaml: line 4: did not find expected key (lines of one level start in the same column)',
    ],
  ],
  [
    'a key twice',
    'apiVersion: v1\nkind: Service\nkind: Service\n',
    ['web.yaml:3:1: error converting YAML to JSON: yaml: unmarshal errors: line 3: key "kind" already set in map'],
  ],
  [
    'two colons in a line',
    'spec:\n  a: b: c\n',
    ['web.yaml:2:6: error converting YAML to JSON: yaml: line 2: mapping values are not allowed in this context'],
  ],
  [
    'a quote without end',
    'spec:\n  a: "b\n',
    ['web.yaml:3:1: error converting YAML to JSON: yaml: line 3: found unexpected end of stream'],
  ],
  [
    'a bracket without end',
    'spec:\n  a: [1, 2\n  b: 3\n',
    ["web.yaml:3:3: error converting YAML to JSON: yaml: line 3: did not find expected ',' or ']'"],
  ],
  [
    'an alias to nothing',
    'a: *nope\n',
    ["web.yaml:1:1: error converting YAML to JSON: yaml: unknown anchor 'nope' referenced"],
  ],
  [
    'text',
    'just text\n',
    [
      'web.yaml:1:1: json: cannot unmarshal string into Go value of type map[string]interface {} (a manifest starts with "apiVersion:" and "kind:")',
    ],
  ],
  [
    'no kind',
    'apiVersion: v1\nmetadata: {name: a}\n',
    ['web.yaml:1:1: Object \'Kind\' is missing in \'{"apiVersion":"v1","metadata":{"name":"a"}}\''],
  ],
  ['no apiVersion', 'kind: Service\n', ['web.yaml:1:1: Object \'apiVersion\' is missing in \'{"kind":"Service"}\'']],
  [
    'an unknown kind',
    'apiVersion: v1\nkind: Servce\nmetadata: {name: a}\n',
    ['web.yaml:2:1: no matches for kind "Servce" in version "v1" (did you mean "kind: Service"?)'],
  ],
  [
    'a kind in lower case',
    'apiVersion: v1\nkind: service\nmetadata: {name: a}\n',
    ['web.yaml:2:1: no matches for kind "service" in version "v1" (did you mean "kind: Service"?)'],
  ],
  [
    'a kind of another group',
    'apiVersion: v1\nkind: Deployment\nmetadata: {name: a}\n',
    ['web.yaml:2:1: no matches for kind "Deployment" in version "v1" (write "apiVersion: apps/v1")'],
  ],
  [
    'an unknown group',
    'apiVersion: example.com/v1\nkind: Widget\nmetadata: {name: a}\n',
    [
      'web.yaml:2:1: no matches for kind "Widget" in version "example.com/v1" (the lab serves no such group; "kubectl api-resources" lists what it has)',
    ],
  ],
  [
    'no name',
    'apiVersion: v1\nkind: Service\nmetadata: {labels: {a: b}}\n',
    ['web.yaml:3:1: Service "" is invalid: metadata.name: Required value: name or generateName is required'],
  ],
  [
    'an unknown field',
    service.replace('ports:', 'portz:'),
    [
      'web.yaml:8:3: Service in version "v1" cannot be handled as a Service: strict decoding error: unknown field "spec.portz" (did you mean "ports"?)',
    ],
  ],
  [
    'an unknown field in a list',
    service.replace('- port:', '- prot:'),
    [
      'web.yaml:9:5: Service in version "v1" cannot be handled as a Service: strict decoding error: unknown field "spec.ports[0].prot" (did you mean "port"?)',
    ],
  ],
  [
    'a number in quotes',
    service.replace('80', '"80"'),
    [
      'web.yaml:9:5: Service in version "v1" cannot be handled as a Service: json: cannot unmarshal string into Go struct field ServicePort.spec.ports.port of type int32 (write it without quotes: 80)',
    ],
  ],
  [
    'a broken number',
    service.replace('80', '80.5'),
    [
      'web.yaml:9:5: Service in version "v1" cannot be handled as a Service: json: cannot unmarshal number 80.5 into Go struct field ServicePort.spec.ports.port of type int32',
    ],
  ],
  [
    'a label value without quotes',
    service.replace('app: web', 'version: 2'),
    [
      'web.yaml:7:5: Service in version "v1" cannot be handled as a Service: json: cannot unmarshal number into Go struct field ServiceSpec.spec.selector of type string (write it in quotes: "2")',
    ],
  ],
  [
    'a label with dots in its key and a number as value',
    service.replace('name: web', 'name: web\n  labels:\n    app.kubernetes.io/version: 2'),
    [
      'web.yaml:6:5: Service in version "v1" cannot be handled as a Service: json: cannot unmarshal number into Go struct field ObjectMeta.metadata.labels of type string (write it in quotes: "2")',
    ],
  ],
  [
    'a selector that is a list',
    service.replace('app: web', '- web'),
    [
      'web.yaml:6:3: Service in version "v1" cannot be handled as a Service: json: cannot unmarshal array into Go struct field ServiceSpec.spec.selector of type map[string]string',
    ],
  ],
  [
    'ports inside the selector, as in the course notes',
    'apiVersion: v1\nkind: Service\nmetadata:\n  name: web\nspec:\n  selector:\n    app: web\n    ports:\n      - port: 5678\n',
    [
      'web.yaml:8:5: Service in version "v1" cannot be handled as a Service: json: cannot unmarshal array into Go struct field ServiceSpec.spec.selector of type string ("ports" belongs beside "selector", not inside it: indent it less)',
    ],
  ],
  [
    'one port where a list belongs',
    service.replace('- port: 80', '  port: 80'),
    [
      'web.yaml:8:3: Service in version "v1" cannot be handled as a Service: json: cannot unmarshal object into Go struct field ServiceSpec.spec.ports of type []v1.ServicePort',
    ],
  ],
];

for (const [name, text, expected] of broken) {
  test(`refused with its place: ${name}`, (t) => {
    const { documents, problems } = parseManifests(text, 'web.yaml');
    t.deepEqual(problems.map(renderProblem), expected);
    t.deepEqual(documents, []);
  });
}

test('the old Ingress versions are refused with the form to write', (t) => {
  for (const version of ['extensions/v1beta1', 'networking.k8s.io/v1beta1']) {
    const [line = ''] = lines(`apiVersion: ${version}\nkind: Ingress\nmetadata: {name: a}\n`);
    t.true(
      line.startsWith(
        `web.yaml:2:1: no matches for kind "Ingress" in version "${version}" (removed in Kubernetes 1.22: `,
      ),
    );
    t.true(line.includes('apiVersion: networking.k8s.io/v1') && line.includes('pathType: Prefix'));
  }
});

test('a kind that nothing in the lab acts on is refused and says so', (t) => {
  const text = 'apiVersion: apps/v1\nkind: StatefulSet\nmetadata: {name: a}\n';
  t.deepEqual(lines(text), [
    'web.yaml:2:1: no matches for kind "StatefulSet" in version "apps/v1" (the lab does not emulate it; a Deployment with a headless Service comes closest)',
  ]);
});

test('every problem of a file is told, and well documents are still there', (t) => {
  const { documents, problems } = parseManifests(
    `${service}---\nkind: A\n---\n${service.replace('80', '"80"')}`,
    'web.yaml',
  );
  t.deepEqual([documents.length, problems.length], [1, 2]);
});

test('a checker from outside replaces the built-in one', (t) => {
  const check = () => [{ field: 'spec.ports[0]', message: 'strict decoding error: no' }];
  const { problems } = parseManifests(service, 'web.yaml', check);
  t.deepEqual(
    problems.map(({ line, field, reason }) => [line, field, reason]),
    [[9, 'spec.ports[0]', 'BadRequest']],
  );
});

test('a document that explodes through aliases is refused', (t) => {
  const levels = Array.from(
    { length: 20 },
    (_, i) => `a${i}: &a${i} [${i === 0 ? 'x' : `*a${i - 1},*a${i - 1},*a${i - 1}`}]`,
  );
  t.is(
    lines(levels.join('\n'))[0],
    'web.yaml:1:1: error converting YAML to JSON: yaml: document contains excessive aliasing',
  );
});
