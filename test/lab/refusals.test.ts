import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'ava';
import { bringUp, createTestLab } from './lab.js';

const service = (spec: string) => `apiVersion: v1
kind: Service
metadata:
  name: web
spec:
${spec}
`;
const pod = (address: string) => `apiVersion: v1
kind: Pod
metadata:
  name: pinned
  annotations:
    cni.projectcalico.org/ipAddrs: '["${address}"]'
spec:
  nodeName: k8s-node3
  containers:
  - name: c
    image: traefik/whoami
`;

/** Title, manifest, and what the one line must say; the line number is where a reader would look. */
const rows: [title: string, manifest: string, expected: RegExp][] = [
  [
    'a tab in YAML',
    'apiVersion: v1\nkind: Service\nmetadata:\n\tname: web\n',
    /bad\.yaml:4:\d+: .*found character that cannot start any token/,
  ],
  [
    'an unknown kind',
    'apiVersion: v1\nkind: Serviec\nmetadata:\n  name: web\n',
    /bad\.yaml:\d+:\d+: .*no matches for kind "Serviec" in version "v1"/,
  ],
  [
    'port 0',
    service('  ports:\n  - port: 0'),
    /bad\.yaml:7:\d+: Service "web" is invalid: spec\.ports\[0\]\.port: Invalid value: 0: must be between 1 and 65535, inclusive/,
  ],
  [
    'nodePort 80',
    service('  type: NodePort\n  ports:\n  - port: 80\n    nodePort: 80'),
    /bad\.yaml:9:\d+: Service "web" is invalid: spec\.ports\[0\]\.nodePort: Invalid value: 80: provided port is not in the valid range\. The range of valid ports is 30000-32767/,
  ],
  [
    'a nodePort that is taken',
    service('  type: NodePort\n  ports:\n  - port: 80\n    nodePort: 30090'),
    /bad\.yaml:9:\d+: Service "web" is invalid: spec\.ports\[0\]\.nodePort: Invalid value: 30090: provided port is already allocated/,
  ],
  ['a pinned address outside the node’s block', pod('10.1.2.3'), /bad\.yaml:.*10\.1\.2\.3/],
  [
    'a selector with a list in it',
    service('  selector:\n    app: hello\n    ports:\n    - port: 5678'),
    /bad\.yaml:8:\d+: .*spec\.selector/,
  ],
];

test('a broken document is refused with file, line, field and Kubernetes’ wording, and nothing changes', async (t) => {
  const lab = createTestLab(t);
  await bringUp(t, lab, '-f', 'lab/workshop/01-nodeport.yaml');
  const before = (await lab.lab('digest')).stdout;
  const file = join(mkdtempSync(join(tmpdir(), 'kubewire-bad-')), 'bad.yaml');
  for (const [title, manifest, expected] of rows) {
    writeFileSync(file, manifest);
    const { exitCode, stderr } = await lab.lab('up', '--no-shell', '-f', 'lab/workshop/02-mynode.yaml', '-f', file);
    t.is(exitCode, 3, `${title}: ${stderr}`);
    t.regex(stderr, expected, title);
    t.regex(stderr, /nothing was changed/, title);
  }
  t.is((await lab.lab('digest')).stdout, before);
});

test('a broken document keeps a new lab from starting, and leaves nothing', async (t) => {
  const lab = createTestLab(t);
  const file = join(mkdtempSync(join(tmpdir(), 'kubewire-bad-')), 'bad.yaml');
  writeFileSync(file, service('  ports:\n  - port: 0'));
  t.is((await lab.lab('up', '--no-shell', '-f', file)).exitCode, 3);
  t.is((await lab.lab('status')).exitCode, 13);
});

test('each failure has its own line and exit code', async (t) => {
  const lab = createTestLab(t);
  const notUp = await lab.lab('exec', 'host', '--', 'true');
  t.is(notUp.exitCode, 13);
  t.regex(notUp.stderr, /^lab: no lab named "\S+" is up; start it with: lab --name \S+ up$/);
  t.is((await lab.lab('up', '-f', '/no/such/file.yaml')).exitCode, 2);
  t.is((await lab.lab('frobnicate')).exitCode, 2);
  t.is((await lab.lab('up', '--seed', 'x')).exitCode, 2);
  await bringUp(t, lab);
  const other = await lab.lab('up', '--no-shell', '--seed', '9');
  t.is(other.exitCode, 14);
  t.regex(other.stderr, /already up with 1 seed; take it down first/);
  const nowhere = await lab.lab('exec', 'k8s-node9', '--', 'true');
  t.is(nowhere.exitCode, 2);
  t.regex(nowhere.stderr, /nothing here is called "k8s-node9"; there are host, k8s-master, k8s-node1/);
});
