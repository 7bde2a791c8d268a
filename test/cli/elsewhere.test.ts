import { execFile } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import test from 'ava';
import { execa } from 'execa';

const run = promisify(execFile);

/** A system without Linux: nothing that needs it can be loaded. */
async function elsewhere(...args: string[]): Promise<{ code: number; stdout: string; stderr: string }> {
  const { exitCode, stdout, stderr } = await execa(
    process.execPath,
    ['--import', './test/cli/elsewhere.mjs', 'scripts/lab', ...args],
    { reject: false, stdin: 'ignore', env: { KUBEWIRE_STATE: '/nonexistent' } },
  );
  return { code: exitCode ?? -1, stdout, stderr };
}

const workshop = ['-f', 'lab/workshop'];

test('compile needs neither Linux nor privileges, and prints a whole table', async (t) => {
  const { code, stdout, stderr } = await elsewhere('compile', ...workshop, '--node', 'k8s-node2');
  t.is(code, 0, stderr);
  t.regex(stdout, /^\*filter\n/);
  for (const line of [
    ':KUBE-EXT-ZH6IDACFKHNMCG77 - [0:0]',
    '-A KUBE-SERVICES -m comment --comment "default/mynode-svc2 cluster IP" -m tcp -p tcp -d 10.111.154.36 --dport 9002 -j KUBE-SVC-ZH6IDACFKHNMCG77',
    'COMMIT',
  ])
    t.true(stdout.split('\n').includes(line), line);
  t.is((await elsewhere('compile', ...workshop, '--node', 'nowhere')).code, 2);
});

test('the same on every system: compile prints what it prints here', async (t) => {
  const args = ['compile', ...workshop, '--node', 'k8s-master', '--balance', 'faithful'];
  const here = await run('scripts/lab', args);
  t.is((await elsewhere(...args)).stdout, here.stdout.trimEnd());
});

test('up --plan prints operations as data and runs none; up itself says that it needs Linux', async (t) => {
  const { code, stdout } = await elsewhere('up', '--plan', ...workshop);
  t.is(code, 0);
  const operations = stdout.split('\n').map((line) => JSON.parse(line) as { op: string; namespace?: string });
  t.true(operations.some(({ op, namespace }) => op === 'namespace.create' && namespace === 'pod/default/myweb1'));
  const refused = await elsewhere('up', ...workshop);
  t.is(refused.code, 12);
  t.is(refused.stderr, 'lab: a lab needs Linux; "lab compile" and "lab up --plan" work here');
});

test('up --plan leaves no state and needs no namespaces', async (t) => {
  const state = mkdtempSync(join(tmpdir(), 'kubewire-plan-'));
  t.teardown(() => rmSync(state, { recursive: true }));
  await run('scripts/lab', ['up', '--plan', ...workshop], { env: { ...process.env, KUBEWIRE_STATE: state } });
  t.deepEqual(readdirSync(state), []);
});

test('a reader that leaves early is no error', async (t) => {
  const { stdout, stderr } = await run('sh', ['-c', `scripts/lab up --plan ${workshop.join(' ')} | head -n 1`]);
  t.is(stdout.split('\n').length, 2);
  t.is(stderr, '');
});
