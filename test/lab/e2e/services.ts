/**
 * Scenarios of kubernetes `test/e2e/network/service.go` that need an API, controllers and pods. Those that are only about
 * where packets go are cases of the behaviour suite, test/proxy/cases.
 */
import type { Service } from 'kubernetes-types/core/v1.js';
import { callApi } from '../api.js';
import { until } from '../until.js';
import { type Cluster, netexec, type Scenario } from './cluster.js';

const node = (number: number) => `192.168.56.${number}`;

async function addressOf(cluster: Cluster, name: string): Promise<string> {
  return (await cluster.get<Service>('services', name)).spec?.clusterIP ?? '';
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
    name: 'Services should be able to change the type, in every direction, and the rules follow',
    async run(cluster, t) {
      const created = await cluster.service('turns', { selector: { app: 'web' }, ports: [{ port: 80 }] });
      const address = created.spec?.clusterIP ?? '';
      const turn = async (spec: object) => (await cluster.patch('services', 'turns', { spec })).spec;
      const port = (await turn({ type: 'NodePort' }))?.ports?.[0]?.nodePort;
      await cluster.expectAnswers('host', `${node(103)}:${port}/hostname`, 'web-1', 'web-2');
      const balanced = await turn({ type: 'LoadBalancer', externalTrafficPolicy: 'Local' });
      t.is(balanced?.ports?.[0]?.nodePort, port, 'kept');
      await cluster.expectAnswers(
        'host',
        `-o /dev/null -w '%{http_code}' ${node(101)}:${balanced?.healthCheckNodePort}`,
        '200',
      );
      await cluster.expectAnswers('host', `${node(101)}:${port}/hostname`, 'web-1');
      await turn({ type: 'ClusterIP' });
      await cluster.expectAnswers('host', `${node(101)}:${port}/hostname`, '7');
      await cluster.expectAnswers('pod/client', `${address}/hostname`, 'web-1', 'web-2');
      await turn({ type: 'ExternalName', externalName: 'web.default.svc.cluster.local' });
      const rules = () => cluster.lab.on('k8s-node3', 'sh', '-c', 'iptables-save | grep -c default/turns || true');
      t.is(await until(rules, (count) => count === '0'), '0', 'a name has no rules');
      await cluster.expectAnswers('pod/client', 'turns/hostname', 'web-1', 'web-2');
      await turn({ type: 'NodePort', externalName: null, ports: [{ port: 80, nodePort: 30324 }] });
      await cluster.expectAnswers('host', `${node(102)}:30324/hostname`, 'web-1', 'web-2');
      await cluster.expectAnswers('pod/client', 'turns/hostname', 'web-1', 'web-2');
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
];
