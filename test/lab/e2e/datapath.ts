/**
 * Scenarios of kubernetes `test/e2e/network/{networking,conntrack,endpointslice,no_snat,pod_lifecycle}.go` and of the
 * traffic policies with host-network pods, in which packets cross the whole lab.
 */
import type { Endpoints } from 'kubernetes-types/core/v1.js';
import { until } from '../until.js';
import { type Cluster, netexec, type Scenario } from './cluster.js';

const node = (number: number) => `192.168.56.${number}`;
const onNode = (name: string) => ({ nodeName: name, hostNetwork: true });

/**
 * A client that goes on sending from one socket, as upstream's `nc -u -p` loop, and writes down who answers; its file is
 * what `heard` reads.
 */
function udpLoop(address: string, port: number): object {
  const script = `exec 3<>/dev/udp/${address}/${port}; while true; do (printf hostname >&3) 2>/dev/null; timeout 0.2 dd bs=512 count=1 <&3 >>/tmp/heard 2>/dev/null && echo >>/tmp/heard; sleep 0.05; done`;
  return { containers: [{ name: 'c', image: 'nicolaka/netshoot', command: ['bash', '-c', script] }] };
}

function pod(name: string, spec: object): object {
  return { apiVersion: 'v1', kind: 'Pod', metadata: { name }, spec: { terminationGracePeriodSeconds: 0, ...spec } };
}

/** Waits until the loop's last answer is a pod's. */
async function hears(cluster: Cluster, client: string, wanted: string): Promise<void> {
  const last = () => cluster.lab.on(`pod/${client}`, 'sh', '-c', 'tail -n1 /tmp/heard 2>/dev/null || true');
  cluster.t.is(await until(last, (name) => name === wanted), wanted, `${client} hears`);
}

/** UDP from one socket finds the next pod when the one it talked to is gone. */
async function cycle(cluster: Cluster, name: string, type: string, client: object, to: 'clusterIP' | 'nodePort') {
  const labels = { test: name };
  const { spec } = await cluster.service(name, { type, selector: labels, ports: [{ port: 80, protocol: 'UDP' }] });
  await cluster.create('pods', netexec(`${name}-1`, labels));
  await cluster.expectEndpoints(name, `${name}-1:80`);
  const [address = '', port = 80] = to === 'clusterIP' ? [spec?.clusterIP] : [node(101), spec?.ports?.[0]?.nodePort];
  await cluster.pods(pod(`${name}-client`, { ...client, ...udpLoop(address, port) }));
  await hears(cluster, `${name}-client`, `${name}-1`);
  await cluster.pods(netexec(`${name}-2`, labels));
  await cluster.delete('pods', `${name}-1`);
  await hears(cluster, `${name}-client`, `${name}-2`);
  await cluster.delete('pods', `${name}-client`);
}

const slice = (name: string, addresses: string[], ports: object[]) => ({
  apiVersion: 'discovery.k8s.io/v1',
  kind: 'EndpointSlice',
  metadata: { name, labels: { 'kubernetes.io/service-name': 'custom' } },
  addressType: 'IPv4',
  endpoints: addresses.map((address) => ({ addresses: [address] })),
  ports,
});

