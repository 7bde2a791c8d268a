/** A cloud around the cluster: load balancers that answer, what their targets see, and who gets no more connections. */
import test, { type ExecutionContext } from 'ava';
import type { CloudReport } from '../../src/cluster/cloud.js';
import { bringUp, createTestLab, type TestLab } from './lab.js';
import { until } from './until.js';

const prefix = 'service.beta.kubernetes.io/aws-load-balancer-';

function balancer(name: string, annotations: Record<string, string> = {}, policy = 'Cluster'): string {
  const metadata = { name, annotations };
  const ports = [{ port: 80, targetPort: 80 }];
  const spec = { type: 'LoadBalancer', externalTrafficPolicy: policy, selector: { app: 'whoami' }, ports };
  return JSON.stringify({ apiVersion: 'v1', kind: 'Service', metadata, spec });
}

async function apply(lab: TestLab, ...services: string[]): Promise<void> {
  await lab.on('host', 'sh', '-c', `kubectl apply -f - <<'END'\n${services.join('\n')}\nEND`);
}

async function report(lab: TestLab): Promise<CloudReport> {
  return JSON.parse((await lab.lab('cloud', '-o', 'json')).stdout) as CloudReport;
}

/** Asks until the load balancers are as they should be. */
async function untilCloud(t: ExecutionContext, lab: TestLab, what: string, holds: (cloud: CloudReport) => boolean) {
  const cloud = await until(() => report(lab), holds);
  t.true(holds(cloud), `never: ${what}: ${JSON.stringify(cloud)}`);
}

const allHealthy = ({ balancers }: CloudReport) =>
  balancers.length > 0 && balancers.every(({ targets }) => targets.every(({ state }) => state === 'healthy'));

async function shown(lab: TestLab, service: string): Promise<string> {
  const path = '{.status.loadBalancer.ingress[0].hostname}{.status.loadBalancer.ingress[0].ip}';
  return lab.on('host', 'kubectl', 'get', 'service', service, '-o', `jsonpath=${path}`);
}

/** The client's addresses as `times` answers show them. */
async function seen(lab: TestLab, from: string, where: string, times = 3): Promise<string[]> {
  const curl = `curl -s --connect-timeout 2 --max-time 5 --retry 5 --retry-connrefused http://${where}`;
  const answers = await lab.on(from, 'sh', '-c', `for i in $(seq ${times}); do ${curl}; echo; done`);
  return [...answers.matchAll(/^RemoteAddr: (\S+):/gm)].map(([, address]) => address ?? '');
}

test('AWS: each kind of load balancer answers by its name and shows targets the client that it should', async (t) => {
  t.timeout(120_000);
  const lab = createTestLab(t);
  await bringUp(t, lab, '--cloud', 'aws', '-f', 'lab/workshop/03-whoami.yaml');
  await apply(
    lab,
    balancer('classic', {}, 'Local'),
    balancer('nlb', { [`${prefix}type`]: 'nlb' }, 'Local'),
    balancer('notes', { [`${prefix}type`]: 'external', [`${prefix}nlb-target-type`]: 'instance' }),
    balancer('pods', { [`${prefix}type`]: 'nlb-ip', [`${prefix}scheme`]: 'internet-facing' }),
  );
  await untilCloud(t, lab, 'all targets are healthy', (cloud) => cloud.balancers.length === 4 && allHealthy(cloud));
  t.regex((await lab.lab('status')).stdout, /^cloud: aws, health checks fast; its load balancers: lab cloud$/m);
  t.is(JSON.parse((await lab.lab('status', '-o', 'json')).stdout).cloud.provider, 'aws');
  const { balancers } = await report(lab);
  const own = new Map(balancers.map(({ service, privateAddress }) => [service.split('/')[1], privateAddress]));

  t.regex(await shown(lab, 'classic'), /\.ap-northeast-2\.elb\.amazonaws\.com$/);
  const names = new Map<string, string>();
  for (const name of ['classic', 'nlb', 'notes', 'pods']) names.set(name, await shown(lab, name));
  const at = (name: string, from = 'host') => seen(lab, from, names.get(name) ?? '');
  t.deepEqual(new Set(await at('classic')), new Set([own.get('classic')]), 'a proxy hides the client');
  t.deepEqual(new Set(await at('nlb')), new Set(['198.51.100.1']), "policy Local shows the client's own address");
  t.is(new Set(await at('notes', 'k8s-node1')).size, 3, 'policy Cluster shows the node');
  const outside = await lab.lab('exec', 'host', '--', 'curl', '-s', '--max-time', '1', names.get('notes') ?? '');
  t.is(
    outside.exitCode,
    28,
    'the annotations of the notes make an internal load balancer: from outside there is no answer',
  );
  t.deepEqual(new Set(await at('pods')), new Set([own.get('pods')]), 'pods as targets see the load balancer');
  const pod = await lab.on('host', 'kubectl', 'get', 'pods', '-o', 'jsonpath={.items[0].metadata.name}');
  t.is((await at('nlb', `pod/${pod}`)).length, 3, 'the cluster DNS knows the name, too');
});

test('GCP: packets reach a node as they were; targets that fail their checks get no more', async (t) => {
  t.timeout(120_000);
  const lab = createTestLab(t);
  await bringUp(t, lab, '--cloud', 'gcp', '-f', 'lab/workshop/03-whoami.yaml');
  await apply(lab, balancer('web', {}, 'Local'));
  await untilCloud(t, lab, 'all nodes are healthy', allHealthy);
  const address = await shown(lab, 'web');
  t.regex(address, /^203\.0\.113\.\d+$/);
  t.deepEqual(new Set(await seen(lab, 'host', address)), new Set(['198.51.100.1']));

  await lab.lab('fault', 'node', 'k8s-node2', 'down');
  const used = ({ balancers }: CloudReport) => balancers.flatMap(({ targets }) => targets.filter((one) => one.used));
  await untilCloud(t, lab, 'k8s-node2 is given up', (cloud) => used(cloud).every(({ id }) => id !== 'k8s-node2'));
  t.is((await seen(lab, 'host', address, 6)).length, 6, 'every connection goes to a node that is there');
  await lab.lab('fault', 'clear');
  await untilCloud(t, lab, 'k8s-node2 is back', allHealthy);

  const events = await lab.on('host', 'kubectl', 'describe', 'service', 'web');
  t.regex(events, /Normal +EnsuringLoadBalancer +\S+( \([^)]*\))? +service-controller +Ensuring load balancer/);
  t.regex(events, /Normal +EnsuredLoadBalancer +\S+( \([^)]*\))? +service-controller +Ensured load balancer/);
  await lab.on('host', 'kubectl', 'delete', 'service', 'web');
  t.deepEqual((await report(lab)).balancers, []);
});

test('without a cloud there is nothing to show, and EXTERNAL-IP is awaited for ever', async (t) => {
  const lab = createTestLab(t);
  await bringUp(t, lab, '-f', 'lab/workshop/03-whoami.yaml');
  await apply(lab, balancer('web'));
  t.regex(await lab.on('host', 'kubectl', 'get', 'service', 'web'), /LoadBalancer +\S+ +<pending>/);
  const { exitCode, stderr } = await lab.lab('cloud');
  t.not(exitCode, 0);
  t.regex(stderr, /is on bare metal; bring it up with a cloud provider/);
});
