import test from 'ava';
import { ask, bringUp, createTestLab, type TestLab } from './lab.js';

const myweb = 'lab/workshop/01-nodeport.yaml';
const mynode = 'lab/workshop/02-mynode.yaml';
const url = (node: number) => `192.168.56.${node}:30090/hostname`;

async function clusterIPOf(lab: TestLab, service: string): Promise<string> {
  const rules = await lab.on('k8s-node1', 'iptables', '-t', 'nat', '-S', 'KUBE-SERVICES');
  return new RegExp(`-d ([0-9.]+)/32 .*"default/${service} cluster IP"`).exec(rules)?.[1] ?? 'none';
}

test('20 requests to the NodePort reach both pods, through every node', async (t) => {
  const lab = createTestLab(t);
  await bringUp(t, lab, '-f', myweb);
  for (const node of [101, 100, 102, 103]) {
    const answers = await ask(lab, 'host', url(node), 20);
    t.is(answers.length, 20);
    t.deepEqual([...new Set(answers)].sort(), ['Hostname : myweb1', 'Hostname : myweb2']);
  }
});

test('the sequence of answers is the same after down and up, and another with another seed', async (t) => {
  const lab = createTestLab(t);
  const run = async (...options: string[]) => {
    await bringUp(t, lab, '-f', myweb, ...options);
    const answers = [...(await ask(lab, 'host', url(101), 6)), ...(await ask(lab, 'host', url(102), 6))];
    t.is((await lab.lab('down')).exitCode, 0);
    return answers;
  };
  const first = await run();
  t.deepEqual(await run(), first);
  t.notDeepEqual(await run('--seed', '2'), first);
});

test('a node and a pod reach the ClusterIP, the host does not, and a pod reaches itself through its Service', async (t) => {
  const lab = createTestLab(t);
  await bringUp(t, lab, '-f', myweb);
  const address = `${await clusterIPOf(lab, 'myweb-svc')}:9000/hostname`;
  t.is((await ask(lab, 'k8s-node3', address, 2)).length, 2);
  const fromPod = await ask(lab, 'pod/myweb1', address, 4);
  t.true(fromPod.includes('Hostname : myweb1'), 'the hairpin');
  t.true(fromPod.includes('Hostname : myweb2'));
  const fromHost = await lab.lab('exec', 'host', '--', 'curl', '-s', '--max-time', '2', address);
  t.is(fromHost.exitCode, 7, 'curl: failed to connect');
});

test('mynode-svc2 has the chains and rules that the notes print', async (t) => {
  const lab = createTestLab(t);
  await bringUp(t, lab, '-f', mynode);
  // iptables 1.8.9 prints protocols as numbers with -n; the notes' 1.8.7 printed their names.
  const list = async (chain: string) =>
    (await lab.on('k8s-node2', 'sudo', 'iptables', '-t', 'nat', '--list', chain, '-n')).replace(/ +/g, ' ');
  t.regex(
    await list('KUBE-NODEPORTS'),
    /KUBE-EXT-ZH6IDACFKHNMCG77 (tcp|6) -- 0\.0\.0\.0\/0 0\.0\.0\.0\/0 \/\* default\/mynode-svc2 \*\/ tcp dpt:30246/,
  );
  t.regex(
    await list('KUBE-EXT-ZH6IDACFKHNMCG77'),
    /KUBE-MARK-MASQ (all|0) -- 0\.0\.0\.0\/0 0\.0\.0\.0\/0 \/\* masquerade traffic for default\/mynode-svc2 external destinations \*\//,
  );
  t.regex(
    await list('KUBE-SERVICES'),
    /KUBE-SVC-ZH6IDACFKHNMCG77 (tcp|6) -- 0\.0\.0\.0\/0 10\.111\.154\.36 \/\* default\/mynode-svc2 cluster IP \*\/ tcp dpt:9002/,
  );
  const service = await list('KUBE-SVC-ZH6IDACFKHNMCG77');
  t.regex(
    service,
    /KUBE-MARK-MASQ (tcp|6) -- !10\.96\.0\.0\/12 10\.111\.154\.36 \/\* default\/mynode-svc2 cluster IP \*\/ tcp dpt:9002/,
  );
  t.regex(
    service,
    /KUBE-SEP-LI57BC53M7L76IV6 (all|0) -- 0\.0\.0\.0\/0 0\.0\.0\.0\/0 \/\* default\/mynode-svc2 -> 10\.111\.218\.82:8000 \*\//,
  );
});

test('a second up with more manifests changes the running lab, and a third changes nothing', async (t) => {
  const lab = createTestLab(t);
  await bringUp(t, lab, '-f', myweb);
  const { stdout } = await lab.lab('up', '--no-shell', '-f', mynode);
  t.regex(stdout, /service\/mynode-svc2 created/);
  t.is((await ask(lab, 'host', '192.168.56.100:30246/', 1)).length > 0, true);
  const again = await lab.lab('up', '--no-shell', '-f', mynode);
  t.regex(again.stdout, /service\/mynode-svc2 unchanged/);
});

test('exit code, output and input of a command pass through exec', async (t) => {
  const lab = createTestLab(t);
  await bringUp(t, lab);
  t.is((await lab.lab('exec', 'k8s-node1', '--', 'sh', '-c', 'exit 42')).exitCode, 42);
  t.is(await lab.on('k8s-node1', 'hostname'), 'k8s-node1');
  const missing = await lab.lab('exec', 'host', '--', 'no-such-program');
  t.is(missing.exitCode, 127);
  t.is(missing.stderr, 'exec: "no-such-program": executable file not found in $PATH');
});
