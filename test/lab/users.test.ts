import { statSync } from 'node:fs';
import { join } from 'node:path';
import test from 'ava';
import { ask, bringUp, createTestLab, type TestLab } from './lab.js';

const workshop = ['-f', 'lab/workshop/01-nodeport.yaml', '-f', 'lab/workshop/03-whoami.yaml'];
const hostname = '192.168.56.101:30090/hostname';

async function digests(lab: TestLab): Promise<unknown> {
  return JSON.parse((await lab.lab('digest', '-o', 'json')).stdout);
}

test('an ordinary user has the same lab: digests, answers and their order', async (t) => {
  const [own, theirs] = [createTestLab(t), createTestLab(t, { user: 'ordinary' })];
  await Promise.all([bringUp(t, own, ...workshop), bringUp(t, theirs, ...workshop)]);
  t.deepEqual(await digests(theirs), await digests(own));
  const [mine, other] = [await ask(own, 'host', hostname, 6), await ask(theirs, 'host', hostname, 6)];
  t.deepEqual(other, mine);
  t.is(new Set(other).size, 2);
  t.is(await theirs.on('k8s-node2', 'sudo', 'id', '-u'), '0', 'root of the lab, and of nothing else');
});

test('digests are the same in every run', async (t) => {
  const lab = createTestLab(t);
  const seen = new Set<string>();
  for (let run = 0; run < 4; run++) {
    await bringUp(t, lab, ...workshop);
    // What users do must not show: connections, tables that were only looked at.
    if (run % 2 === 1) await lab.on('k8s-node1', 'sh', '-c', 'iptables -t raw -L -n; curl -s 192.168.56.102:30942');
    seen.add((await lab.lab('digest')).stdout);
    t.is((await lab.lab('down')).exitCode, 0);
  }
  t.is(seen.size, 1, [...seen].join('\n---\n'));
});

test('two labs of one user do not notice each other', async (t) => {
  const one = createTestLab(t, { user: 'ordinary', suffix: 'a' });
  const two = createTestLab(t, { user: 'ordinary', suffix: 'b', state: one.state });
  await Promise.all([bringUp(t, one, ...workshop, '--seed', '1'), bringUp(t, two, ...workshop, '--seed', '2')]);
  const list = JSON.parse((await one.lab('list', '-o', 'json')).stdout) as Record<string, unknown>[];
  t.deepEqual(
    list.map(({ name, state, seed }) => ({ name, state, seed })),
    [
      { name: one.name, state: 'up', seed: 1 },
      { name: two.name, state: 'up', seed: 2 },
    ],
  );
  const pods = async (lab: TestLab) => [...new Set(await ask(lab, 'host', '192.168.56.100:30942 | head -1', 6))].sort();
  const [ofOne, ofTwo] = [await pods(one), await pods(two)];
  t.is(ofOne.length, 3, 'all replicas of the Deployment');
  t.deepEqual(
    ofOne.filter((name) => ofTwo.includes(name)),
    [],
    'another seed, other names',
  );
  t.is((await one.lab('down')).exitCode, 0);
  t.deepEqual(await pods(two), ofTwo, 'one went, the other never noticed');
  t.regex((await two.lab('down', '--all')).stdout, new RegExp(`^lab ${two.name}: down$`));
  t.regex((await two.lab('list')).stdout, /^no labs/);
});

test('what a lab leaves on disk is its user’s alone', async (t) => {
  const lab = createTestLab(t, { user: 'ordinary' });
  await bringUp(t, lab);
  const directory = join(lab.state, lab.name);
  t.is(statSync(directory).mode & 0o777, 0o700);
  t.is(statSync(join(directory, 'status.json')).mode & 0o777, 0o600);
  const attach = await createTestLab(t, { user: 'ordinary', suffix: 'x' }).lab('up', '--no-shell', '--attach');
  t.is(attach.exitCode, 11);
  t.regex(
    attach.stderr,
    /^lab: --attach changes this machine's own network namespace, which needs root; .*lab shell$/m,
  );
});
