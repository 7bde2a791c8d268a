/** What people stumble over with MetalLB (reference: the threads of its users), each as a real cluster shows it. */
import test, { type ExecutionContext } from 'ava';
import type { ArpReport } from '../../src/cluster/arp-report.js';
import { macOf } from '../../src/fabric/naming.js';
import { ipvsOptions, ipvsSysctls } from '../../src/proxy/ipvs/options.js';
import { bringUp, createTestLab, type TestLab } from './lab.js';
import { pools } from './metallb-pools.js';
import { until } from './until.js';

type Answers = ArpReport['answers'];

const vip = '192.168.56.128';
const workers = ['k8s-node1', 'k8s-node2', 'k8s-node3'];
const macs = workers.map((node) => macOf(`${node}/eth1`));
const [onlyPools = '', advertisement = ''] = pools.split(/(?=apiVersion: metallb\.io\/v1beta1\nkind: L2Advertisement)/);

const sh = (lab: TestLab, line: string): Promise<string> => lab.on('host', 'sh', '-c', line);
const apply = (lab: TestLab, text: string): Promise<string> => sh(lab, `kubectl apply -f - <<'END'\n${text}\nEND`);

async function arp(lab: TestLab): Promise<Answers> {
  return (JSON.parse((await lab.lab('arp', '-o', 'json')).stdout) as ArpReport).answers;
}

async function untilArp(t: ExecutionContext, lab: TestLab, what: string, holds: (lines: Answers) => boolean) {
  const lines = await until(() => arp(lab), holds);
  t.true(holds(lines), `never: ${what}: ${JSON.stringify(lines)}`);
}

const owners = (lines: Answers): string => lines.flatMap(({ answers, node }) => (answers ? [node] : [])).join();

/** The word of every worker, when it is the same everywhere. */
const wordOf = (lines: Answers): string =>
  [...new Set(lines.filter(({ node }) => workers.includes(node)).map(({ word }) => word))].join();

/** MACs that answer ARP for the address. */
async function answering(lab: TestLab): Promise<string[]> {
  const { stdout } = await lab.lab(
    'exec',
    'host',
    '--',
    process.execPath,
    'dist/test/lab/arp-wire.scenario.js',
    'who',
    vip,
  );
  return JSON.parse(stdout) as string[];
}

/** Asks again when the machine was too busy to hear everybody. */
async function answerers(t: ExecutionContext, lab: TestLab, expected: readonly string[]): Promise<void> {
  const heard = await until(
    () => answering(lab),
    (all) => all.join() === expected.join(),
  );
  t.deepEqual(heard, expected);
}

/** curl's exit code and what it said. 7 with "No route to host": nobody answered ARP, for three seconds. */
async function unreachable(t: ExecutionContext, lab: TestLab): Promise<void> {
  const { exitCode, stderr } = await lab.lab('exec', 'host', '--', 'curl', '-sv', '--max-time', '10', vip);
  t.is(exitCode, 7);
  t.regex(stderr, /No route to host/);
}

