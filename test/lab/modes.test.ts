import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { ask, bringUp, createTestLab, type TestLab } from './lab.js';

const manifest = 'test/lab/manifests/pods.yaml';
const node = (number: number) => `192.168.56.${number}`;
const service = (number: number) => `10.104.0.${number}`;
const user = '192.168.56.1';
const different = (values: string[]) => [...new Set(values)].sort();

type Mode = 'iptables' | 'nftables' | 'userspace';

/** What one whoami answer tells: which pod, and whom it saw. */
async function seen(lab: TestLab, from: string, url: string, times: number) {
  const pages = await lab.on(from, 'sh', '-c', `for i in $(seq ${times}); do curl -s --max-time 3 ${url}; done`);
  const values = (name: string) =>
    [...pages.matchAll(new RegExp(`^${name}: ([^\\s:]+)`, 'gm'))].map(([, one = '']) => one);
  return { pods: different(values('Hostname')), clients: different(values('RemoteAddr')) };
}

/** How curl ends: 0 answered, 7 refused, 28 timed out, 52 closed without an answer (56, when its request was on the way). */
async function curlCode(lab: TestLab, from: string, url: string): Promise<number | undefined> {
  const { exitCode } = await lab.lab('exec', from, '--', 'curl', '-s', '-o', '/dev/null', '--max-time', '1', url);
  return exitCode === 56 ? 52 : exitCode;
}

/** Whether the Service answers; on a busy machine at the second or third time of asking. */
async function answers(lab: TestLab, from: string, url: string): Promise<boolean> {
  for (let attempt = 0; attempt < 3; attempt++) if ((await curlCode(lab, from, url)) === 0) return true;
  return false;
}

/** What a kube-proxy of that mode leaves in a node's kernel, by kind. */
async function traces(lab: TestLab, name: string) {
  const script =
    'iptables-save | grep -c KUBE-SEP-; iptables-save | grep -c KUBE-PORTALS; nft list tables | grep -c "ip kube-proxy"; ps -e -o comm= -o args= | grep -c "[k]ubewire-proxy"';
  const [iptables, portals, tables, processes] = (await lab.on(name, 'sh', '-c', `${script}; true`))
    .split('\n')
    .map(Number);
  return { iptables: iptables !== 0, userspace: portals !== 0, nftables: tables !== 0, processes };
}

const only = (mode: Mode) => ({
  iptables: mode === 'iptables',
  userspace: mode === 'userspace',
  nftables: mode === 'nftables',
  processes: mode === 'userspace' ? 4 : 0,
});

/** Row by row: from where, to what, how curl ends in each mode. The userspace proxy accepts before it knows, and knew no policies. */
const endings: [what: string, from: string, url: string, Record<Mode, number>][] = [
  ['NodePort through a node', 'host', `${node(101)}:30001`, { iptables: 0, nftables: 0, userspace: 0 }],
  ['NodePort through the control plane', 'host', `${node(100)}:30001`, { iptables: 0, nftables: 0, userspace: 0 }],
  ['NodePort on loopback', 'k8s-node2', '127.0.0.1:30001', { iptables: 0, nftables: 7, userspace: 0 }],
  ['NodePort from a node', 'k8s-node2', `${node(103)}:30001`, { iptables: 0, nftables: 0, userspace: 0 }],
  ['ClusterIP from a node', 'k8s-node1', service(1), { iptables: 0, nftables: 0, userspace: 0 }],
  ['ClusterIP from a pod', 'pod/client', service(1), { iptables: 0, nftables: 0, userspace: 0 }],
  [
    'externalTrafficPolicy Local, no pod there',
    'host',
    `${node(100)}:30002`,
    { iptables: 28, nftables: 28, userspace: 0 },
  ],
  ['internalTrafficPolicy Local, no pod there', 'k8s-master', service(2), { iptables: 28, nftables: 28, userspace: 0 }],
  ['ClusterIP without endpoints', 'pod/client', service(9), { iptables: 7, nftables: 7, userspace: 52 }],
  ['NodePort without endpoints', 'host', `${node(102)}:30009`, { iptables: 7, nftables: 7, userspace: 52 }],
];

