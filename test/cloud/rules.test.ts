import test from 'ava';
import type { HealthTable, LoadBalancer } from '../../src/cloud/contract.js';
import { observe, unchecked } from '../../src/cloud/health.js';
import { planBalancers } from '../../src/cloud/plan.js';
import { planProcess } from '../../src/cloud/process-plan.js';
import type { ProviderName } from '../../src/cloud/provider.js';
import { cloudRules } from '../../src/cloud/rules.js';
import { goldenIn } from '../golden.js';
import { balancer, startCloud } from './objects.js';

const inside = ['192.168.56.0/24', '10.96.0.0/12'];
const nodes = ['k8s-master', 'k8s-node1', 'k8s-node2', 'k8s-node3'];

function cloudOf(provider: ProviderName) {
  const cloud = startCloud(provider);
  cloud.apply(
    balancer('classic'),
    balancer('network', { aws: { type: 'nlb' }, spec: { externalTrafficPolicy: 'Local', healthCheckNodePort: 32000 } }),
    balancer('dns', { aws: { type: 'nlb', internal: 'true' }, spec: { ports: [{ port: 53, protocol: 'UDP' }] } }),
    balancer('some', { aws: { type: 'nlb' }, spec: { loadBalancerSourceRanges: ['198.51.100.0/24', '10.0.0.0/8'] } }),
  );
  return cloud;
}

function balancersOf(provider: ProviderName): LoadBalancer[] {
  return planBalancers(provider, cloudOf(provider).registry, 1);
}

function rulesOf(balancers: readonly LoadBalancer[], health: HealthTable = new Map()): string {
  return cloudRules({ balancers, health, balance: 'replayable', inside, nodes });
}

for (const provider of ['aws', 'gcp'] as const) {
  test(`the rules of the ${provider} machine`, (t) => {
    goldenIn('cloud')(t, rulesOf(balancersOf(provider)), 'rules');
  });
}

test('connections go to healthy targets; without any, to all, but for a classic load balancer', (t) => {
  const balancers = balancersOf('aws');
  const health = new Map(
    planProcess(balancers, new Map(), { healthChecks: 'fast' }).probes.map(({ key, address }) => {
      const success = address === '192.168.56.102';
      return [key, observe(unchecked, { success, output: 'no' }, { healthyThreshold: 3, unhealthyThreshold: 3 })];
    }),
  );
  const destinations = (text: string) => [...text.matchAll(/--to-destination (\S+):/g)].map(([, address]) => address);
  t.deepEqual([...new Set(destinations(rulesOf(balancers, health)))], ['192.168.56.102']);
  t.deepEqual([...new Set(destinations(rulesOf(balancers)))].length, 3);
  const proxies = (table: HealthTable) =>
    planProcess(balancers, table, { healthChecks: 'fast' }).proxies.map(({ targets }) =>
      targets.map(({ address }) => address),
    );
  t.deepEqual(proxies(health), [['192.168.56.102']]);
  t.deepEqual(proxies(new Map()), [[]]);
});

test('health checks ask what the provider asks, fast or as slowly', (t) => {
  const told = (healthChecks: 'fast' | 'provider', provider: ProviderName) =>
    planProcess(balancersOf(provider), new Map(), { healthChecks })
      .probes.filter(({ address }) => address === '192.168.56.101')
      .map(({ key, protocol, port, path, intervalMs, timeoutMs, healthyThreshold, unhealthyThreshold }) => {
        const service = key.split(/[/ ]/)[1];
        const where = port === 10256 || port === 32000 ? port : 'node port';
        return [service, protocol, where, path, intervalMs, timeoutMs, healthyThreshold, unhealthyThreshold].join(' ');
      });
  t.deepEqual(told('provider', 'aws'), [
    'classic TCP node port  10000 5000 2 6',
    'dns TCP node port  30000 10000 3 3',
    'network HTTP 32000 /healthz 10000 10000 2 2',
    'some TCP node port  30000 10000 3 3',
  ]);
  t.deepEqual(told('fast', 'gcp'), [
    'classic HTTP 10256 /healthz 400 50 1 3',
    'dns HTTP 10256 /healthz 400 50 1 3',
    'network HTTP 32000 /healthz 400 50 1 3',
    'some HTTP 10256 /healthz 400 50 1 3',
  ]);
});

test('a target changes its state after so many checks in a row, the first time at once', (t) => {
  const thresholds = { healthyThreshold: 2, unhealthyThreshold: 3 };
  let health = unchecked;
  const states = [true, false, false, true, false, false, false, true, true].map((success) => {
    health = observe(health, { success, output: 'refused' }, thresholds);
    return health;
  });
  t.deepEqual(states.map(({ state }) => state.charAt(0)).join(''), 'hhhhhhuuh');
  t.is(states[6]?.reason, 'refused');
  t.is(states[8]?.reason, '');
});

test('only the named nodes are targets when the annotation says so', (t) => {
  const cloud = startCloud('aws');
  cloud.label('k8s-node3', 'tier', 'front');
  cloud.apply(balancer('web', { aws: { type: 'nlb', 'target-node-labels': 'tier=front' } }));
  const [plan] = planBalancers('aws', cloud.registry, 1);
  t.deepEqual(
    plan?.listeners[0]?.targets.map(({ id }) => id),
    ['k8s-node3'],
  );
});

test('pods are targets themselves, at their own port', (t) => {
  const cloud = startCloud('aws');
  const endpoint = (address: string, ready: boolean) => ({ addresses: [address], conditions: { ready } });
  cloud.apply(
    balancer('web', { aws: { type: 'nlb-ip' }, spec: { selector: undefined, allocateLoadBalancerNodePorts: false } }),
    {
      apiVersion: 'discovery.k8s.io/v1',
      kind: 'EndpointSlice',
      metadata: { name: 'web-x', namespace: 'default', labels: { 'kubernetes.io/service-name': 'web' } },
      addressType: 'IPv4',
      ports: [{ name: '', port: 8080, protocol: 'TCP' }],
      endpoints: [endpoint('10.109.131.7', true), endpoint('10.109.131.8', false)],
    } as Parameters<typeof cloud.apply>[0],
  );
  const [plan] = planBalancers('aws', cloud.registry, 1);
  t.deepEqual(plan?.listeners[0]?.targets, [
    { id: '10.109.131.7', address: '10.109.131.7', port: 8080, checkPort: 8080 },
  ]);
  t.is(plan?.scheme, 'internal');
  t.false(plan?.preservesClient);
});
