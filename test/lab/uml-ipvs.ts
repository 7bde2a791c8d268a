/**
 * What only a kernel with ip_vs can show, asked of one lab in user-mode Linux: each scheduler by what it answers, affinity,
 * real servers that drain, a slow cable. By `npm run test:uml`.
 */
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ExecutionContext } from 'ava';
import { pause } from '../../src/world/pause.js';
import { ask, type TestLab } from './lab.js';

const port = '192.168.56.103:30090';
const url = `${port}/hostname`;

/** Asks until it is so; fails the test after a while. */
async function until(t: ExecutionContext, what: string, condition: () => Promise<boolean> | boolean, seconds = 60) {
  for (let waited = 0; waited < seconds; waited += 1) {
    if (await condition()) return;
    await pause(1000);
  }
  t.fail(`still not so: ${what}`);
}

/** A node's virtual server of the node port. */
function table(lab: TestLab, node: string): Promise<string> {
  const { address = '' } = lab.status().nodes.find(({ name }) => name === node) ?? {};
  return lab.on(node, 'ipvsadm', '-Ln', '-t', `${address}:30090`);
}

/** Writes lines of the ipvs part, and starts one node's kube-proxy again. */
async function configure(t: ExecutionContext, lab: TestLab, lines: Record<string, string>): Promise<void> {
  const edits = Object.entries(lines).map(([field, value]) => `s|^\\( *\\)${field}: .*|\\1${field}: ${value}|`);
  const edited = `sed '/^    ipvs:/,/^    kind:/{${edits.join(';')}}'`;
  const get = 'kubectl -n kube-system get configmap kube-proxy -o yaml';
  const restart = 'kubectl -n kube-system delete pod -l k8s-app=kube-proxy --field-selector spec.nodeName=k8s-node3';
  await lab.on('host', 'sh', '-c', `${get} | ${edited} | kubectl replace -f - && ${restart}`);
  const { scheduler } = lines;
  if (scheduler) {
    const shown = new RegExp(`:30090 ${scheduler}\\b`);
    await until(t, scheduler, async () => shown.test(await table(lab, 'k8s-node3')));
  }
}

/** More addresses of the user's machine, to be different clients. */
const clients = Array.from({ length: 8 }, (_, index) => `192.168.56.${200 + index}`);

/** Who answers each client, asked twice each: a row a client. */
async function answersByClient(lab: TestLab): Promise<string[][]> {
  const script = `for c in ${clients.join(' ')}; do for i in 1 2; do curl -s --max-time 5 --interface $c ${url}; done; done`;
  const answers = (await lab.on('host', 'sh', '-c', script)).split('\n').filter((line) => line !== '');
  return clients.map((_, index) => answers.slice(2 * index, 2 * index + 2));
}

const two = ['Hostname : myweb1', 'Hostname : myweb2'];

async function takesTurns(t: ExecutionContext, lab: TestLab, scheduler: string): Promise<void> {
  const answers = await ask(lab, 'host', url, 6);
  t.deepEqual([...new Set(answers)].sort(), two, scheduler);
  t.true(
    answers.every((answer, index) => index === 0 || answer !== answers[index - 1]),
    `${scheduler}: ${answers}`,
  );
}

/** One connection stays open; everybody else is sent to the other real server. */
async function avoidsTheBusy(t: ExecutionContext, lab: TestLab, scheduler: string): Promise<void> {
  const others = `for i in 1 2 3 4; do curl -s --max-time 5 ${url}; done`;
  const held = `exec 3<>/dev/tcp/${port.replace(':', '/')}; printf 'GET /hostname HTTP/1.1\\r\\nHost: x\\r\\n\\r\\n' >&3
while IFS= read -r -t 5 line <&3; do case $line in Hostname*) echo "$line"; break;; esac; done`;
  const [busy = '', ...answers] = (await lab.on('host', 'bash', '-c', `${held}; ${others}`))
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '');
  t.true(two.includes(busy), `${scheduler}: ${busy}`);
  t.deepEqual(answers, Array(4).fill(two.find((one) => one !== busy)), `${scheduler}, ${busy} has a connection`);
}

