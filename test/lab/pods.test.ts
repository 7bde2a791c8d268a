import { readFileSync, readlinkSync } from 'node:fs';
import test, { type ExecutionContext } from 'ava';
import { getFromApi } from './api.js';
import { ask, bringUp, createTestLab, type TestLab } from './lab.js';
import { labProcesses } from './machine.js';

const manifest = 'test/lab/manifests/pods.yaml';
const node = (number: number) => `192.168.56.${number}`;
const service = (number: number) => `10.104.0.${number}`;

/** One whoami answer: who, where, and whom it saw. */
interface Answer {
  hostname: string;
  addresses: string[];
  remote: string;
}

async function whoami(t: ExecutionContext, lab: TestLab, from: string, url: string, times: number): Promise<Answer[]> {
  const loop = `for i in $(seq ${times}); do curl -s --max-time 3 ${url}; done`;
  const answers = (await lab.on(from, 'sh', '-c', loop)).split(/^(?=Hostname: )/m).map(answerOf);
  t.is(answers.length, times, `${from} asks ${url}`);
  return answers;
}

function answerOf(text: string): Answer {
  const values = (name: string) =>
    [...text.matchAll(new RegExp(`^${name}: (.*)$`, 'gm'))].map(([, value]) => value ?? '');
  return {
    hostname: values('Hostname')[0] ?? '',
    addresses: values('IP'),
    remote: values('RemoteAddr')[0]?.split(':')[0] ?? '',
  };
}

const different = (values: string[]) => [...new Set(values)].sort();

/** How a request that gets no answer ends: 7 refused, 28 timed out. */
async function curlCode(lab: TestLab, from: string, url: string): Promise<number | undefined> {
  return (await lab.lab('exec', from, '--', 'curl', '-s', '--max-time', '1', url)).exitCode;
}

/** Which worker a pod's address belongs to, by the blocks of the course's cluster. */
function workerOf(address: string): string {
  if (address.startsWith('10.111.156.')) return 'k8s-node1';
  return address.startsWith('10.109.131.') ? 'k8s-node2' : 'k8s-node3';
}

interface Stored {
  metadata: { name: string };
  status: { podIP: string };
}

