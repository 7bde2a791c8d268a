/** The course's MetalLB chapter, typed as the notes have it, from `<pending>` to six answers. */
import test, { type ExecutionContext } from 'ava';
import { bringUp, createTestLab, type TestLab } from './lab.js';
import { pools } from './metallb-pools.js';
import { until } from './until.js';

const url = 'https://raw.githubusercontent.com/metallb/metallb/v0.13.12/config/manifests/metallb-native.yaml';

/** A command line in a shell on host, as the notes have it. */
const sh = (lab: TestLab, line: string): Promise<string> => lab.on('host', 'sh', '-c', line);

async function installed(lab: TestLab): Promise<void> {
  await sh(lab, `kubectl apply -f ${url}`);
  await sh(lab, 'kubectl -n metallb-system rollout status --timeout=30s deployment/controller daemonset/speaker');
}

test('the MetalLB chapter runs as written', async (t) => {
  t.timeout(120_000);
  const lab = createTestLab(t);
  await bringUp(t, lab);
  await installed(lab);

  const all = await sh(lab, 'kubectl get all -n metallb-system -o wide');
  for (const [node, address] of [
    ['k8s-master', '192.168.56.100'],
    ['k8s-node1', '192.168.56.101'],
    ['k8s-node2', '192.168.56.102'],
    ['k8s-node3', '192.168.56.103'],
  ]) {
    t.regex(all, new RegExp(`pod/speaker-\\w{5} +1/1 +Running +0 +\\w+ +${address} +${node} `));
  }
  t.regex(all, /pod\/controller-\w+-\w{5} +1\/1 +Running +0 +\w+ +10\.\d+\.\d+\.\d+ +k8s-node\d /);
  t.regex(all, /service\/webhook-service +ClusterIP +10\.\S+ +<none> +443\/TCP +\w+ +component=controller/);
  t.regex(
    all,
    /daemonset\.apps\/speaker +4 +4 +4 +4 +4 +kubernetes\.io\/os=linux +\w+ +speaker +quay\.io\/metallb\/speaker:v0\.13\.12 +app=metallb,component=speaker/,
  );
  t.regex(
    all,
    /deployment\.apps\/controller +1\/1 +1 +1 +\w+ +controller +quay\.io\/metallb\/controller:v0\.13\.12 +app=metallb,component=controller/,
  );

  await sh(lab, 'kubectl create deployment metallb-deploy --image=traefik/whoami --replicas=3 --port=80');
  await sh(
    lab,
    'kubectl expose deployment metallb-deploy --name=metallb-deploy-svc --type=LoadBalancer --port=80 --target-port=80',
  );
  const service = () => sh(lab, 'kubectl get po,svc -o wide | grep service/metallb');
  t.regex(await service(), /LoadBalancer +\S+ +<pending> +80:\d+\/TCP/);

  await sh(lab, `kubectl apply -f - <<'END'\n${pools}END`);
  t.regex(await service(), /LoadBalancer +\S+ +192\.168\.56\.128 +80:\d+\/TCP +\w+ +app=metallb-deploy/);
  await sh(lab, 'kubectl rollout status --timeout=30s deployment/metallb-deploy');
  const noticed = () => sh(lab, 'kubectl get events');
  t.regex(await until(noticed, (events) => events.includes('nodeAssigned')), /nodeAssigned/);

  // The kernel tells a client of redirects less and less often (net/ipv4/route.c ip_rt_send_redirect): first of all.
  await pings(t, lab);
  const pods = await sh(lab, 'kubectl get po -l app=metallb-deploy -o wide --no-headers');
  const addresses = pods.split('\n').map((line) => line.split(/ +/)[5] ?? '');
  const answers = await sh(lab, 'for i in 1 2 3 4 5 6; do curl -s --max-time 5 192.168.56.128; echo; done');
  const asked = [...answers.matchAll(/^IP: (10\.\S+)$/gm)].map(([, address]) => address);
  t.is(asked.length, 6, answers);
  t.deepEqual([...new Set(asked)].sort(), addresses.sort(), 'three pods answer');
  t.regex(answers, /^Host: 192\.168\.56\.128$/m);
  t.is([...answers.matchAll(/^RemoteAddr: 192\.168\.56\.103:/gm)].length, 6, 'masqueraded by k8s-node3');

  const events = await sh(lab, 'kubectl get events');
  t.regex(events, /Normal +IPAllocated +service\/metallb-deploy-svc +Assigned IP \["192\.168\.56\.128"\]/);
  t.regex(
    events,
    /Normal +nodeAssigned +service\/metallb-deploy-svc +announcing from node "k8s-node3" with protocol "layer2"/,
  );
  const described = await sh(lab, 'kubectl describe svc metallb-deploy-svc');
  t.regex(described, /^LoadBalancer Ingress: +192\.168\.56\.128( \(VIP\))?$/m);
  t.regex(described, /Normal +IPAllocated .*\n +Normal +nodeAssigned /, 'the story in its order');
  t.regex(await sh(lab, 'arp -n 192.168.56.128'), /02:e9:57:84:56:18/, 'the MAC of k8s-node3');
  await refusals(t, lab);

  const newer = url.replace('v0.13.12', 'v0.14.9');
  t.regex(await sh(lab, `kubectl apply --dry-run=server -f ${newer} | tail -1`), /unchanged|configured/);
});