async function goesByClient(t: ExecutionContext, lab: TestLab, scheduler: string): Promise<void> {
  const rows = await answersByClient(lab);
  for (const [first, second] of rows) t.is(first, second, `${scheduler}: a client stays`);
  t.deepEqual([...new Set(rows.flat())].sort(), two, `${scheduler}: clients differ`);
}

async function goesByAddress(t: ExecutionContext, lab: TestLab, scheduler: string): Promise<void> {
  t.is(new Set((await answersByClient(lab)).flat()).size, 1, `${scheduler}: one address, one real server`);
}

/** mh with its port flag hashes the client's port too. */
async function reachesBoth(t: ExecutionContext, lab: TestLab, scheduler: string): Promise<void> {
  t.deepEqual([...new Set((await answersByClient(lab)).flat())].sort(), two, scheduler);
}

const behaviours: Record<string, (t: ExecutionContext, lab: TestLab, scheduler: string) => Promise<void>> = {
  rr: takesTurns,
  wrr: takesTurns,
  lc: avoidsTheBusy,
  wlc: avoidsTheBusy,
  sed: avoidsTheBusy,
  nq: avoidsTheBusy,
  sh: goesByClient,
  dh: goesByAddress,
  lblc: goesByAddress,
  lblcr: goesByAddress,
  mh: reachesBoth,
};

/** Each scheduler that kube-proxy takes answers as its name says, switched in the ConfigMap. */
export async function checkSchedulers(t: ExecutionContext, lab: TestLab): Promise<void> {
  const add = clients.map((address) => `address add ${address}/32 dev vboxnet0\n`).join('');
  await lab.on('host', 'sh', '-c', `printf '${add}' | ip -batch -`);
  for (const [scheduler, behaves] of Object.entries(behaviours)) {
    await configure(t, lab, { scheduler });
    await behaves(t, lab, scheduler);
  }
}

/** With ClientIP a client stays where it was for timeoutSeconds, whatever the scheduler; another client has its own turn. */
export async function checkAffinity(t: ExecutionContext, lab: TestLab): Promise<void> {
  await configure(t, lab, { scheduler: 'rr', tcpFinTimeout: '7s' });
  t.regex(await lab.on('k8s-node3', 'ipvsadm', '-L', '--timeout'), /: 900 7 300$/, 'what is not given stays');
  const patch = { spec: { sessionAffinity: 'ClientIP', sessionAffinityConfig: { clientIP: { timeoutSeconds: 77 } } } };
  await lab.on('host', 'kubectl', 'patch', 'service', 'myweb-svc', '-p', JSON.stringify(patch));
  await until(t, 'persistence', async () => /:30090 rr persistent 77/.test(await table(lab, 'k8s-node3')));
  await goesByClient(t, lab, 'rr with affinity');
  const connections = await lab.on('k8s-node3', 'ipvsadm', '-Lnc');
  const templates = [
    ...connections.matchAll(/^TCP +(\d+):(\d+) +(?:NONE|ASSURED) +(\S+):0 +192\.168\.56\.103:30090 /gm),
  ];
  t.deepEqual(templates.map(([, , , client]) => client).sort(), clients);
  for (const [, minutes, seconds] of templates) t.true(Number(minutes) * 60 + Number(seconds) <= 77);
  await lab.on('host', 'kubectl', 'patch', 'service', 'myweb-svc', '-p', '{"spec":{"sessionAffinity":"None"}}');
  await until(t, 'no persistence', async () => !/persistent/.test(await table(lab, 'k8s-node3')));
  await takesTurns(t, lab, 'rr without affinity');
}

