/**
 * A lab in user-mode Linux, where its package is. One lab is asked everything: a boot takes seconds of the processor.
 */
import { existsSync } from 'node:fs';
import test, { type ExecutionContext } from 'ava';
import { execa } from 'execa';
import { pause } from '../../src/world/pause.js';
import { ask, bringUp, createTestLab, type TestLab } from './lab.js';
import { labProcesses, machineState } from './machine.js';
import { checkAffinity, checkDrainingToTheEnd, checkExcluded, checkNetem, checkSchedulers } from './uml-ipvs.js';

const manifest = 'lab/workshop/01-nodeport.yaml';
const url = '192.168.56.103:30090/hostname';
const isInstalled = existsSync('/usr/bin/linux.uml');
const notInstalled = 'not run: no linux.uml here (scripts/provision --optional)';

async function untilGone(lab: TestLab): Promise<string[]> {
  for (let waited = 0; waited < 10_000 && labProcesses(lab.name).length > 0; waited += 50) await pause(50);
  return labProcesses(lab.name).map(({ command }) => command);
}

async function typed(lab: TestLab, input: string, ...words: string[]) {
  const env = { KUBEWIRE_STATE: lab.state, KUBEWIRE_LAB: lab.name };
  return execa('./scripts/lab', words, { env, input, reject: false, timeout: 300_000 });
}

/** IPVS by turns, replies through the node, and the kernel that says so. */
async function checkServices(t: ExecutionContext, lab: TestLab): Promise<void> {
  t.deepEqual(
    await ask(lab, 'host', url, 4),
    ['1', '2', '1', '2'].map((pod) => `Hostname : myweb${pod}`),
  );
  t.regex(await lab.on('k8s-node3', 'ipvsadm', '-Ln'), /^TCP {2}192\.168\.56\.103:30090 rr/m);
  t.regex(await lab.on('host', 'uname', '-r'), /^6\./);
  t.regex((await lab.lab('status')).stdout, /in user-mode Linux\nServices by ipvs \(iptables-legacy\)/);
}

/** Input, both outputs, exit codes and signals go through, on pipes and on a terminal. */
async function checkCommands(t: ExecutionContext, lab: TestLab): Promise<void> {
  const large = 'line\n'.repeat(40_000);
  const through = await typed(lab, large, 'exec', 'k8s-node1', '--', 'sh', '-c', 'cat; echo aside >&2; exit 7');
  t.deepEqual([through.stdout.length, through.stderr, through.exitCode], [large.length - 1, 'aside', 7]);
  t.is((await typed(lab, '', 'exec', 'host', '--', 'sh', '-c', 'kill -9 $$')).exitCode, 137);
  t.is((await typed(lab, '', 'exec', 'host', '--', 'no-such-program')).exitCode, 127);
  const line = `./scripts/lab exec k8s-node1 -- sh -c 'tty; stty size; exit 3'`;
  const env = { KUBEWIRE_STATE: lab.state, KUBEWIRE_LAB: lab.name };
  const onTerminal = await execa('script', ['-qec', `stty rows 33 cols 99; ${line}`, '/dev/null'], {
    ...{ env, reject: false, stdin: 'ignore', timeout: 30_000 },
  });
  t.is(onTerminal.exitCode, 3, onTerminal.stdout);
  t.regex(onTerminal.stdout, /\/dev\/pts\/\d+\s+33 99/);
}

/** An endpoint that goes keeps the connections that it has, at weight 0. */
async function checkDraining(t: ExecutionContext, lab: TestLab): Promise<void> {
  const script = `exec 3<>/dev/tcp/192.168.56.103/30090; kubectl delete pod myweb2 >/dev/null; kubectl get pods -o name`;
  await lab.on('host', 'bash', '-c', `for i in 1 2; do curl -s ${url} >/dev/null; done; ${script}`);
  const table = await lab.on('k8s-node3', 'sh', '-c', 'ipvsadm -Ln | sed -n "/:30090 /,/^[A-Z]/p"');
  t.deepEqual([...table.matchAll(/Masq +(\d)/g)].map(([, weight]) => weight).sort(), ['0', '1'], table);
  t.deepEqual([...new Set(await ask(lab, 'host', url, 3))], ['Hostname : myweb1']);
}