/** A machine without `ping`, and without anybody who may install it, has nothing to ask with. */
async function pings(t: ExecutionContext, lab: TestLab): Promise<void> {
  if ((await sh(lab, 'command -v ping || true')) === '') return;
  const asked = sh(lab, 'ping -i 0.5 -w 4 192.168.56.128; true');
  const closed = sh(lab, 'curl -sv --max-time 15 192.168.56.128:81 2>&1; true');
  const unanswered = await asked;
  t.regex(unanswered, /From 192\.168\.56\.103: icmp_seq=\d+ Redirect Host\(New nexthop: 192\.168\.56\.128\)/);
  t.regex(unanswered, /From 192\.168\.56\.103 icmp_seq=1 Destination Host Unreachable/, 'it asks who has the address');
  t.regex(unanswered, /, 0 received/, 'the address is only in rules');
  t.regex(await closed, /No route to host/, 'a port that the Service does not have');
  t.regex(await sh(lab, 'ping -c 1 -W 2 192.168.56.103'), /1 packets transmitted, 1 received/);
}

/** Errors that nodes send, after redirects to the same client: each one arrives. Translated connections redirect nobody. */
async function refusals(t: ExecutionContext, lab: TestLab): Promise<void> {
  t.is(await sh(lab, 'ip route show cache'), '', 'no redirect is taken');
  await sh(lab, 'kubectl create service nodeport nobody --tcp=80');
  const port = await sh(lab, "kubectl get svc nobody -o jsonpath='{.spec.ports[0].nodePort}'");
  const refused = () => sh(lab, `curl -s --max-time 5 192.168.56.103:${port}; echo $?`);
  t.is(await until(refused, (code) => code === '7'), '7', 'rules for it');
  t.deepEqual([await refused(), await refused(), await refused()], ['7', '7', '7'], 'refused, and none hangs');
}

interface ArpReport {
  answers: { address: string; node: string; answers: boolean; word: string }[];
  neighbours: { address: string; machine: string }[];
}

async function arp(lab: TestLab): Promise<ArpReport> {
  return JSON.parse((await lab.lab('arp', '-o', 'json')).stdout) as ArpReport;
}

async function announced(t: ExecutionContext, lab: TestLab): Promise<void> {
  await bringUp(t, lab, '-f', 'lab/metallb-native.yaml', 'lab/workshop/03-whoami.yaml');
  await sh(lab, `kubectl apply -f - <<'END'\n${pools}END`);
  await sh(lab, `kubectl patch svc whoami-svc -p '{"spec":{"type":"LoadBalancer"}}'`);
  await answering(t, lab, 'k8s-node3');
}

async function answering(t: ExecutionContext, lab: TestLab, ...expected: string[]): Promise<void> {
  const winners = async () => (await arp(lab)).answers.flatMap(({ answers, node }) => (answers ? [node] : [])).join();
  t.is(await until(winners, (nodes) => nodes === expected.join()), expected.join());
}

const reach = 'curl -s -o /dev/null --connect-timeout 1 --retry 5 --retry-all-errors --retry-delay 0 192.168.56.128';

const speakerPods = (node: string) => `pod -l component=speaker --field-selector spec.nodeName=${node}`;

test('the address moves when the speaker is killed, its cable pulled or its node is off, and comes back', async (t) => {
  t.timeout(180_000);
  const lab = createTestLab(t);
  await announced(t, lab);
  t.is((await arp(lab)).answers.find(({ node }) => node === 'k8s-master')?.word, 'notOwner');
  const faults = [
    ['speaker', 'kill', 'start'],
    ['link', 'down', 'up'],
    ['node', 'down', 'up'],
  ] as const;
  for (const [kind, breaks, mends] of faults) {
    t.is((await lab.lab('fault', kind, 'k8s-node3', breaks)).stdout, `${kind} k8s-node3 ${breaks}`);
    // A node that is cut off thinks itself alone, and answers where nobody hears it.
    await answering(t, lab, 'k8s-node1', ...(kind === 'link' ? ['k8s-node3'] : []));
    await sh(lab, reach);
    t.is((await arp(lab)).neighbours.find(({ address }) => address === '192.168.56.128')?.machine, 'k8s-node1', kind);
    const nodes = await sh(lab, 'kubectl get nodes');
    t.regex(nodes, kind === 'speaker' ? /k8s-node3 +Ready/ : /k8s-node3 +NotReady/);
    if (kind === 'speaker') await sh(lab, `kubectl -n metallb-system delete --timeout=20s ${speakerPods('k8s-node3')}`);
    t.is((await lab.lab('fault', kind, 'k8s-node3', mends)).stdout, 'nothing is broken');
    await answering(t, lab, 'k8s-node3');
    await sh(lab, reach);
  }
  t.regex(await sh(lab, 'kubectl get nodes'), /k8s-node3 +Ready/);
  t.regex(await sh(lab, 'kubectl get po -l app=whoami'), /^NAME.*(\n\S+ +1\/1 +Running .*){3}$/);
});

test('a fault that cannot be is refused with what can', async (t) => {
  const lab = createTestLab(t);
  await bringUp(t, lab);
  const refusals: [args: string[], words: RegExp][] = [
    [['speaker', 'k8s-node9', 'kill'], /no node is called "k8s-node9"; there are k8s-master, k8s-node1/],
    [['link', 'k8s-node1', 'kill'], /a link does not kill; try: lab fault link NODE down\|up/],
    [['pod', 'x', 'y'], /what should fail\? lab fault speaker NODE kill\|start/],
  ];
  for (const [args, words] of refusals) {
    const { exitCode, stderr } = await lab.lab('fault', ...args);
    t.is(exitCode, 2);
    t.regex(stderr, words);
  }
  t.is((await lab.lab('fault')).stdout, 'nothing is broken');
});

test('a user who is not root has speakers too', async (t) => {
  t.timeout(120_000);
  const lab = createTestLab(t, { user: 'ordinary' });
  await announced(t, lab);
  t.regex(await sh(lab, 'curl -s --max-time 5 192.168.56.128'), /^Hostname: whoami/);
});
