/** The user's own kubectl against a server. Without one on PATH each test says so and checks nothing but that. */
import { execFile } from 'node:child_process';
import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import test, { type ExecutionContext } from 'ava';
import { writeKubeconfig } from '../../src/apiserver/kubeconfig.js';
import { type Lab, startLab, token } from './harness.js';
import { processStreams } from './process-streams.js';

const run = promisify(execFile);

interface Outcome {
  code: number;
  stdout: string;
  stderr: string;
}

type Kubectl = (...args: string[]) => Promise<Outcome>;

const present = run('kubectl', ['version', '--client', '-o', 'json']).then(
  () => true,
  () => false,
);

/** kubectl with a kubeconfig and caches of its own: servers of two tests may have had the same port. */
async function kubectlFor(lab: Lab): Promise<{ kubectl: Kubectl; folder: string }> {
  const folder = await mkdtemp(join(tmpdir(), 'kubectl-'));
  const kubeconfig = join(folder, 'kubeconfig');
  await writeKubeconfig(kubeconfig, { name: 'test-lab', server: lab.server.url, ca: lab.certificates.ca, token });
  const always = ['--kubeconfig', kubeconfig, '--cache-dir', join(folder, 'cache')];
  const env = { ...process.env, HOME: folder };
  const kubectl = (...args: string[]) =>
    run('kubectl', [...always, ...args], { env, timeout: 30_000 }).then(
      ({ stdout, stderr }) => ({ code: 0, stdout, stderr }),
      ({ code, stdout, stderr }: Outcome) => ({ code, stdout, stderr }),
    );
  return { kubectl, folder };
}

/** Runs a test with kubectl when there is one. */
function withKubectl(
  title: string,
  body: (t: ExecutionContext, lab: Lab, kubectl: Kubectl, folder: string) => Promise<void>,
): void {
  test.serial(`kubectl, where installed: ${title}`, async (t) => {
    if (!(await present)) {
      t.log('no kubectl on PATH: nothing was checked');
      t.pass();
      return;
    }
    const lab = await startLab(t, { streams: processStreams() });
    const { kubectl, folder } = await kubectlFor(lab);
    await body(t, lab, kubectl, folder);
  });
}

const manifest = `
apiVersion: v1
kind: Pod
metadata: {name: myweb1, labels: {app: myweb}}
spec:
  containers: [{name: container, image: "dbgurum/k8s-lab:v1.0", ports: [{containerPort: 8080}]}]
---
apiVersion: v1
kind: Service
metadata: {name: myweb-svc}
spec:
  selector: {app: myweb}
  ports: [{port: 9000, targetPort: 8080, nodePort: 30090}]
  type: NodePort
`;

/** Header words of the first table in a text. */
const headers = (text: string) => (text.split('\n')[0] ?? '').trim().split(/ {2,}/);

withKubectl(
  'apply creates, then finds nothing to change; get prints wide columns and labels',
  async (t, _lab, kubectl, folder) => {
    const file = join(folder, 'web.yaml');
    await writeFile(file, manifest);
    t.is((await kubectl('apply', '-f', file)).stdout, 'pod/myweb1 created\nservice/myweb-svc created\n');
    t.is((await kubectl('apply', '-f', file)).stdout, 'pod/myweb1 unchanged\nservice/myweb-svc unchanged\n');
    const wide = (await kubectl('get', 'po,svc', '-o', 'wide', '--show-labels')).stdout;
    t.deepEqual(headers(wide), [
      'NAME',
      'READY',
      'STATUS',
      'RESTARTS',
      'AGE',
      'IP',
      'NODE',
      'NOMINATED NODE',
      'READINESS GATES',
      'LABELS',
    ]);
    t.regex(wide, /service\/myweb-svc +NodePort +10\.\S+ +<none> +9000:30090\/TCP +\d+s +app=myweb +<none>/);
  },
);

withKubectl('patch, label, scale, delete and their answers', async (t, lab, kubectl, folder) => {
  const file = join(folder, 'web.yaml');
  await writeFile(file, manifest);
  await kubectl('create', '-f', file);
  const patch = '{"spec":{"externalTrafficPolicy":"Local"}}';
  t.is((await kubectl('patch', 'svc', 'myweb-svc', '-p', patch)).stdout, 'service/myweb-svc patched\n');
  const key = { group: '', kind: 'Service', namespace: 'default', name: 'myweb-svc' };
  t.like(lab.registry.get(key), { spec: { externalTrafficPolicy: 'Local' } });
  t.is((await kubectl('label', 'pod', 'myweb1', 'tier=front')).stdout, 'pod/myweb1 labeled\n');
  t.is((await kubectl('create', 'deployment', 'dep', '--image=nginx')).stdout, 'deployment.apps/dep created\n');
  t.is((await kubectl('scale', 'deployment', 'dep', '--replicas=3')).stdout, 'deployment.apps/dep scaled\n');
  t.like(lab.registry.list('apps', 'Deployment')[0], { spec: { replicas: 3 } });
  t.regex((await kubectl('delete', 'svc', 'myweb-svc')).stdout, /^service "myweb-svc" deleted/);
  t.is(lab.registry.get(key), undefined);
});

withKubectl('refusals are printed in the words of a real server', async (t, _lab, kubectl, folder) => {
  t.is((await kubectl('get', 'svc', 'nope')).stderr, 'Error from server (NotFound): services "nope" not found\n');
  const file = join(folder, 'typo.yaml');
  await writeFile(
    file,
    'apiVersion: v1\nkind: Service\nmetadata: {name: s}\nspec: {ports: [{port: 80, targetport: 8080}]}\n',
  );
  const typo = await kubectl('apply', '-f', file);
  t.is(typo.code, 1);
  t.regex(typo.stderr, /unknown field "(?:spec\.ports\[0\]\.)?targetport"/);
  await writeFile(file, 'apiVersion: v1\nkind: Service\nmetadata: {name: s}\nspec: {ports: [{port: 99999}]}\n');
  const invalid = await kubectl('apply', '-f', file);
  t.regex(
    invalid.stderr,
    /The Service "s" is invalid:[\s\S]*spec\.ports\[0\]\.port: Invalid value: 99999: must be between 1 and 65535, inclusive/,
  );
});

withKubectl('exec passes input, output and the exit code; logs print', async (t, lab, kubectl) => {
  lab.put({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'p', namespace: 'default' },
    spec: { containers: [{ name: 'c', image: 'busybox' }] },
  });
  const failed = await kubectl('exec', 'p', '--', 'sh', '-c', 'echo out; echo err >&2; exit 3');
  t.is(failed.code, 3);
  t.is(failed.stdout, 'out\n');
  t.is(failed.stderr, 'err\ncommand terminated with exit code 3\n');
  t.is((await kubectl('logs', 'p', '--tail=1')).stdout, 'line 1\n');
});

withKubectl('discovery, explain, can-i and version work', async (t, _lab, kubectl) => {
  t.regex((await kubectl('api-resources')).stdout, /^services +svc +v1 +true +Service$/m);
  t.regex((await kubectl('explain', 'svc.spec.type')).stdout, /FIELD: +type <string>/);
  t.is((await kubectl('auth', 'can-i', 'create', 'pods')).stdout, 'yes\n');
  t.regex((await kubectl('version')).stdout, /Server Version: v1\.30\.4/);
  t.is((await kubectl('config', 'current-context')).stdout, 'test-lab\n');
});