/** Who answers ARP for an address that only kube-ipvs0 has: a MAC, or ''. */
async function answering(lab: TestLab): Promise<string> {
  const address = '10.96.0.10';
  const script = `ip route replace ${address} dev vboxnet0; ip neigh flush to ${address}; curl -s --max-time 1 ${address}:1 >/dev/null
ip neigh show ${address} | sed -n 's/.*lladdr \\([^ ]*\\).*/\\1/p'`;
  return lab.on('host', 'sh', '-c', script);
}

/** kube-proxy's ConfigMap decides on ARP and on the scheduler. */
async function checkConfiguration(t: ExecutionContext, lab: TestLab): Promise<void> {
  t.regex(await answering(lab), /^([0-9a-f]{2}:){5}[0-9a-f]{2}$/, 'kube-ipvs0 is answered for');
  const pinged = await lab.on('host', 'sh', '-c', 'ping -c 1 -W 5 10.96.0.10; true');
  t.regex(pinged, /icmp_seq=1 Destination Port Unreachable/, 'KUBE-IPVS-FILTER lets only ports of Services in');
  const edit = `sed 's/strictARP: false/strictARP: true/; s/scheduler: ""/scheduler: sed/'`;
  const configured = `kubectl -n kube-system get configmap kube-proxy -o yaml | ${edit} | kubectl apply -f - 2>/dev/null`;
  await lab.on('host', 'sh', '-c', `${configured} && kubectl -n kube-system delete pod -l k8s-app=kube-proxy`);
  for (let waited = 0; waited < 20_000; waited += 500) {
    if (/:30090 sed/.test(await lab.on('k8s-node3', 'ipvsadm', '-Ln'))) break;
    await pause(500);
  }
  t.regex(await lab.on('k8s-node3', 'ipvsadm', '-Ln'), /^TCP {2}192\.168\.56\.103:30090 sed$/m);
  t.is(await answering(lab), '', 'strictARP');
}

/** On every push; GUEST_SUITE=all asks for the whole suite in every mode that this kernel has. */
const few = '^(internal policy Local|external policy|source ranges admit|a wrong port)';
const isWhole = process.env.GUEST_SUITE === 'all';
/** Set up by `scripts/provision --uml-nftables`. */
const hasNftables = existsSync('/usr/local/lib/kubewire/uml-modules');
const wholeModes = ['ipvs', 'iptables', ...(hasNftables ? ['nftables'] : []), 'userspace'];

/** The behaviour suite in the guest's kernel, beside the lab: in namespaces of its own. */
async function checkSuite(t: ExecutionContext, lab: TestLab, mode: string): Promise<void> {
  const isolated = ['unshare', '--net', '--mount', '--pid', '--fork', '--kill-child', '--mount-proc'];
  const program = [process.execPath, `${process.cwd()}/dist/test/kernel/proxy-${mode}.scenario.js`];
  const command = ['env', `CASES=${isWhole ? '' : few}`, ...isolated, ...program];
  const { stdout, stderr } = await typed(lab, '', 'exec', 'host', '--', ...command);
  const { cases, wrong } = JSON.parse(stdout.split('\n').at(-1) || JSON.stringify({ wrong: stderr })) as {
    cases: number;
    wrong: string[];
  };
  t.deepEqual(wrong, [], mode);
  t.true(cases >= (isWhole ? 40 : 5), `${cases} cases`);
}

/** In another mode nothing of IPVS is on a node, and Services answer. */
async function checkLeft(t: ExecutionContext, lab: TestLab): Promise<void> {
  const { exitCode, stderr } = await lab.lab('proxy-mode', 'iptables');
  t.is(exitCode, 0, stderr);
  const look = "ipset list -n; ip -o link show kube-ipvs0 2>/dev/null; ipvsadm -Ln | grep -e '->'; true";
  // The heading of an empty table has an arrow, too.
  t.regex(await lab.on('k8s-node1', 'sh', '-c', look), /^ *-> RemoteAddress:Port[^\n]*$/);
  t.is((await ask(lab, 'host', url, 1)).length, 1);
}