test('pods of every kind answer as their images do, under every traffic policy', async (t) => {
  const lab = createTestLab(t);
  await bringUp(t, lab, '-f', manifest);

  // A page of whoami, as in the course notes.
  const page = await lab.on('host', 'curl', '-s', '-A', 'curl/7.81.0', `${node(101)}:30001`);
  t.regex(
    page,
    /^Hostname: whoami-[a-z0-9]+-[a-z0-9]{5}\nIP: 127\.0\.0\.1\nIP: ::1\nIP: 10\.1\d\d\.\d+\.\d+\nIP: fe80::[0-9a-f:]+\nRemoteAddr: 192\.168\.56\.101:\d+\nGET \/ HTTP\/1\.1\r?\nHost: 192\.168\.56\.101:30001\r?\nUser-Agent: curl\/7\.81\.0\r?\nAccept: \*\/\*\r?\n/,
  );
  const { hostname, addresses } = answerOf(page);
  const links = JSON.parse(await lab.on(`pod/${hostname}`, 'ip', '-j', 'addr')) as { addr_info: { local: string }[] }[];
  t.deepEqual(
    addresses,
    links.flatMap(({ addr_info }) => addr_info.map(({ local }) => local)),
  );

  // Spread, and who is seen: the node that was asked, the pod itself, or the node that hairpins.
  const all = await whoami(t, lab, 'host', `${node(103)}:30001`, 12);
  t.deepEqual(different(all.map(({ remote }) => remote)), [node(103)]);
  const byWorker = new Map(all.map((one) => [one.hostname, workerOf(one.addresses[2] ?? '')]));
  t.deepEqual([...byWorker.values()].sort(), [
    'k8s-node1',
    'k8s-node1',
    'k8s-node2',
    'k8s-node2',
    'k8s-node3',
    'k8s-node3',
  ]);
  const client = (await getFromApi<Stored>(lab, '/api/v1/namespaces/default/pods/client')).status.podIP;
  const fromPod = await whoami(t, lab, 'pod/client', service(1), 6);
  t.deepEqual(different(fromPod.map(({ remote }) => remote)), [client]);
  const fromNode = await whoami(t, lab, 'k8s-master', service(1), 6);
  t.deepEqual(different(fromNode.map(({ remote }) => remote)), [node(100)]);
  const fromItself = await whoami(t, lab, `pod/${hostname}`, service(1), 6);
  const hairpin = fromItself.find((one) => one.hostname === hostname);
  t.is(workerOf(addresses[2] ?? ''), `k8s-node${Number(hairpin?.remote.slice(-3)) - 100}`);

  // externalTrafficPolicy and internalTrafficPolicy: Local, row by row of the truth table.
  const kept = await whoami(t, lab, 'host', `${node(101)}:30002`, 4);
  t.deepEqual(different(kept.map(({ remote }) => remote)), ['192.168.56.1'], 'the client’s address is kept');
  t.deepEqual(different(kept.map((one) => workerOf(one.addresses[2] ?? ''))), ['k8s-node1']);
  const short = await whoami(t, lab, 'pod/client', `${node(103)}:30002`, 6);
  t.is(different(short.map((one) => one.hostname)).length, 6, 'a pod reaches all endpoints through its own node');
  t.deepEqual(different(short.map(({ remote }) => remote)), [client]);
  const inside = await whoami(t, lab, 'pod/client', service(2), 4);
  t.deepEqual(different(inside.map((one) => workerOf(one.addresses[2] ?? ''))), ['k8s-node3']);
  const sticky = await whoami(t, lab, 'pod/client', service(3), 5);
  t.is(different(sticky.map((one) => one.hostname)).length, 1, 'ClientIP affinity');
  const [external, internal, refused, refusedPort] = await Promise.all([
    curlCode(lab, 'host', `${node(100)}:30002`),
    curlCode(lab, 'k8s-master', service(2)),
    curlCode(lab, 'pod/client', service(9)),
    curlCode(lab, 'host', `${node(102)}:30009`),
  ]);
  t.deepEqual(
    [external, internal, refused, refusedPort],
    [28, 28, 7, 7],
    'dropped without a local pod, refused without any',
  );

  // The other images.
  const kubia = await ask(lab, 'k8s-node2', service(4), 6);
  t.is(different(kubia).length, 3);
  t.true(kubia.every((line) => /^You've hit kubia-[a-z0-9]{5}$/.test(line)));
  t.deepEqual(await ask(lab, 'k8s-node1', `${service(5)}:5678`, 2), ['hello from echo', 'hello from echo']);
  t.deepEqual(await ask(lab, 'pod/client', `${service(6)}:5678`, 1), ['Hello, Fastcampus.']);
  const shop = (await ask(lab, 'host', `${node(100)}:30003/cart?id=7`, 1)).join('\n');
  for (const line of ['Pod: default/shop', 'Node: k8s-node2', 'Port: 8081', 'Request: GET /cart?id=7'])
    t.true(shop.includes(line));
  t.true(
    (await ask(lab, 'pod/client', service(8), 1)).includes('Port: 9999'),
    'without ports: what its Service aims at',
  );
  const udp = (address: string) => `exec 3<>/dev/udp/${address} && echo hello >&3 && timeout 2 head -n1 <&3`;
  t.regex(
    await lab.on('host', 'bash', '-c', udp(`${node(103)}/30004`)),
    /^shop on k8s-node2 got "hello" from 192\.168\.56\.103:\d+$/,
  );
  t.regex(await lab.on('pod/client', 'bash', '-c', udp(`${service(7)}/53`)), new RegExp(`got "hello" from ${client}:`));
  const { items } = await getFromApi<{ items: { reason: string; message: string }[] }>(
    lab,
    '/api/v1/namespaces/default/events',
  );
  t.deepEqual(
    items
      .filter(({ reason }) => reason === 'Emulated')
      .map(({ message }) => message)
      .sort(),
    [
      'Image "example.org/bare" is emulated: it answers on 9999/TCP',
      'Image "example.org/shop/web:2.1" is emulated: it answers on 5300/UDP, 8081/TCP',
    ],
  );

  // A command is a process of its own, in the pod's namespaces.
  const process = labProcesses(lab.name).find(({ command }) => command === 'sleep 31536000 ');
  const inPod = await lab.on('pod/worker', 'readlink', '/proc/self/ns/net');
  t.is(readlinkSync(`/proc/${process?.pid}/ns/net`), inPod);
  t.is(readFileSync(`/proc/${process?.pid}/root/tmp/said`, 'utf8'), 'I am 10.96.0.1 on worker\n');
});