export const datapathScenarios: Scenario[] = [
  {
    name: 'Granular Checks: Pods should function for intra-pod and node-pod communication',
    async run(cluster, t) {
      for (const from of ['pod/client', 'k8s-node1', 'k8s-master']) {
        for (const name of ['web-1', 'web-2']) {
          const address = await cluster.podIP(name);
          t.deepEqual(await cluster.answers(from, `${address}/hostname`, 1), [name], `${from} http`);
          t.deepEqual(await cluster.datagrams(from, address, 80, 'hostname', 1), [name], `${from} udp`);
        }
      }
    },
  },
  {
    name: 'Granular Checks: Services should function for pod-Service, node-Service and endpoint-Service',
    async run(cluster, t) {
      const { spec } = await cluster.get<{ spec: { clusterIP: string } }>('services', 'web');
      for (const from of ['pod/client', 'k8s-node2', 'pod/web-1']) {
        for (const [address, port] of [
          [spec.clusterIP, 80],
          [node(103), 30080],
        ] as const) {
          t.deepEqual(await cluster.answers(from, `${address}:${port}/hostname`), ['web-1', 'web-2'], `${from} http`);
          t.deepEqual(await cluster.datagrams(from, address, port, 'hostname'), ['web-1', 'web-2'], `${from} udp`);
        }
      }
    },
  },
  {
    name: 'Granular Checks: Services should be able to handle large requests',
    async run(cluster, t) {
      const message = '42'.repeat(1000);
      t.deepEqual(await cluster.answers('pod/client', `'web/echo?msg=${message}'`, 1), [message]);
      const { spec } = await cluster.get<{ spec: { clusterIP: string } }>('services', 'web');
      t.deepEqual(await cluster.datagrams('pod/client', spec.clusterIP, 80, `echo ${message}`, 1), [message]);
    },
  },
  {
    name: 'Granular Checks: Services should function for client IP based session affinity: udp',
    async run(cluster, t) {
      const spec = { sessionAffinity: 'ClientIP', selector: { app: 'web' }, ports: [{ port: 80, protocol: 'UDP' }] };
      const created = await cluster.service('affinity-udp', spec);
      await cluster.expectEndpoints('affinity-udp', 'web-1:80', 'web-2:80');
      const ask = () => cluster.datagrams('pod/client', created.spec?.clusterIP ?? '', 80, 'hostname');
      t.is((await until(ask, (answers) => answers.join() !== 'none')).length, 1);
    },
  },
  {
    name: 'Granular Checks: Services should function for multiple endpoint-Services with same selector',
    async run(cluster) {
      for (const name of ['same-1', 'same-2'])
        await cluster.service(name, { selector: { app: 'web' }, ports: [{ port: 80 }] });
      await cluster.expectAnswers('pod/web-1', 'same-1/hostname', 'web-1', 'web-2');
      await cluster.expectAnswers('pod/web-1', 'same-2/hostname', 'web-1', 'web-2');
      await cluster.delete('services', 'same-1');
      await cluster.expectAnswers('pod/web-1', 'same-2/hostname', 'web-1', 'web-2');
    },
  },
  {
    name: 'Granular Checks: Services should update nodePort',
    async run(cluster, t) {
      const ports = [{ port: 80, nodePort: 30331 }];
      await cluster.service('moves', { type: 'NodePort', selector: { app: 'web' }, ports });
      await cluster.expectAnswers('host', `${node(102)}:30331/hostname`, 'web-1', 'web-2');
      await cluster.patch('services', 'moves', { spec: { ports: [{ port: 80, nodePort: 30332 }] } });
      await cluster.expectAnswers('host', `${node(102)}:30332/hostname`, 'web-1', 'web-2');
      t.deepEqual(await cluster.answers('host', `${node(102)}:30331/hostname`, 1), ['7']);
    },
  },
  {
    name: 'Granular Checks: Services should function for service endpoints using hostNetwork',
    async run(cluster, t) {
      const labels = { test: 'on-node' };
      const ports = ['--http-port=8088', '--udp-port=8088'];
      await cluster.pods(
        netexec('on-node1', labels, onNode('k8s-node1'), ...ports),
        netexec('on-node2', labels, onNode('k8s-node2'), ...ports),
      );
      const targets = [{ port: 80, targetPort: 8088 }];
      const { spec } = await cluster.service('host-network', { selector: labels, ports: targets });
      const names = ['k8s-node1', 'k8s-node2'];
      for (const from of ['pod/client', 'pod/web-1', 'k8s-node3'])
        await cluster.expectAnswers(from, `${spec?.clusterIP}/hostname`, ...names);
      // Services should respect internalTrafficPolicy=Local Pod and Node, to Pod (hostNetwork: true).
      await cluster.patch('services', 'host-network', { spec: { internalTrafficPolicy: 'Local' } });
      await cluster.expectAnswers('pod/web-1', 'host-network/hostname', 'k8s-node1');
      await cluster.expectAnswers('k8s-node2', `${spec?.clusterIP}/hostname`, 'k8s-node2');
      t.deepEqual(await cluster.answers('pod/client', 'host-network/hostname', 1), ['28'], 'no endpoint on k8s-node3');
    },
  },
  {
    name: 'Services should respect internalTrafficPolicy=Local Pod (hostNetwork: true) to Pod',
    async run(cluster, t) {
      const spec = { internalTrafficPolicy: 'Local', selector: { app: 'web' }, ports: [{ port: 80 }] };
      const created = await cluster.service('inside', spec);
      const url = `${created.spec?.clusterIP}/hostname`;
      await cluster.expectAnswers('pod/on-node1', url, 'web-1');
      await cluster.expectAnswers('pod/on-node2', url, 'web-2');
      t.deepEqual(await cluster.answers('pod/client', url, 1), ['28']);
    },
  },
  {
    name: 'NoSNAT Should be able to send traffic between Pods without SNAT',
    async run(cluster, t) {
      for (const [from, to] of [
        ['client', 'web-1'],
        ['web-1', 'web-2'],
        ['web-2', 'client'],
      ] as const) {
        const seen = await cluster.answers(`pod/${from}`, `${await cluster.podIP(to)}/clientip`, 1);
        t.is(seen[0]?.split(':')[0], await cluster.podIP(from), `${from} to ${to}`);
      }
    },
  },
  {
    name: 'Connectivity Pod Lifecycle should be able to connect to other Pod from a terminating Pod, and from a Pod to a terminating Pod',
    async run(cluster, t) {
      const spec = { terminationGracePeriodSeconds: 60 };
      await cluster.pods(netexec('ending', { test: 'ending' }, spec, '--delay-shutdown=60'));
      const address = await cluster.podIP('ending');
      await cluster.delete('pods', 'ending');
      t.deepEqual(await cluster.answers('pod/client', `${address}/hostname`, 2), ['ending']);
      t.deepEqual(await cluster.answers('pod/ending', 'web/hostname'), ['web-1', 'web-2']);
      await cluster.delete('pods', 'ending?gracePeriodSeconds=0');
    },
  },
  {
    name: 'Conntrack should be able to preserve UDP traffic when server pod cycles for a ClusterIP service',
    run: (cluster) => cycle(cluster, 'udp-cluster', 'ClusterIP', {}, 'clusterIP'),
  },
  {
    name: 'Conntrack should be able to preserve UDP traffic when server pod cycles for a NodePort service',
    run: (cluster) => cycle(cluster, 'udp-node', 'NodePort', {}, 'nodePort'),
  },
  {
    name: 'Conntrack should be able to preserve UDP traffic when server pod cycles for a ClusterIP service and client is hostNetwork',
    run: (cluster) => cycle(cluster, 'udp-host', 'ClusterIP', onNode('k8s-node3'), 'clusterIP'),
  },
  {
    name: 'Conntrack should be able to preserve UDP traffic when initial unready endpoints get ready',
    async run(cluster) {
      const labels = { test: 'late' };
      const created = await cluster.service('late', { selector: labels, ports: [{ port: 80, protocol: 'UDP' }] });
      await cluster.pods(pod('late-client', udpLoop(created.spec?.clusterIP ?? '', 80)));
      const probe = { exec: { command: ['cat', '/tmp/ready'] }, periodSeconds: 1 };
      const server = netexec('late-1', labels) as { spec: { containers: object[] } };
      server.spec.containers = server.spec.containers.map((one) => ({ ...one, readinessProbe: probe }));
      await cluster.create('pods', server);
      await until(
        () => cluster.slices('late'),
        ([one]) => (one?.endpoints.length ?? 0) > 0,
      );
      await cluster.lab.lab('kubectl', 'exec', 'late-1', '--', 'touch', '/tmp/ready');
      await hears(cluster, 'late-client', 'late-1');
      await cluster.delete('pods', 'late-client');
    },
  },
  {
    name: 'EndpointSlice should have Endpoints and EndpointSlices pointing to API Server',
    async run(cluster, t) {
      const { subsets } = await cluster.get<Endpoints>('endpoints', 'kubernetes');
      t.deepEqual(
        subsets?.map(({ addresses, ports }) => [addresses?.[0]?.ip, ports?.[0]?.port]),
        [[node(100), 6443]],
      );
      const slices = await cluster.slices('kubernetes');
      t.deepEqual(
        slices.map(({ endpoints, ports }) => [endpoints[0]?.addresses[0], ports?.[0]?.port]),
        [[node(100), 6443]],
      );
    },
  },
  {
    name: 'EndpointSlice should support a Service with multiple ports specified in multiple EndpointSlices',
    async run(cluster) {
      const ports = ['a', 'b'].map((name, index) => ({ name, port: 80 + index }));
      await cluster.service('custom', { ports });
      const [one, two] = [await cluster.podIP('web-1'), await cluster.podIP('web-2')];
      await cluster.create('endpointslices', slice('custom-a', [one], [{ name: 'a', port: 80, protocol: 'TCP' }]));
      await cluster.create('endpointslices', slice('custom-b', [two], [{ name: 'b', port: 80, protocol: 'TCP' }]));
      await cluster.expectAnswers('pod/client', 'custom:80/hostname', 'web-1');
      await cluster.expectAnswers('pod/client', 'custom:81/hostname', 'web-2');
    },
  },
];