async function checkRows(t: ExecutionContext, lab: TestLab, mode: Mode): Promise<void> {
  const codes = await Promise.all(endings.map(([, from, url]) => curlCode(lab, from, url)));
  const got = endings.map(([what], row) => [what, codes[row]]);
  t.deepEqual(
    got,
    endings.map(([what, , , expected]) => [what, expected[mode]]),
  );
  const through = await seen(lab, 'host', `${node(103)}:30001`, 12);
  t.is(through.pods.length, 6, 'every endpoint has its turn');
  t.deepEqual(through.clients, [node(103)]);
  const kept = await seen(lab, 'host', `${node(101)}:30002`, 6);
  t.deepEqual(kept.clients, mode === 'userspace' ? [node(101)] : [user]);
  t.is(kept.pods.length, mode === 'userspace' ? 6 : 2, 'externalTrafficPolicy Local');
  t.is((await seen(lab, 'pod/client', service(3), 5)).pods.length, 1, 'ClientIP affinity');
  const own = await seen(lab, `pod/${through.pods[0]}`, service(1), 6);
  t.true(own.pods.includes(through.pods[0] ?? ''), 'the hairpin');
  const udp = `exec 3<>/dev/udp/${node(103)}/30004 && echo hello >&3 && timeout 2 head -n1 <&3`;
  t.regex(await lab.on('host', 'bash', '-c', udp), /got "hello" from 192\.168\.56\.103:\d+$/);
}

async function digestOf(lab: TestLab): Promise<unknown> {
  return JSON.parse((await lab.lab('digest', '-o', 'json')).stdout);
}

for (const mode of ['iptables', 'nftables', 'userspace'] as const) {
  test.serial(`${mode}: Services work, the digest and the sequence of answers repeat`, async (t) => {
    t.timeout(90_000);
    const lab = createTestLab(t);
    const run = async () => {
      await bringUp(t, lab, '-f', manifest, '--proxy-mode', mode);
      const digest = await digestOf(lab);
      const one = await ask(lab, 'host', `${node(101)}:30001 | head -1`, 7);
      const other = await ask(lab, 'k8s-node2', `${service(1)} | head -1`, 7);
      return { digest, answers: [...one, ...other] };
    };
    const first = await run();
    t.is((await lab.lab('down')).exitCode, 0);
    t.deepEqual(await run(), first);
    t.deepEqual(await traces(lab, 'k8s-node1'), only(mode));
    t.regex((await lab.lab('status')).stdout, new RegExp(`^Services by ${mode} `, 'm'));
    await checkRows(t, lab, mode);
  });
}

/** Every change between two modes, each way. */
const cycle: Mode[] = ['nftables', 'userspace', 'iptables', 'userspace', 'nftables', 'iptables'];
/** As many as are asked for by hand: `SWITCHES=50 npx ava dist/test/lab/modes.test.js --match "*under load*"`. */
const switches = Number(process.env.SWITCHES ?? 8);

/**
 * A TCP connection of the host's that asks who answers, and again once `file` is there. Resolves to both names; the second
 * is '' when the connection had ended.
 */
async function askTwice(lab: TestLab, port: string, file: string): Promise<string[]> {
  const program = `exec 3<>/dev/tcp/${port}
    ask() { printf 'GET / HTTP/1.1\\r\\nHost: x\\r\\n\\r\\n' >&3
      while IFS= read -r -t 5 line <&3; do case $line in Hostname:*) echo "$line"; return;; esac; done; echo; }
    ask; : > ${file}.open; until [ -e ${file} ]; do sleep 0.1; done; while read -t 0.1 <&3; do :; done; ask 2>/dev/null`;
  return (await lab.lab('exec', 'host', '--', 'bash', '-c', program)).stdout.split('\n');
}

