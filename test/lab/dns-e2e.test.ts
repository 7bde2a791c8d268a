/**
 * The scenarios "[sig-network] DNS should …" of Kubernetes' own end-to-end tests, each by its name, on one lab.
 * Source: kubernetes `test/e2e/network/dns.go`. Left out: the Windows and GCE ones, and those of external resolvers.
 */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { bringUp, createTestLab, type TestLab } from './lab.js';

const client = (name: string, spec = '') => `
apiVersion: v1
kind: Pod
metadata: { name: ${name}, labels: { app: ${name} } }
spec:
  containers: [{ name: querier, image: "registry.k8s.io/e2e-test-images/agnhost:2.47", args: [pause] }]
${spec}`;

const manifest = [
  client('querier'),
  client('dns-querier-2', '  hostname: dns-querier-2\n  subdomain: dns-test-service-2'),
  client(
    'test-dns-nameservers',
    '  dnsPolicy: None\n  dnsConfig: { nameservers: [1.1.1.1], searches: [resolv.conf.local] }',
  ),
  client(
    'long-search',
    `  dnsConfig: { searches: [${Array.from({ length: 29 }, (_, index) => `s${index}.example.org`)}] }`,
  ),
  client('on-node', '  hostNetwork: true\n  dnsPolicy: ClusterFirstWithHostNet'),
  `
apiVersion: v1
kind: Service
metadata: { name: test-service }
spec: { selector: { app: querier }, ports: [{ name: http, port: 80, protocol: TCP }] }
`,
  `
apiVersion: v1
kind: Service
metadata: { name: dns-test-service-2 }
spec: { clusterIP: None, selector: { app: dns-querier-2 }, ports: [{ name: http, port: 80 }] }
`,
  `
apiVersion: v1
kind: Service
metadata: { name: dns-test-service-3 }
spec: { type: ExternalName, externalName: foo.example.com }
`,
].join('\n---\n');

/** Runs a query in a pod; fails the test when there is no answer of that kind. */
type Dig = (...words: string[]) => Promise<string>;

interface Scenario {
  name: string;
  run(t: ExecutionContext, lab: TestLab, dig: Dig): Promise<void>;
}

async function kubectl(t: ExecutionContext, lab: TestLab, ...words: string[]): Promise<string> {
  const { exitCode, stdout, stderr } = await lab.lab('kubectl', ...words);
  t.is(exitCode, 0, stderr);
  return stdout;
}

const podIP = (t: ExecutionContext, lab: TestLab, pod: string) =>
  kubectl(t, lab, 'get', 'pod', pod, '-o', 'jsonpath={.status.podIP}');
const clusterIP = (t: ExecutionContext, lab: TestLab, service: string) =>
  kubectl(t, lab, 'get', 'service', service, '-o', 'jsonpath={.spec.clusterIP}');

/** Changes of the API reach the DNS a moment later. */
async function eventually(ask: () => Promise<string>, expected: string): Promise<string> {
  let answer = await ask();
  for (let attempt = 0; answer !== expected && attempt < 20; attempt += 1) answer = await ask();
  return answer;
}

