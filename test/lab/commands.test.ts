import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { execa } from 'execa';
import { bringUp, createTestLab, type TestLab } from './lab.js';
import { labProcesses } from './machine.js';

function folder(t: ExecutionContext): string {
  const path = mkdtempSync(join(tmpdir(), 'kubewire-commands-'));
  t.teardown(() => rmSync(path, { recursive: true, force: true }));
  return path;
}

test('lab kubectl is the machine’s own, with the lab’s kubeconfig and exit code', async (t) => {
  const tools = folder(t);
  writeFileSync(join(tools, 'kubectl'), '#!/bin/sh\necho "$KUBECONFIG $KUBECACHEDIR $*"; exit ${1#code-}\n');
  chmodSync(join(tools, 'kubectl'), 0o755);
  const lab = createTestLab(t, { environment: { PATH: `${tools}:${process.env.PATH}` } });
  await bringUp(t, lab);
  const home = join(lab.state, lab.name);
  const asked = await lab.lab('kubectl', 'code-7', '--name', 'x');
  t.is(asked.exitCode, 7);
  t.is(asked.stdout, `${home}/kubeconfig ${home}/kube-cache code-7 --name x`);
  t.is(await lab.on('host', 'kubectl', 'code-0'), `${home}/kubeconfig ${home}/kube-cache code-0`);
  t.is(await lab.on('k8s-node1', 'k', 'code-0'), `${home}/kubeconfig ${home}/kube-cache code-0`);
});

test('without a kubectl, lab kubectl says how to get one', async (t) => {
  const lab = createTestLab(t);
  await bringUp(t, lab);
  const { exitCode, stderr } = await createTestLab(t, {
    state: lab.state,
    environment: { PATH: folder(t), KUBEWIRE_LAB: lab.name },
    through: [process.execPath],
  }).lab('kubectl', 'get', 'nodes');
  t.is(exitCode, 10, stderr);
  t.regex(stderr, /^lab: kubectl is not on this machine; .*apt-get install kubernetes-client/);
});

const pathless = `apiVersion: v1
kind: Pod
metadata: { name: pathless }
spec:
  containers:
    - name: c
      image: busybox
      command: [/bin/sleep, '1000']
      env: [{ name: PATH, value: /nowhere }]
`;

/** What is typed in `lab shell` is typed inside: other process ids, for an ordinary user another user id. */
async function isFoundFromInside(t: ExecutionContext, lab: TestLab): Promise<void> {
  const typed = (line: string) => lab.on('host', 'sh', '-c', line);
  t.regex(await typed('lab status'), new RegExp(`^lab ${lab.name}: up, process ${lab.status().pid},`));
  t.is(await typed('lab exec k8s-node1 -- hostname'), 'k8s-node1');
  t.is(await typed('lab exec pod/pathless -- /bin/hostname'), 'pathless');
  t.regex(await typed('lab list'), new RegExp(`${lab.name} +up `));
  t.is(await typed('lab down 2>&1; echo $?'), `lab: this shell is in lab "${lab.name}"; leave it first: exit\n1`);
}

test('a pod is entered whatever PATH its container has, and the lab is found from inside', async (t) => {
  const lab = createTestLab(t);
  const file = join(folder(t), 'pod.yaml');
  writeFileSync(file, pathless);
  await bringUp(t, lab, '-f', file);
  await isFoundFromInside(t, lab);
  t.is(await lab.on('pod/pathless', '/bin/hostname'), 'pathless');
  t.is(await lab.on('pod/pathless', '/usr/bin/printenv', 'PATH'), '/nowhere');
  t.is((await lab.lab('exec', 'pod/pathless', '--', '/usr/bin/printenv', 'OLDPWD')).exitCode, 1, 'how it got there');
  t.is((await lab.lab('exec', 'pod/pathless', '--', 'hostname')).exitCode, 127);
  await endsWithItsCommand(t, lab, 'pod/pathless');
});

/** nsenter, between them, hands on no signal. */
async function endsWithItsCommand(t: ExecutionContext, lab: TestLab, target: string): Promise<void> {
  const env = { KUBEWIRE_STATE: lab.state, KUBEWIRE_LAB: lab.name };
  const script = 'PATH=/bin; echo on; exec sleep 4711';
  const command = execa('./scripts/lab', ['exec', target, '--', '/bin/sh', '-c', script], { env, reject: false });
  command.stdout.once('data', () => command.kill('SIGTERM'));
  // Its output ends when nobody holds it any more.
  t.is((await command).stdout, 'on');
  t.false(labProcesses(lab.name).some((one) => one.command.startsWith('sleep 4711')));
}

test('a second up may name the same cluster in another file, but no other cluster', async (t) => {
  const lab = createTestLab(t);
  await bringUp(t, lab);
  const file = join(folder(t), 'mine.yaml');
  writeFileSync(file, '# the course’s\napiVersion: kubewire/v1\nkind: ClusterConfig\n');
  await bringUp(t, lab, '--config', file);
  await bringUp(t, lab, '--config', 'lab/cluster.yaml');
  process.kill(lab.status().pid, 'SIGKILL');
  await bringUp(t, lab, '--config', file);
  writeFileSync(file, 'apiVersion: kubewire/v1\nkind: ClusterConfig\nserviceCIDR: 10.200.0.0/16\n');
  const other = await lab.lab('up', '--no-shell', '--config', file);
  t.is(other.exitCode, 14);
  t.regex(other.stderr, /^lab: lab "\S+" is already up with another config; take it down first/);
});