test('the tripwires of MetalLB, one after the other', async (t) => {
  t.timeout(180_000);
  const lab = createTestLab(t);
  await bringUp(t, lab, '-f', 'lab/metallb-native.yaml', 'lab/workshop/03-whoami.yaml');
  await apply(lab, onlyPools);
  await sh(lab, `kubectl patch svc whoami-svc -p '{"spec":{"type":"LoadBalancer"}}'`);

  // A pool without an advertisement: an address, and nobody who answers for it (MetalLB #1561, #1154).
  t.regex(await sh(lab, 'kubectl get svc whoami-svc'), /LoadBalancer +\S+ +192\.168\.56\.128 /);
  await untilArp(t, lab, 'every speaker says why', (lines) => wordOf(lines) === 'noMatchingAdvertisement');
  const events = await sh(lab, 'kubectl describe svc whoami-svc');
  t.regex(events, /Normal +IPAllocated +\S+ .*metallb-controller +Assigned IP \["192\.168\.56\.128"\]/);
  t.notRegex(events, /nodeAssigned/);
  await answerers(t, lab, []);
  await unreachable(t, lab);
  t.regex(await lab.on('k8s-node1', 'curl', '-s', '--max-time', '5', vip), /^Hostname: whoami-/, 'nodes need no ARP');

  await apply(lab, advertisement);
  await untilArp(t, lab, 'k8s-node3 answers', (lines) => owners(lines) === 'k8s-node3');
  await answerers(t, lab, macs.slice(2));

  // strictARP off in IPVS: every kernel whose kube-ipvs0 holds the address answers, too (MetalLB #153, #2500).
  // Where there is no ip_vs, lo holds it, with the engine's own settings.
  const settings = (strictARP: boolean) => ipvsSysctls(ipvsOptions({ strictARP })).filter(({ key }) => /arp/.test(key));
  t.deepEqual(settings(false), []);
  for (const node of workers) await lab.on(node, 'ip', 'addr', 'add', `${vip}/32`, 'dev', 'lo');
  await answerers(t, lab, [...macs].sort());
  const strict = settings(true).map(({ key, value }) => `/proc/sys/${key.replaceAll('.', '/')} ${value}`);
  t.is(strict.length, 2);
  for (const node of workers) {
    for (const line of strict) await lab.on(node, 'sh', '-c', `set -- ${line}; echo $2 > $1`);
  }
  await answerers(t, lab, macs.slice(2));
  for (const node of workers) await lab.on(node, 'ip', 'addr', 'del', `${vip}/32`, 'dev', 'lo');

  // Policy Local: only a node with a pod answers, the client's address stays, the others drop what comes to them.
  await sh(lab, `kubectl patch svc whoami-svc -p '{"spec":{"externalTrafficPolicy":"Local"}}'`);
  await sh(lab, 'kubectl scale deployment whoami --replicas=1');
  const home = await sh(lab, "kubectl get pods -l app=whoami -o jsonpath='{.items[0].spec.nodeName}'");
  await untilArp(t, lab, `${home} alone answers`, (lines) => owners(lines) === home);
  const others = workers.filter((node) => node !== home);
  t.deepEqual(
    (await arp(lab)).filter(({ node }) => others.includes(node)).map(({ word }) => word),
    ['notOwner', 'notOwner'],
  );
  t.regex(await sh(lab, `curl -s --retry 5 --retry-all-errors --max-time 5 ${vip}`), /^RemoteAddr: 192\.168\.56\.1:/m);
  const [port, health] = (
    await sh(lab, "kubectl get svc whoami-svc -o jsonpath='{.spec.ports[0].nodePort} {.spec.healthCheckNodePort}'")
  ).split(' ');
  const status = (node: string) =>
    sh(lab, `curl -s -o /dev/null -w '%{http_code}' ${addressOf(node)}:${health}/healthz`);
  t.deepEqual([await status(home), await status(others[0] ?? '')], ['200', '503']);
  const dropped = await lab.lab(
    'exec',
    'host',
    '--',
    'curl',
    '-s',
    '--max-time',
    '1',
    `${addressOf(others[0])}:${port}`,
  );
  t.is(dropped.exitCode, 28, 'no answer, not even a refusal');

  // Endpoints that are not ready: the address goes from the LAN although the Service has it, under policy Cluster too.
  await sh(lab, `kubectl patch svc whoami-svc -p '{"spec":{"externalTrafficPolicy":"Cluster"}}'`);
  const container = { name: 'web', image: 'traefik/whoami', readinessProbe: { tcpSocket: { port: 81 } } };
  const pod = { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'unready', labels: { app: 'unready' } } };
  await apply(lab, JSON.stringify({ ...pod, spec: { containers: [container] } }));
  await sh(lab, `kubectl patch svc whoami-svc -p '{"spec":{"selector":{"app":"unready"}}}'`);
  await untilArp(t, lab, 'nobody owns the address', (lines) => owners(lines) === '' && wordOf(lines) === 'notOwner');
  t.regex((await arp(lab))[1]?.because ?? '', /no endpoint of the Service is ready/);
  t.regex(await sh(lab, 'kubectl get svc whoami-svc'), /LoadBalancer +\S+ +192\.168\.56\.128 /);
  await answerers(t, lab, []);
  const refused = await lab.lab('exec', 'pod/unready', '--', 'curl', '-sv', '--max-time', '5', vip);
  t.regex(refused.stderr, /Connection refused/, 'kube-proxy rejects what a node forwards, no ARP needed');
});

function addressOf(node: string | undefined): string {
  return `192.168.56.10${workers.indexOf(node ?? '') + 1}`;
}
