/** What a node resolves at the socket: the endpoints that its proxy mode would choose from. */
import test from 'ava';
import { planTraffic, trafficOfNode } from '../../../src/model/traffic.js';
import type { BalanceOptions } from '../../../src/proxy/contract.js';
import { socketServicesText } from '../../../src/proxy/socket-lb/services.js';
import { type Cluster, randomCluster } from '../cases/random.js';
import { endpoint, node, service, slice } from '../cases/world.js';

const replayable: BalanceOptions = { balance: 'replayable', seed: 1 };

function text({ services, slices }: Cluster, options = replayable, on: Parameters<typeof node>[0] = 'k8s-node1') {
  return socketServicesText(trafficOfNode(planTraffic({ services, endpointSlices: slices }), node(on)), options);
}

const spec = { clusterIP: '10.100.1.1', ports: [{ port: 80 }] };
const everywhere = [endpoint('a'), endpoint('b'), endpoint('d')];

test('a ClusterIP leads to the ready endpoints, from a seeded start', (t) => {
  const cluster = { services: [service('web', spec)], slices: [slice('web', everywhere)] };
  const line = 'TCP 10.100.1.1:80 default/web -> 10.109.131.10:8080, 10.111.156.70:8080, 10.111.218.82:8080 from ';
  t.true(text(cluster).startsWith(line));
  t.not(text(cluster, { balance: 'replayable', seed: 2 }), text(cluster), 'another seed starts elsewhere');
  t.is(text(cluster, { balance: 'faithful', seed: 1 }), line.replace(' from ', ' by lot\n'));
});

test('the internal traffic policy and zone hints count as in every mode', (t) => {
  const local = {
    services: [service('web', { ...spec, internalTrafficPolicy: 'Local' })],
    slices: [slice('web', everywhere)],
  };
  t.regex(text(local), /-> 10\.111\.156\.70:8080 from 0\n$/);
  t.regex(text(local, replayable, 'k8s-node2'), /-> 10\.109\.131\.10:8080 from 0\n$/);
  const hinted = ['a', 'b'].map((pod, zone) =>
    endpoint(pod as 'a' | 'b', {}, { hints: { forZones: [{ name: zone === 0 ? 'zone-a' : 'zone-b' }] } }),
  );
  t.regex(
    text({ services: [service('web', spec)], slices: [slice('web', hinted)] }),
    /-> 10\.111\.156\.70:8080 from 0\n$/,
  );
});

test('a Service without endpoints is there, with nobody, and affinity is told', (t) => {
  const sticky = { sessionAffinity: 'ClientIP', sessionAffinityConfig: { clientIP: { timeoutSeconds: 30 } } };
  t.is(
    text({ services: [service('web', { ...spec, ...sticky })], slices: [] }),
    'TCP 10.100.1.1:80 default/web (ClientIP 30s) -> nobody from 0\n',
  );
});

test('SCTP, node ports and external addresses are left to the rules', (t) => {
  const services = [
    service('web', {
      ...spec,
      type: 'NodePort',
      externalIPs: ['203.0.113.1'],
      ports: [
        { name: 'sctp', port: 80, protocol: 'SCTP', nodePort: 30080 },
        { name: 'udp', port: 53, protocol: 'UDP', nodePort: 30053 },
      ],
    }),
  ];
  t.is(text({ services, slices: [] }), 'UDP 10.100.1.1:53 default/web:udp -> nobody from 0\n');
});

test('the same cluster gives the same text, in whatever order it came', (t) => {
  for (let seed = 1; seed <= 20; seed++) {
    const { services, slices } = randomCluster(seed);
    t.is(text({ services: [...services].reverse(), slices: [...slices].reverse() }), text({ services, slices }));
  }
});
