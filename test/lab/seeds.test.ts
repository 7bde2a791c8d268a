/** What the course notes say of a Service, tried out as a student would: two labs. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import type { Endpoints } from 'kubernetes-types/core/v1.js';
import { Cluster } from './e2e/cluster.js';
import { bringUp, createTestLab } from './lab.js';
import { until } from './until.js';

const node = (number: number) => `192.168.56.${number}`;

async function openCluster(t: ExecutionContext, manifest: string): Promise<Cluster> {
  const lab = createTestLab(t);
  const file = join(lab.state, 'seeds.yaml');
  writeFileSync(file, manifest);
  await bringUp(t, lab, '-f', file);
  return new Cluster(t, lab);
}

/** What a line of the notes prints, typed on host. */
const typed = (cluster: Cluster, line: string) => cluster.lab.on('host', 'sh', '-c', line);

/** The notes' ReplicationController: ready when somebody makes it so. */
const sample = `
apiVersion: v1
kind: ReplicationController
metadata: { name: kubia }
spec:
  replicas: 3
  selector: { svc: sample }
  template:
    metadata: { labels: { svc: sample } }
    spec:
      containers:
        - name: kubia
          image: luksa/kubia
          ports: [{ containerPort: 8080 }]
          readinessProbe: { exec: { command: [ls, /var/ready] }, periodSeconds: 1 }
---
apiVersion: v1
kind: Service
metadata: { name: sample-http }
spec: { selector: { svc: sample }, ports: [{ port: 8080 }] }
---
apiVersion: v1
kind: Service
metadata: { name: sample-headless-service }
spec: { clusterIP: None, selector: { svc: sample }, ports: [{ port: 8080 }] }
---
apiVersion: v1
kind: Pod
metadata: { name: sample-test }
spec: { containers: [{ name: c, image: nicolaka/netshoot, command: [sleep, infinity] }] }
---
apiVersion: v1
kind: Pod
metadata: { name: whoami-1, labels: { app: whoami } }
spec: { nodeName: k8s-node1, containers: [{ name: c, image: traefik/whoami }] }
---
apiVersion: v1
kind: Pod
metadata: { name: whoami-2, labels: { app: whoami } }
spec: { nodeName: k8s-node2, containers: [{ name: c, image: traefik/whoami }] }
---
apiVersion: v1
kind: Service
metadata: { name: myweb-svc }
spec: { type: NodePort, selector: { app: whoami }, ports: [{ port: 80, nodePort: 30090 }] }
`;

type Scenario = (cluster: Cluster, t: ExecutionContext) => Promise<void>;

async function readyAddresses(cluster: Cluster, service: string): Promise<string[]> {
  const { subsets = [] } = await cluster.get<Endpoints>('endpoints', service);
  return subsets.flatMap(({ addresses = [] }) => addresses.map(({ ip }) => ip)).sort();
}

/** Waits until a name has so many addresses, and returns them. */
async function resolved(cluster: Cluster, name: string, count: number): Promise<string[]> {
  const ask = async () =>
    (await cluster.lab.on('pod/sample-test', 'dig', '+short', '+search', name)).split('\n').filter(Boolean).sort();
  const found = await until(ask, ({ length }) => length === count);
  cluster.t.is(found.length, count, `addresses of ${name}: ${found}`);
  return found;
}

/** `pod seen-client` of each answer of whoami. */
async function whoami(cluster: Cluster, address: string): Promise<string[]> {
  const text = await typed(cluster, `for i in 1 2 3 4; do curl -s --max-time 1 ${address} || echo Hostname: $?; done`);
  const answers = text.split(/^(?=Hostname: )/m).map((page) => {
    const value = (name: string) => new RegExp(`^${name}: ([^:\\n]+)`, 'm').exec(page)?.[1] ?? '';
    return `${value('Hostname')} ${value('RemoteAddr')}`.trim();
  });
  return [...new Set(answers)].sort();
}

async function expectWhoami(cluster: Cluster, address: string, ...wanted: string[]): Promise<void> {
  const found = await until(
    () => whoami(cluster, address),
    (now) => now.join() === wanted.join(),
  );
  cluster.t.deepEqual(found, wanted, address);
}

