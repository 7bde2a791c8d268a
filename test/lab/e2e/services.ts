/**
 * Scenarios of kubernetes `test/e2e/network/service.go` that need an API, controllers and pods. Those that are only about
 * where packets go are cases of the behaviour suite, test/proxy/cases.
 */
import type { Service } from 'kubernetes-types/core/v1.js';
import { callApi, until } from '../api.js';
import { type Cluster, netexec, type Scenario } from './cluster.js';

const node = (number: number) => `192.168.56.${number}`;

async function addressOf(cluster: Cluster, name: string): Promise<string> {
  return (await cluster.get<Service>('services', name)).spec?.clusterIP ?? '';
}

const ready = (file: string) => ({
  readinessProbe: { exec: { command: ['cat', file] }, periodSeconds: 1 },
});

/** netexec that is never ready: its probe waits for a file. */
function unready(name: string, labels: Record<string, string>): object {
  const pod = netexec(name, labels) as { spec: { containers: object[] } };
  pod.spec.containers = pod.spec.containers.map((one) => ({ ...one, ...ready('/never') }));
  return pod;
}

export const serviceScenarios: Scenario[] = [
  {
    name: 'Services should provide secure master service',
    async run(cluster, t) {
      const { spec } = await cluster.get<Service>('services', 'kubernetes');
      t.deepEqual(
        spec?.ports?.map(({ name, port }) => [name, port]),
        [['https', 443]],
      );
      const code = ['curl', '-sk', '-o', '/dev/null', '-w', '%{http_code}', 'https://kubernetes.default.svc/api'];
      t.is(await cluster.lab.on('pod/client', ...code), '401', 'it answers, and knows nobody without a token');
    },
  },
  {
    name: 'Services should serve a basic endpoint from pods',
    async run(cluster) {
      const labels = { test: 'basic' };
      await cluster.service('endpoint-test2', { selector: labels, ports: [{ port: 80 }] });
      await cluster.expectEndpoints('endpoint-test2');
      await cluster.pods(netexec('basic-1', labels));
      await cluster.expectEndpoints('endpoint-test2', 'basic-1:80');
      await cluster.expectAnswers('pod/client', 'endpoint-test2/hostname', 'basic-1');
      await cluster.pods(netexec('basic-2', labels));
      await cluster.expectEndpoints('endpoint-test2', 'basic-1:80', 'basic-2:80');
      await cluster.expectAnswers('pod/client', 'endpoint-test2/hostname', 'basic-1', 'basic-2');
      await cluster.delete('pods', 'basic-1');
      await cluster.expectEndpoints('endpoint-test2', 'basic-2:80');
      await cluster.expectAnswers('pod/client', 'endpoint-test2/hostname', 'basic-2');
      await cluster.delete('pods', 'basic-2');
      await cluster.expectEndpoints('endpoint-test2');
    },
  },
  {
    name: 'Services should serve multiport endpoints from pods',
    async run(cluster) {
      const labels = { test: 'multiport' };
      const ports = [
        { name: 'portname1', port: 80, targetPort: 100 },
        { name: 'portname2', port: 81, targetPort: 101 },
      ];
      await cluster.service('multi-endpoint-test', { selector: labels, ports });
      await cluster.pods(netexec('multi-1', { ...labels }, {}, '--http-port=100'));
      await cluster.expectAnswers('pod/client', 'multi-endpoint-test:80/hostname', 'multi-1');
      await cluster.expectAnswers('pod/client', 'multi-endpoint-test:81/hostname', '7');
      await cluster.expectEndpoints('multi-endpoint-test', 'multi-1:100', 'multi-1:101');
      await cluster.delete('pods', 'multi-1');
      await cluster.expectEndpoints('multi-endpoint-test');
    },
  },
  {
    name: 'Services should be updated after adding or deleting ports',
    async run(cluster, t) {
      const created = await cluster.service('edit-port-test', { selector: { app: 'web' }, ports: [{ port: 80 }] });
      const more = [
        { name: 'p80', port: 80 },
        { name: 'p81', port: 81, targetPort: 80 },
      ];
      await cluster.patch('services', 'edit-port-test', { spec: { ports: [...more, { $patch: 'replace' }] } });
      await cluster.expectEndpoints('edit-port-test', 'web-1:80', 'web-1:80', 'web-2:80', 'web-2:80');
      await cluster.expectAnswers('pod/client', 'edit-port-test:81/hostname', 'web-1', 'web-2');
      await cluster.patch('services', 'edit-port-test', { spec: { ports: [more[1], { $patch: 'replace' }] } });
      await cluster.expectEndpoints('edit-port-test', 'web-1:80', 'web-2:80');
      await cluster.expectAnswers('pod/client', `${created.spec?.clusterIP}:81/hostname`, 'web-1', 'web-2');
      const gone = await cluster.answers('pod/client', 'edit-port-test:80/hostname', 1);
      t.true(['7', '28'].includes(gone[0] ?? ''), `port 80 is nobody’s: ${gone}`);
    },
  },
  {
    name: 'Services should be able to up and down services',
    async run(cluster) {
      for (const name of ['up-down-1', 'up-down-2', 'up-down-3'])
        await cluster.service(name, { selector: { app: 'web' }, ports: [{ port: 80 }] });
      const [first, second, third] = await Promise.all([1, 2, 3].map((i) => addressOf(cluster, `up-down-${i}`)));
      for (const address of [first, second, third])
        await cluster.expectAnswers('k8s-node1', `${address}/hostname`, 'web-1', 'web-2');
      await cluster.delete('services', 'up-down-1');
      const silent = await until(
        () => cluster.answers('k8s-node1', `${first}/hostname`, 1),
        ([answer]) => answer === '28' || answer === '7',
      );
      cluster.t.true(['7', '28'].includes(silent[0] ?? ''), `${silent}`);
      await cluster.expectAnswers('k8s-node1', `${second}/hostname`, 'web-1', 'web-2');
      await cluster.expectAnswers('pod/client', `${third}/hostname`, 'web-1', 'web-2');
    },
  },
  {
    name: 'Services should work after the service has been recreated',
    async run(cluster) {
      const spec = { selector: { app: 'web' }, ports: [{ port: 80, nodePort: 30321 }], type: 'NodePort' };
      await cluster.service('recreated', spec);
      await cluster.expectAnswers('host', `${node(101)}:30321/hostname`, 'web-1', 'web-2');
      await cluster.delete('services', 'recreated');
      await cluster.service('recreated', spec);
      await cluster.expectAnswers('host', `${node(101)}:30321/hostname`, 'web-1', 'web-2');
    },
  },
  {
    name: 'Services should be able to update service type to NodePort listening on same port number but different protocols',
    async run(cluster, t) {
      const ports = ['TCP', 'UDP'].map((protocol) => ({ name: protocol.toLowerCase(), port: 80, protocol }));
      const created = await cluster.service('nodeport-update', { selector: { app: 'web' }, ports: ports.slice(0, 1) });
      const updated = await cluster.replace('services', {
        ...created,
        spec: { ...created.spec, type: 'NodePort', ports },
      });
      const [tcp, udp] = updated.spec?.ports ?? [];
      t.truthy(tcp?.nodePort);
      t.truthy(udp?.nodePort);
      await cluster.expectAnswers('host', `${node(103)}:${tcp?.nodePort}/hostname`, 'web-1', 'web-2');
      const said = await cluster.datagrams('host', node(103), udp?.nodePort ?? 0, 'hostname');
      t.deepEqual(said, ['web-1', 'web-2']);
    },
  },
  {
    name: 'Services should prevent NodePort collisions',
    async run({ t, lab }) {
      const object = (name: string) => ({
        apiVersion: 'v1',
        kind: 'Service',
        metadata: { name },
        spec: { type: 'NodePort', selector: { app: 'web' }, ports: [{ port: 80, nodePort: 30322 }] },
      });
      const path = '/api/v1/namespaces/default/services';
      t.is((await callApi(lab, 'POST', path, object('taken'))).code, 201);
      const { code, body } = await callApi(lab, 'POST', path, object('taker'));
      t.is(code, 422);
      t.regex(
        (body as { message: string }).message,
        /spec\.ports\[0\]\.nodePort: .*30322: provided port is already allocated/,
      );
      await callApi(lab, 'DELETE', `${path}/taken`);
      t.is(
        (await callApi(lab, 'POST', path, object('taker'))).code,
        201,
        'Services should release NodePorts on delete',
      );
    },
  },
  {
    name: 'Services should check NodePort out-of-range',
    async run({ t, lab }) {
      const spec = { type: 'NodePort', selector: { app: 'web' }, ports: [{ port: 80, nodePort: 40000 }] };
      const object = { apiVersion: 'v1', kind: 'Service', metadata: { name: 'far-out' }, spec };
      const { code, body } = await callApi(lab, 'POST', '/api/v1/namespaces/default/services', object);
      t.is(code, 422);
      t.regex(
        (body as { message: string }).message,
        /provided port is not in the valid range\. The range of valid ports is 30000-32767/,
      );
    },
  },
  {
    name: 'Services should create endpoints for unready pods',
    async run(cluster, t) {
      const labels = { test: 'tolerate' };
      const spec = { selector: labels, ports: [{ port: 80 }], publishNotReadyAddresses: true };
      await cluster.service('tolerate-unready', spec);
      await cluster.create('pods', unready('slow-terminating', labels));
      await cluster.expectEndpoints('tolerate-unready', 'slow-terminating:80');
      await cluster.expectAnswers('pod/client', 'tolerate-unready/hostname', 'slow-terminating');
      await cluster.patch('services', 'tolerate-unready', { spec: { publishNotReadyAddresses: false } });
      await cluster.expectAnswers('pod/client', 'tolerate-unready/hostname', '7');
      await cluster.patch('services', 'tolerate-unready', { spec: { publishNotReadyAddresses: true } });
      await cluster.expectAnswers('pod/client', 'tolerate-unready/hostname', 'slow-terminating');
      await cluster.delete('pods', 'slow-terminating');
      await cluster.expectEndpoints('tolerate-unready');
      t.pass();
    },
  },
  {
    name: 'Services should be able to connect to terminating and unready endpoints if PublishNotReadyAddresses is true',
    async run(cluster) {
      const labels = { test: 'lingers' };
      const spec = { terminationGracePeriodSeconds: 60 };
      await cluster.pods(netexec('lingers', labels, spec, '--delay-shutdown=60'));
      const ports = [{ port: 80 }];
      await cluster.service('published', { selector: labels, ports, publishNotReadyAddresses: true });
      await cluster.service('unpublished', { selector: labels, ports });
      await cluster.create('pods', unready('not-yet', labels));
      await cluster.delete('pods', 'lingers');
      await cluster.expectAnswers('pod/client', 'published/hostname', 'lingers', 'not-yet');
      // Without it, what still serves while it terminates is used for want of better; what is not ready never is.
      await cluster.expectAnswers('pod/client', 'unpublished/hostname', 'lingers');
      await cluster.delete('pods', 'lingers?gracePeriodSeconds=0');
      await cluster.expectAnswers('pod/client', 'unpublished/hostname', '7');
    },
  },
  {
    name: 'Services should fail health check node port if there are only terminating endpoints',
    async run(cluster, t) {
      const labels = { test: 'draining' };
      const pod = { terminationGracePeriodSeconds: 60, nodeName: 'k8s-node1' };
      await cluster.pods(netexec('draining', labels, pod, '--delay-shutdown=60'));
      const spec = { type: 'LoadBalancer', externalTrafficPolicy: 'Local', selector: labels, ports: [{ port: 80 }] };
      const created = (await cluster.service('draining', spec)).spec;
      const health = (number: number) =>
        `-o /dev/null -w '%{http_code}' ${node(number)}:${created?.healthCheckNodePort}`;
      await cluster.expectAnswers('host', health(101), '200');
      t.deepEqual(await cluster.answers('host', health(102), 1), ['503'], 'no endpoint there');
      await cluster.delete('pods', 'draining');
      await cluster.expectAnswers('host', health(101), '503');
      const url = `${node(101)}:${created?.ports?.[0]?.nodePort}/hostname`;
      t.deepEqual(await cluster.answers('host', url), ['draining'], 'what arrives all the same is served');
      await cluster.delete('pods', 'draining?gracePeriodSeconds=0');
    },
  },
  {
    name: 'Services should be able to switch session affinity for NodePort service',
    async run(cluster, t) {
      const ports = [{ port: 80, nodePort: 30323 }];
      await cluster.service('affinity', { type: 'NodePort', selector: { app: 'web' }, ports });
      const targets: [string, string][] = [
        ['pod/client', 'affinity/hostname'],
        ['host', `${node(102)}:30323/hostname`],
      ];
      const all = (wanted: number) =>
        Promise.all(
          targets.map(async ([from, url]) => {
            const found = await until(
              () => cluster.answers(from, url),
              ({ length }) => length === wanted,
            );
            t.is(found.length, wanted, `${from} asks ${url}: ${found}`);
          }),
        );
      await all(2);
      const clientIP = { timeoutSeconds: 10_800 };
      const sticky = { sessionAffinity: 'ClientIP', sessionAffinityConfig: { clientIP } };
      await cluster.patch('services', 'affinity', { spec: sticky });
      await all(1);
      await cluster.patch('services', 'affinity', { spec: { sessionAffinity: 'None' } });
      await all(2);
      // Services should have session affinity timeout work: a second later the choice is free again.
      const brief = { sessionAffinity: 'ClientIP', sessionAffinityConfig: { clientIP: { timeoutSeconds: 1 } } };
      await cluster.patch('services', 'affinity', { spec: brief });
      await all(1);
      const again = `for i in 1 2 3 4; do curl -s affinity/hostname; echo; sleep 1.2; done`;
      const later = new Set((await cluster.lab.on('pod/client', 'sh', '-c', again)).split('\n'));
      t.is(later.size, 2, 'with pauses longer than the timeout the answers take turns');
    },
  },
  {
    name: 'Services should be rejected for evicted pods (no endpoints exist)',
    async run(cluster) {
      const labels = { test: 'evicted' };
      const container = { name: 'c', image: 'busybox', command: ['false'] };
      const metadata = { name: 'evicted', labels };
      await cluster.create('pods', {
        apiVersion: 'v1',
        kind: 'Pod',
        metadata,
        spec: { restartPolicy: 'Never', containers: [container] },
      });
      await cluster.service('evicted-pods', { selector: labels, ports: [{ port: 80 }] });
      const failed = await until(
        () => cluster.get<{ status?: { phase?: string } }>('pods', 'evicted'),
        ({ status }) => status?.phase === 'Failed',
      );
      cluster.t.is(failed.status?.phase, 'Failed');
      await cluster.expectEndpoints('evicted-pods');
      await cluster.expectAnswers('pod/client', 'evicted-pods/hostname', '7');
    },
  },
];