test.serial('a lab in user-mode Linux has IPVS, is reached as any lab, and leaves nothing', async (t) => {
  t.timeout(900_000);
  const lab = createTestLab(t);
  if (!isInstalled) {
    t.log(notInstalled);
    const { exitCode, stderr } = await lab.lab('up', '--no-shell', '--kernel', 'uml');
    t.is(exitCode, 10);
    t.regex(
      stderr,
      /^lab: linux\.uml .*not found \(package user-mode-linux\); install it with: scripts\/provision --optional$/,
    );
    return;
  }
  const before = await machineState();
  await bringUp(t, lab, '-f', manifest, '--kernel', 'uml', '--proxy-mode', 'ipvs');
  await checkServices(t, lab);
  await checkCommands(t, lab);
  for (const mode of isWhole ? wholeModes : ['ipvs']) await checkSuite(t, lab, mode);
  const pods = await lab.lab('kubectl', 'exec', 'myweb2', '--', 'hostname');
  t.is(pods.stdout, 'myweb2', pods.stderr);
  await checkDraining(t, lab);
  await checkConfiguration(t, lab);
  const nftables = await lab.lab('proxy-mode', 'nftables');
  t.is(nftables.exitCode, hasNftables ? 0 : 12, nftables.stderr);
  if (hasNftables) t.deepEqual(await ask(lab, 'host', url, 1), ['Hostname : myweb1']);
  else t.regex(nftables.stderr, /scripts\/provision --uml-nftables/);
  await checkLeft(t, lab);
  t.is((await lab.lab('down')).exitCode, 0);
  t.deepEqual(await untilGone(lab), []);
  t.is(await machineState(), before);
});

/** What takes minutes: by `npm run test:uml`. */
if (isWhole && isInstalled)
  test.serial('IPVS: the digest repeats, each scheduler does what its name says, endpoints drain', async (t) => {
    t.timeout(900_000);
    const lab = createTestLab(t);
    const up = () => bringUp(t, lab, '-f', manifest, '--kernel', 'uml', '--proxy-mode', 'ipvs');
    await up();
    const digest = (await lab.lab('digest', '-o', 'json')).stdout;
    t.regex(digest, /"ipvs\/k8s-node3": /);
    t.is((await lab.lab('down')).exitCode, 0);
    await up();
    t.is((await lab.lab('digest', '-o', 'json')).stdout, digest);
    await checkSchedulers(t, lab);
    await checkAffinity(t, lab);
    await checkExcluded(t, lab);
    await checkNetem(t, lab);
    await checkDrainingToTheEnd(t, lab);
  });

/** Milliseconds after the command: the kernel boots, the daemon starts, machines are made. `KILLS=30` asks for more. */
const kills = Number(process.env.KILLS ?? 3);
const STARTING_MS = 9000;

test.serial('killed at any moment of its start it leaves nothing', async (t) => {
  t.timeout(60_000 + kills * 20_000);
  if (!isInstalled) {
    t.log(notInstalled);
    return t.pass();
  }
  const lab = createTestLab(t);
  const before = await machineState();
  const env = { KUBEWIRE_STATE: lab.state, KUBEWIRE_LAB: lab.name };
  const command = ['up', '--no-shell', '--kernel', 'uml'];
  for (let round = 0; round < kills; round++) {
    const running = execa('./scripts/lab', command, { env, reject: false, stdin: 'ignore' });
    await pause((((round + 1) * 0.618034) % 1) * STARTING_MS);
    const found = labProcesses(lab.name);
    const victim = found[(round * 7 + 2) % Math.max(1, found.length)];
    if (victim) process.kill(victim.pid, 'SIGKILL');
    if (round % 2 === 1) running.kill('SIGKILL');
    // What was killed may be a process of the guest's that its lab can do without.
    if (round % 2 === 0) await lab.lab('down');
    await running;
    await lab.lab('down');
    t.deepEqual(await untilGone(lab), [], `round ${round}: killed ${victim?.command}`);
  }
  t.is(await machineState(), before);
});