/** A virtual server of nobody's goes with the next start, but for one in excludeCIDRs. */
export async function checkExcluded(t: ExecutionContext, lab: TestLab): Promise<void> {
  const [own, other] = ['198.51.100.7:80', '203.0.113.7:80'];
  await lab.on('k8s-node3', 'sh', '-c', `ipvsadm -A -t ${own}; ipvsadm -A -t ${other}`);
  await configure(t, lab, { excludeCIDRs: '[198.51.100.0/24]', scheduler: 'wlc' });
  await until(t, 'gone', async () => !(await lab.on('k8s-node3', 'ipvsadm', '-Ln')).includes(other));
  t.true((await lab.on('k8s-node3', 'ipvsadm', '-Ln')).includes(own));
}

/**
 * An endpoint that goes keeps the connection that it has, at weight 0, and is gone within a minute after that has ended. It is
 * reset at last (something is left unread), as one that is closed is remembered for two minutes.
 */
export async function checkDrainingToTheEnd(t: ExecutionContext, lab: TestLab): Promise<void> {
  const end = join(lab.state, 'end-of-draining');
  const node1 = '192.168.56.101/30090';
  const program = `exec 3<>/dev/tcp/${node1}
tell() { printf 'GET /hostname HTTP/1.1\\r\\nHost: x\\r\\n\\r\\n' >&3; }
hear() { while IFS= read -r -t 5 line <&3; do case $line in Hostname*) echo "$line"; return;; esac; done; echo; }
tell; hear; : > ${end}.open; until [ -e ${end} ]; do sleep 0.5; done; tell; hear; tell; sleep 2`;
  const held = lab.lab('exec', 'host', '--', 'bash', '-c', program);
  await until(t, 'a connection', () => existsSync(`${end}.open`));
  const busy = (await table(lab, 'k8s-node1')).split('\n').find((line) => / 1 +1 +\d+ *$/.test(line)) ?? '';
  const [, address = ''] = /-> (\S+):8080/.exec(busy) ?? [];
  const names = await lab.on('host', 'kubectl', 'get', 'pods', '-o', 'wide');
  const [, pod = ''] = new RegExp(`^(\\S+) .* ${address} `, 'm').exec(names) ?? [];
  await lab.on('host', 'kubectl', 'label', 'pod', pod, 'app-');
  const drains = new RegExp(`-> ${address}:8080 +Masq +0 +1 `);
  await until(t, 'weight 0', async () => drains.test(await table(lab, 'k8s-node1')));
  await until(t, 'idle, and gone at once', async () => !(await table(lab, 'k8s-node2')).includes(address));
  const answers = await ask(lab, 'host', '192.168.56.101:30090/hostname', 3);
  t.deepEqual([...new Set(answers)], [two.find((one) => !one.endsWith(pod))], 'nobody new');
  writeFileSync(end, '');
  const said = (await held).stdout.split('\n').map((line) => line.trim());
  t.deepEqual(said, [`Hostname : ${pod}`, `Hostname : ${pod}`], 'an open connection goes on');
  await until(t, 'gone', async () => !(await table(lab, 'k8s-node1')).includes(address), 150);
  await lab.on('host', 'kubectl', 'label', 'pod', pod, 'app=myweb');
  await until(t, 'back', async () => (await table(lab, 'k8s-node1')).includes(address));
}

/** netem is there: a node's cable can be slow, or lose everything. */
export async function checkNetem(t: ExecutionContext, lab: TestLab): Promise<void> {
  const quality = (verb: string, what = '') =>
    lab.on('k8s-node3', 'sh', '-c', `tc qdisc ${verb} dev eth1 root ${what}`);
  const curl = `curl -s -o /dev/null --max-time 3 -w '%{time_connect}' ${url}`;
  await quality('add', 'netem delay 400ms');
  t.true(Number(await lab.on('host', 'sh', '-c', curl)) >= 0.4);
  await quality('change', 'netem loss 100%');
  t.is((await lab.lab('exec', 'host', '--', 'sh', '-c', curl)).exitCode, 28);
  await quality('del');
  await lab.on('host', 'sh', '-c', curl);
}