/** Whether it comes true within a while. */
async function until(condition: () => boolean): Promise<boolean> {
  for (let look = 0; look < 200; look++) {
    if (condition()) return true;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  return false;
}

/** What is left on a node of any mode but this one. */
async function leftovers(lab: TestLab, name: string, mode: Mode): Promise<string> {
  const chains = {
    iptables: 'KUBE-(PORTALS|NODEPORT-)',
    userspace: 'KUBE-(SEP-|SVC-|SERVICES|FORWARD)',
    nftables: 'KUBE-',
  };
  const script = `iptables-save | grep -E -- '${chains[mode]}'; ipset list -n | grep KUBE-; ${mode === 'nftables' ? '' : 'nft list tables | grep kube-proxy;'} true`;
  return lab.on(name, 'sh', '-c', script);
}

test.serial(
  'changes of mode under load leave nothing of another mode, no pod notices, Services work, connections live as on a real cluster',
  async (t) => {
    t.timeout(60_000 + switches * 5_000);
    const lab = createTestLab(t);
    await bringUp(t, lab, '-f', manifest);
    const before = await digestOf(lab);
    const pods = await lab.lab('kubectl', 'get', 'pods', '-A', '-o', 'name');
    const [end, endOfProxied] = [join(lab.state, 'end'), join(lab.state, 'end-of-proxied')];
    const load = lab.lab(
      'exec',
      'host',
      '--',
      'sh',
      '-c',
      `until [ -e ${end} ]; do curl -s -o /dev/null --max-time 1 ${node(102)}:30001; sleep 0.05; done`,
    );
    const open = askTwice(lab, `${node(101)}/30001`, end);
    t.true(await until(() => existsSync(`${end}.open`)));
    await lab.on('host', 'bash', '-c', `echo hello > /dev/udp/${node(103)}/30004`);
    const udpFlows = () => lab.on('k8s-node3', 'sh', '-c', 'conntrack -L -p udp 2>/dev/null | grep dport=30004; true');
    t.regex(await udpFlows(), /dport=30004/);
    let proxied: Promise<string[]> | undefined;
    for (let turn = 0; turn < switches; turn++) {
      const mode = cycle[turn % cycle.length] ?? 'iptables';
      const moved = await lab.lab('proxy-mode', mode);
      t.is(moved.exitCode, 0, moved.stderr);
      t.regex(moved.stdout, new RegExp(`^Services by ${mode} `));
      t.true(await answers(lab, 'host', `${node(101)}:30001`), `${turn}: ${mode}`);
      t.deepEqual(await traces(lab, 'k8s-node1'), only(mode), `${turn}: ${mode}`);
      t.is(await leftovers(lab, `k8s-node${1 + (turn % 3)}`, mode), '', `${turn}: ${mode}`);
      if (turn === 0) t.is(await udpFlows(), '', 'a kube-proxy that starts forgets UDP flows to Services');
      if (turn === 1) {
        proxied = askTwice(lab, `${node(101)}/30001`, endOfProxied);
        t.true(await until(() => existsSync(`${endOfProxied}.open`)));
      }
      if (turn === 2) writeFileSync(endOfProxied, '');
    }
    writeFileSync(end, '');
    await load;
    const [first = '', last] = await open;
    t.regex(first, /^Hostname: whoami-/);
    t.is(last, first, 'conntrack carries an open connection through every mode');
    t.regex((await proxied)?.join() ?? '', /^Hostname: whoami-[^,]+,?$/, 'what a proxy process carried ends with it');
    t.is((await lab.lab('proxy-mode', 'iptables')).exitCode, 0);
    t.deepEqual((await lab.lab('kubectl', 'get', 'pods', '-A', '-o', 'name')).stdout, pods.stdout);
    const kernel = (digest: unknown) => (digest as { kernel: unknown }).kernel;
    t.deepEqual(kernel(await digestOf(lab)), kernel(before), 'the kernel holds what it held at first');
  },
);

/** As Kubernetes' own test does it: first the jumps and rules, then the chains. */
const deleteAllChains = `for table in mangle nat filter; do
  iptables-save -t $table | sed -n '/^-A KUBE-/d; s/^-A \\(.*-j KUBE-.*\\)/-D \\1/p' | { echo "*$table"; cat; echo COMMIT; } | iptables-restore -n
  chains=$(iptables-save -t $table | sed -n 's/^:\\(KUBE-[^ ]*\\).*/\\1/p')
  { echo "*$table"; printf -- '-F %s\\n' $chains; printf -- '-X %s\\n' $chains; echo COMMIT; } | iptables-restore -n
done`;

test.serial(
  'kube-proxy reads its ConfigMap when its pod is deleted, on that node, and repairs what was flushed: then, and when its sync period is over',
  async (t) => {
    t.timeout(90_000);
    const lab = createTestLab(t);
    await bringUp(t, lab, '-f', 'lab/workshop/01-nodeport.yaml');
    const restart = async (name: string) => {
      const selector = ['-l', 'k8s-app=kube-proxy', '--field-selector', `spec.nodeName=${name}`];
      const gone = await lab.lab('kubectl', '-n', 'kube-system', 'delete', 'pod', ...selector);
      t.is(gone.exitCode, 0, gone.stderr);
    };
    const before = await digestOf(lab);
    await lab.on(
      'k8s-node1',
      'sh',
      '-c',
      'iptables -t nat -F KUBE-SERVICES; iptables -F FORWARD; iptables -t nat -D PREROUTING 1',
    );
    t.not(await curlCode(lab, 'host', `${node(101)}:30090`), 0);
    await restart('k8s-node1');
    t.is(await curlCode(lab, 'host', `${node(101)}:30090`), 0);
    const kernel = (digest: unknown) => (digest as { kernel: unknown }).kernel;
    t.deepEqual(kernel(await digestOf(lab)), kernel(before), 'jumps are there once, and rules as they were');

    const shorten = `kubectl -n kube-system get configmap kube-proxy -o yaml | sed 's/syncPeriod: 0s/syncPeriod: 1s/' | kubectl apply -f -`;
    await lab.on('host', 'sh', '-c', shorten);
    await restart('k8s-node1');
    await lab.on('k8s-node1', 'sh', '-c', `iptables -t nat -A KUBE-SERVICES -j RETURN; ${deleteAllChains}`);
    const answered = `for i in $(seq 100); do curl -s --max-time 1 ${node(101)}:30090 && exit; sleep 0.1; done; exit 1`;
    await lab.on('host', 'sh', '-c', answered);
    t.deepEqual(kernel(await digestOf(lab)), kernel(before), 'the canary was missed');
    const log = await lab.lab('kubectl', '-n', 'kube-system', 'logs', 'daemonset/kube-proxy');
    t.regex(log.stdout, /^I\d{4} [\d:.]{15} {7}1 server_linux\.go:165\] "Using iptables Proxier"$/);

    const edit = `kubectl -n kube-system get configmap kube-proxy -o yaml | sed 's/mode: ""/mode: nftables/' | kubectl apply -f -`;
    await lab.on('host', 'sh', '-c', edit);
    t.deepEqual(await traces(lab, 'k8s-node2'), only('iptables'), 'a running kube-proxy does not look at it');
    await restart('k8s-node2');
    t.deepEqual(await traces(lab, 'k8s-node2'), only('nftables'));
    t.deepEqual(await traces(lab, 'k8s-node3'), only('iptables'));
    t.is(await curlCode(lab, 'host', `${node(102)}:30090`), 0);
    t.regex((await lab.lab('status')).stdout, /nftables on k8s-node2/);
    const inFile = await until(() => /nftables on k8s-node2, iptables on k8s-node3$/.test(lab.status().proxyMode));
    t.true(inFile, 'its file says so too');
  },
);

