/** The cluster DNS as a pod meets it: names, search path, both transports, the pods behind it. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { bringUp, createTestLab, type TestLab } from './lab.js';

const manifest = `
apiVersion: v1
kind: Pod
metadata: { name: sample, labels: { svc: sample } }
spec:
  hostname: sample-0
  subdomain: sample-headless-service
  containers: [{ name: server, image: dbgurum/k8s-lab:v1.0, ports: [{ containerPort: 8080 }] }]
---
apiVersion: v1
kind: Pod
metadata: { name: other, labels: { svc: sample } }
spec:
  containers: [{ name: server, image: dbgurum/k8s-lab:v1.0, ports: [{ containerPort: 8080 }] }]
---
apiVersion: v1
kind: Service
metadata: { name: sample-http }
spec: { selector: { svc: sample }, ports: [{ name: http, port: 8080 }] }
---
apiVersion: v1
kind: Service
metadata: { name: sample-headless-service }
spec: { clusterIP: None, selector: { svc: sample }, ports: [{ name: http, port: 8080 }] }
---
apiVersion: v1
kind: Service
metadata: { name: outside }
spec: { type: ExternalName, externalName: example.com }
`;

const sorted = (text: string) => text.split('\n').sort();

type Scenario = (t: ExecutionContext, lab: TestLab) => Promise<void>;

const scenarios: Record<string, Scenario> = {
  'names of Services work in a pod as the notes type them': async (t, lab) => {
    const dig = (...words: string[]) => lab.on('pod/sample', 'dig', '+short', ...words);
    for (const name of ['sample-http', 'sample-http.default.svc', 'sample-http.default.svc.cluster.local'])
      t.regex(
        await lab.on('pod/sample', 'curl', '-s', `http://${name}:8080/hostname`),
        /^Hostname : (sample-0|other)$/,
      );
    const [address = ''] = (await lab.on('pod/sample', 'getent', 'ahostsv4', 'sample-http')).split(/\s/);
    t.is(await dig('+search', 'sample-http'), address);
    t.is(await dig('+tcp', '+search', 'sample-http'), address, 'over TCP');
    t.is(await dig('-x', address), 'sample-http.default.svc.cluster.local.');
    t.regex(
      await lab.on('pod/sample', 'nslookup', 'sample-http'),
      new RegExp(`Server:\\s+10.96.0.10[^]*Address: ${address}`),
    );
    t.is(await dig('+search', 'SRV', '_http._tcp.sample-http'), '0 100 8080 sample-http.default.svc.cluster.local.');
    t.is(await dig('+search', 'CNAME', 'outside'), 'example.com.');
  },

  'a headless Service answers with its pods, and a pod with hostname and subdomain has a name': async (t, lab) => {
    const pods = JSON.parse((await lab.lab('kubectl', 'get', 'pods', '-o', 'json')).stdout) as {
      items: { metadata: { name: string }; status: { podIP: string } }[];
    };
    const addresses = pods.items.map(({ status }) => status.podIP).sort();
    t.deepEqual(sorted(await lab.on('pod/sample', 'dig', '+short', '+search', 'sample-headless-service')), addresses);
    const sample = pods.items.find(({ metadata }) => metadata.name === 'sample')?.status.podIP ?? '';
    t.is(await lab.on('pod/other', 'dig', '+short', '+search', 'sample-0.sample-headless-service'), sample);
    t.is((await lab.lab('kubectl', 'delete', 'pod', 'other', '--now')).exitCode, 0);
    t.is(await lab.on('pod/sample', 'dig', '+short', '+search', 'sample-headless-service'), sample);
  },

  'a pod, a node and the host each have a hostname, hosts and a resolver of their own': async (t, lab) => {
    t.is(
      await lab.on('pod/sample', 'cat', '/etc/resolv.conf'),
      'nameserver 10.96.0.10\nsearch default.svc.cluster.local svc.cluster.local cluster.local\noptions ndots:5',
    );
    t.is(await lab.on('pod/sample', 'hostname'), 'sample-0');
    t.is(await lab.on('k8s-node2', 'hostname'), 'k8s-node2');
    t.regex(await lab.on('host', 'getent', 'hosts', 'k8s-node3'), /^192\.168\.56\.103\s/);
    t.is(await lab.on('host', 'hostname'), 'host');
    const far = await lab.lab('exec', 'host', '--', 'curl', '-s', '--max-time', '3', 'http://example.com');
    t.is(far.exitCode, 6, 'could not resolve, and at once');
  },

  'the query log shows the search path being walked, and who asked whom': async (t, lab) => {
    await lab.lab('exec', 'pod/sample', '--', 'dig', '+search', '+tries=1', 'A', 'www.example.com');
    const { stdout } = await lab.lab('dns', 'log', '-o', 'json');
    const queries = stdout
      .split('\n')
      .slice(-4)
      .map((line) => JSON.parse(line) as { asker: string; server: string; name: string; rcode: string });
    t.deepEqual(
      queries.map(({ name, rcode }) => `${name} ${rcode}`),
      [
        'www.example.com.default.svc.cluster.local. NXDOMAIN',
        'www.example.com.svc.cluster.local. NXDOMAIN',
        'www.example.com.cluster.local. NXDOMAIN',
        'www.example.com. SERVFAIL',
      ],
    );
    t.true(queries.every(({ asker, server }) => asker === 'default/sample' && server.startsWith('coredns-')));
  },

  'the DNS is a Deployment like any other: scaled to nothing it is gone, scaled up again it answers': async (
    t,
    lab,
  ) => {
    const scale = async (replicas: number) => {
      const scaled = await lab.lab(
        'kubectl',
        '-n',
        'kube-system',
        'scale',
        'deployment/coredns',
        `--replicas=${replicas}`,
      );
      t.is(scaled.exitCode, 0, scaled.stderr);
    };
    const asks = () =>
      lab.lab('exec', 'pod/sample', '--', 'dig', '+short', '+tries=1', '+time=1', '+search', 'sample-http');
    await scale(0);
    const until = async (works: boolean) => {
      for (let attempt = 0; attempt < 50; attempt += 1) {
        const { exitCode, stdout } = await asks();
        if ((exitCode === 0 && stdout !== '') === works) return true;
      }
      return false;
    };
    t.true(await until(false));
    await scale(3);
    t.true(await until(true));
    t.is((await lab.lab('kubectl', '-n', 'kube-system', 'rollout', 'status', 'deployment/coredns')).exitCode, 0);
  },
};

test('the cluster DNS as a pod of the notes meets it', async (t) => {
  const lab = createTestLab(t);
  const file = join(lab.state, 'sample.yaml');
  writeFileSync(file, manifest);
  await bringUp(t, lab, '-f', file);
  for (const [title, run] of Object.entries(scenarios)) {
    t.log(title);
    await run(t, lab);
  }
});