const scenarios: Record<string, Scenario> = {
  'touch /var/ready makes a pod join the endpoints, and a Service answers by its names': async (cluster, t) => {
    t.deepEqual(await readyAddresses(cluster, 'sample-http'), []);
    const names = (await typed(cluster, 'kubectl get po -l svc=sample -o name')).split('\n');
    t.is(names.length, 3);
    const addresses: string[] = [];
    for (const pod of names) {
      await typed(cluster, `kubectl exec ${pod} -- touch /var/ready`);
      const joined = await until(
        () => readyAddresses(cluster, 'sample-http'),
        ({ length }) => length === addresses.length + 1,
      );
      addresses.splice(0, addresses.length, ...joined);
    }
    t.is(addresses.length, 3);
    for (const url of ['http://sample-http:8080', 'http://sample-http.default.svc:8080']) {
      const hits = await cluster.answers('pod/sample-test', `-XGET '${url}'`, 3);
      t.is(hits.length, 3, `${hits}`);
      t.true(hits.every((line) => /^You've hit kubia-[a-z0-9]{5}$/.test(line)));
    }
  },
  'a headless Service is all its ready pods, and with the annotation all its pods': async (cluster, t) => {
    t.deepEqual(await resolved(cluster, 'sample-headless-service', 3), await readyAddresses(cluster, 'sample-http'));
    const [first] = (await typed(cluster, 'kubectl get po -l svc=sample -o name')).split('\n');
    await typed(cluster, `kubectl exec ${first} -- rm /var/ready`);
    await resolved(cluster, 'sample-headless-service', 2);
    const annotation = 'service.alpha.kubernetes.io/tolerate-unready-endpoints=true';
    await typed(cluster, `kubectl annotate svc sample-headless-service ${annotation}`);
    await resolved(cluster, 'sample-headless-service', 3);
  },
  'externalTrafficPolicy Local: traffic stays on its node, sees the client, and ends where no pod is': async (
    cluster,
  ) => {
    const url = (number: number) => `${node(number)}:30090`;
    const everywhere = ['whoami-1', 'whoami-2'].map((pod) => `${pod} ${node(103)}`);
    await expectWhoami(cluster, url(103), ...everywhere);
    await typed(cluster, `kubectl patch svc myweb-svc -p '{"spec":{"externalTrafficPolicy":"Local"}}'`);
    await expectWhoami(cluster, url(101), `whoami-1 ${node(1)}`);
    await expectWhoami(cluster, url(102), `whoami-2 ${node(1)}`);
    await expectWhoami(cluster, url(103), '28');
    await typed(cluster, `kubectl patch svc myweb-svc -p '{"spec":{"externalTrafficPolicy":"Cluster"}}'`);
    await expectWhoami(cluster, url(103), ...everywhere);
  },
  'an external IP by kubectl patch is shown, and answers': async (cluster, t) => {
    await typed(
      cluster,
      `kubectl patch svc myweb-svc -p '{"spec": {"type": "LoadBalancer", "externalIPs":["${node(101)}", "35.222.10.20"]}}'`,
    );
    const listed = await typed(cluster, 'kubectl get svc myweb-svc --no-headers');
    t.regex(listed, /^myweb-svc +LoadBalancer +10\.\S+ +192\.168\.56\.101,35\.222\.10\.20 +80:30090\/TCP/);
    await expectWhoami(cluster, node(101), `whoami-1 ${node(101)}`, `whoami-2 ${node(101)}`);
    // A node sends what is for an external IP to the pods, whoever that address belongs to outside.
    t.regex(await cluster.lab.on('k8s-node2', 'curl', '-s', '--max-time', '2', '35.222.10.20'), /^Hostname: whoami-/);
  },
};

test('the notes on Services: readiness, headless, externalTrafficPolicy, external IPs', async (t) => {
  t.timeout(120_000);
  const cluster = await openCluster(t, sample);
  for (const [name, run] of Object.entries(scenarios)) {
    t.log(name);
    await run(cluster, t);
  }
});

const careful = `
apiVersion: apps/v1
kind: Deployment
metadata: { name: web }
spec:
  replicas: 2
  selector: { matchLabels: { app: web } }
  strategy: { rollingUpdate: { maxUnavailable: 0, maxSurge: 1 } }
  template:
    metadata: { labels: { app: web } }
    spec:
      containers:
        - name: c
          image: traefik/whoami
          # Long enough for rules to change on a machine that is busy with other tests.
          lifecycle: { preStop: { exec: { command: [sleep, "8"] } } }
`;

/**
 * A connection a request, two at a time, some hundreds a second. Every code is written down in the phase in which its round
 * of requests began, so that one that hangs is not counted as another phase's.
 */
const requests = (loop: number) =>
  `while :; do out=/tmp/phase-$(cat /tmp/phase || echo 0); echo begun-${loop} >>$out; curl -s --max-time 5 -H 'Connection: close' -o /dev/null -w '%{http_code}\\n' "http://$WEB_SERVICE_HOST/[1-20]" >>$out; sleep 0.03; done`;
const load = `(${requests(1)}) & ${requests(2)}`;

const underLoad = `${careful}---
apiVersion: v1
kind: Service
metadata: { name: web }
spec: { selector: { app: web }, ports: [{ port: 80 }] }
---
apiVersion: v1
kind: Pod
metadata: { name: load }
spec: { containers: [{ name: c, image: nicolaka/netshoot, command: [sh, -c, ${JSON.stringify(load)}] }] }
`;

interface Tally {
  answered: number;
  lost: number;
}

/** What the load has written down in a phase: codes, and which loop began a round. */
async function written(cluster: Cluster, phase: number): Promise<string[]> {
  return (await cluster.lab.on('pod/load', 'sh', '-c', `cat /tmp/phase-${phase} || true`)).split('\n');
}

/** From now on all new rounds belong to this phase; resolves when the rounds of earlier ones have ended. */
async function enter(cluster: Cluster, phase: number): Promise<void> {
  await cluster.lab.on('pod/load', 'sh', '-c', `echo ${phase} >/tmp/phase`);
  const both = (lines: string[]) => ['begun-1', 'begun-2'].every((line) => lines.includes(line));
  cluster.t.true(both(await until(() => written(cluster, phase), both)), 'the load goes on');
}

/** Renews every pod, waits until the old ones are gone, and counts what the load met meanwhile. */
async function renew(cluster: Cluster, phase: number, change: string): Promise<Tally> {
  await enter(cluster, phase);
  await typed(cluster, `${change} && kubectl rollout status deploy/web`);
  const count = async () => (await typed(cluster, 'kubectl get po -l app=web -o name')).split('\n').length;
  cluster.t.is(await until(count, (pods) => pods === 2), 2);
  await enter(cluster, phase + 1);
  const codes = await written(cluster, phase);
  return {
    answered: codes.filter((code) => code === '200').length,
    lost: codes.filter((code) => code === '000').length,
  };
}

test('the notes on pods that end: a rolling update under load loses requests, and with a preStop sleep none', async (t) => {
  t.timeout(180_000);
  const cluster = await openCluster(t, underLoad);
  const restart = 'kubectl rollout restart deploy/web';
  const kept = await renew(cluster, 1, restart);
  t.is(kept.lost, 0, `with preStop: ${JSON.stringify(kept)}`);
  t.true(kept.answered > 100, `it was asked all the time: ${JSON.stringify(kept)}`);
  const withoutHook = '{"spec":{"template":{"spec":{"containers":[{"name":"c","lifecycle":null}]}}}}';
  await renew(cluster, 3, `kubectl patch deploy web -p '${withoutHook}'`);
  let phase = 5;
  let careless = await renew(cluster, phase, restart);
  // Each renewal is two races between a process that ends and rules that change: one of some is lost.
  while (careless.lost === 0 && phase < 25) careless = await renew(cluster, (phase += 2), restart);
  t.true(careless.lost > 0, `without preStop: ${JSON.stringify(careless)}`);
  t.log(`with preStop 0 lost of ${kept.answered}, without ${careless.lost} of ${careless.answered + careless.lost}`);
});