test.serial('a mode that cannot be is refused in one line, and nothing changes', async (t) => {
  const lab = createTestLab(t);
  t.is((await lab.lab('up', '--no-shell', '--proxy-mode', 'ebpf')).exitCode, 2);
  await bringUp(t, lab);
  t.is((await lab.lab('proxy-mode', 'ebpf')).exitCode, 2);
  const again = await lab.lab('up', '--no-shell', '--proxy-mode', 'nftables');
  t.is(again.exitCode, 14);
  t.regex(again.stderr, /or move it: lab --name \S+ proxy-mode nftables$/m);
  const ipvs = await lab.lab('proxy-mode', 'ipvs');
  t.is(ipvs.exitCode, existsSync('/proc/net/ip_vs') ? 0 : 12, ipvs.stderr);
  if (ipvs.exitCode === 0) return;
  t.regex(ipvs.stderr, /^lab: proxy mode ipvs: this kernel has no ip_vs.*$/);
  t.deepEqual(await traces(lab, 'k8s-node1'), { ...only('iptables') });
  t.is(
    (
      await createTestLab(t, { suffix: 'b', state: lab.state }).lab(
        'up',
        '--no-shell',
        '--kernel',
        'machine',
        '--proxy-mode',
        'ipvs',
      )
    ).exitCode,
    12,
  );
});