const scenarios: Scenario[] = [
  {
    name: 'provide DNS for the cluster',
    async run(t, _lab, dig) {
      for (const transport of ['+notcp', '+tcp'])
        t.is(await dig(transport, 'kubernetes.default.svc.cluster.local', 'A'), '10.96.0.1');
    },
  },
  {
    name: 'resolve DNS of partial qualified names for the cluster',
    async run(t, _lab, dig) {
      for (const name of ['kubernetes', 'kubernetes.default', 'kubernetes.default.svc'])
        t.is(await dig('+search', name), '10.96.0.1');
    },
  },
  {
    name: 'provide /etc/hosts entries for the cluster',
    async run(t, lab) {
      const address = await podIP(t, lab, 'dns-querier-2');
      t.is(
        (await lab.on('pod/dns-querier-2', 'getent', 'hosts', 'dns-querier-2')).replace(/\s+/g, ' '),
        `${address} dns-querier-2.dns-test-service-2.default.svc.cluster.local dns-querier-2`,
      );
    },
  },
  {
    name: 'provide DNS for services',
    async run(t, lab, dig) {
      const address = await clusterIP(t, lab, 'test-service');
      const name = 'test-service.default.svc.cluster.local';
      t.is(await dig(name), address);
      t.is(await dig(`_http._tcp.${name}`, 'SRV'), `0 100 80 ${name}.`);
      t.is(await dig('-x', address), `${name}.`);
      const pod = await podIP(t, lab, 'dns-querier-2');
      t.is(await dig('dns-test-service-2.default.svc.cluster.local'), pod);
      t.is(await dig('-x', pod), 'dns-querier-2.dns-test-service-2.default.svc.cluster.local.');
    },
  },
  {
    name: 'resolve DNS of partial qualified names for services',
    async run(t, lab, dig) {
      const address = await clusterIP(t, lab, 'test-service');
      for (const name of ['test-service', 'test-service.default', 'test-service.default.svc'])
        t.is(await dig('+search', name), address);
      t.is(
        await dig('+search', '_http._tcp.test-service.default.svc', 'SRV'),
        '0 100 80 test-service.default.svc.cluster.local.',
      );
    },
  },
  {
    name: 'provide DNS for pods for Hostname',
    async run(t, lab, dig) {
      const address = await podIP(t, lab, 'dns-querier-2');
      t.is(await dig('dns-querier-2.dns-test-service-2.default.svc.cluster.local'), address);
      t.is(await dig(`${address.replaceAll('.', '-')}.default.pod.cluster.local`), address);
    },
  },
  {
    name: 'provide DNS for pods for Subdomain',
    async run(t, lab) {
      t.is(await lab.on('pod/dns-querier-2', 'hostname'), 'dns-querier-2');
      t.is(
        await lab.on('pod/dns-querier-2', 'hostname', '-f'),
        'dns-querier-2.dns-test-service-2.default.svc.cluster.local',
      );
    },
  },
  {
    name: 'provide DNS for ExternalName services',
    async run(t, lab, dig) {
      const ask = () => dig('+search', 'dns-test-service-3', 'CNAME');
      t.is(await ask(), 'foo.example.com.');
      await kubectl(t, lab, 'patch', 'svc', 'dns-test-service-3', '-p', '{"spec":{"externalName":"bar.example.com"}}');
      t.is(await eventually(ask, 'bar.example.com.'), 'bar.example.com.');
      const toClusterIP = '{"spec":{"type":"ClusterIP","externalName":null,"ports":[{"port":80,"name":"http"}]}}';
      await kubectl(t, lab, 'patch', 'svc', 'dns-test-service-3', '-p', toClusterIP);
      const address = await clusterIP(t, lab, 'dns-test-service-3');
      t.is(await eventually(() => dig('+search', 'dns-test-service-3', 'A'), address), address);
    },
  },
  {
    name: 'support configurable pod DNS nameservers',
    async run(t, lab) {
      t.is(
        await lab.on('pod/test-dns-nameservers', 'cat', '/etc/resolv.conf'),
        'nameserver 1.1.1.1\nsearch resolv.conf.local',
      );
    },
  },
  {
    name: 'support configurable pod resolv.conf: options',
    async run(t, lab) {
      t.is((await lab.on('pod/on-node', 'cat', '/etc/resolv.conf')).split('\n').at(-1), 'options ndots:5');
      t.regex(await lab.on('pod/on-node', 'getent', 'hosts', 'kubernetes'), /^10\.96\.0\.1\s/);
    },
  },
  {
    name: 'work with the pod containing more than 6 DNS search paths and longer than 256 search list characters',
    async run(t, lab) {
      const search = (await lab.on('pod/long-search', 'grep', 'search', '/etc/resolv.conf')).split(' ');
      t.is(search.length, 33, 'search, three of the cluster, 29 of the pod');
      t.regex(
        await lab.on('pod/long-search', 'getent', 'hosts', 'test-service'),
        /test-service\.default\.svc\.cluster\.local/,
      );
    },
  },
  {
    name: 'come back after its process was killed',
    async run(t, lab, dig) {
      const processes = await lab.on('k8s-master', 'ps', '-e', '-o', 'pid=,args=');
      const pid = /(\d+) kubewire-dns/.exec(processes)?.[1] ?? '';
      await lab.on('k8s-master', 'kill', '-9', pid);
      const ask = () => dig('+tries=1', '+time=1', 'kubernetes.default.svc.cluster.local').catch(() => '');
      t.is(await eventually(ask, '10.96.0.1'), '10.96.0.1');
    },
  },
];

test('[sig-network] DNS should …', async (t) => {
  const lab = createTestLab(t);
  const file = join(lab.state, 'dns.yaml');
  writeFileSync(file, manifest);
  await bringUp(t, lab, '-f', file);
  const dig: Dig = async (...words) => (await lab.lab('exec', 'pod/querier', '--', 'dig', '+short', ...words)).stdout;
  for (const { name, run } of scenarios) {
    t.log(name);
    await run(t, lab, dig);
  }
});
