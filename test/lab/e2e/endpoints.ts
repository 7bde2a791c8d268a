/**
 * Scenarios of kubernetes `test/e2e/network/{service,traffic_distribution}.go` about which endpoints are used: readiness,
 * termination, affinity, zones.
 */
import { apiOf } from '../api.js';
import { until } from '../until.js';
import { netexec, type Scenario } from './cluster.js';

const node = (number: number) => `192.168.56.${number}`;

const ready = (file: string) => ({
  readinessProbe: { exec: { command: ['cat', file] }, periodSeconds: 1 },
});

/** netexec that is never ready: its probe waits for a file. */
function unready(name: string, labels: Record<string, string>): object {
  const pod = netexec(name, labels) as { spec: { containers: object[] } };
  pod.spec.containers = pod.spec.containers.map((one) => ({ ...one, ...ready('/never') }));
  return pod;
}

export const endpointScenarios: Scenario[] = [
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
  {
    name: 'Traffic Distribution should route traffic to an endpoint in the same zone when using PreferClose',
    async run(cluster) {
      for (const [name, zone] of [
        ['k8s-node1', 'zone-a'],
        ['k8s-node2', 'zone-b'],
        ['k8s-node3', 'zone-c'],
      ]) {
        const labels = { 'topology.kubernetes.io/zone': zone };
        await apiOf(cluster.t, cluster.lab, 'PATCH', `/api/v1/nodes/${name}`, { metadata: { labels } });
      }
      const spec = { trafficDistribution: 'PreferClose', selector: { app: 'web' }, ports: [{ port: 80 }] };
      const { spec: made } = await cluster.service('close', spec);
      const url = `${made?.clusterIP}/hostname`;
      await cluster.expectAnswers('pod/web-1', url, 'web-1');
      await cluster.expectAnswers('k8s-node2', url, 'web-2');
      await cluster.expectAnswers('pod/client', url, 'web-1', 'web-2');
    },
  },
];
