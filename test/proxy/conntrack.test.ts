/** Stale conntrack entries of UDP Services. */
import test from 'ava';
import type { Endpoint } from 'kubernetes-types/discovery/v1.js';
import { type NodeTraffic, planTraffic, trafficOfNode } from '../../src/model/traffic.js';
import { conntrackArguments, staleEntries } from '../../src/proxy/conntrack.js';
import { endpoint, node, service, slice } from './cases/world.js';

function traffic(endpoints: Endpoint[], protocol = 'UDP'): NodeTraffic {
  const dns = service('dns', {
    type: 'NodePort',
    clusterIP: '10.96.0.10',
    externalIPs: ['203.0.113.9'],
    ports: [{ port: 53, nodePort: 30053, protocol }],
  });
  const slices = [slice('dns', endpoints, [{ name: '', port: 53, protocol }])];
  return trafficOfNode(planTraffic({ services: [dns], endpointSlices: slices }), node());
}

const none = trafficOfNode(planTraffic({ services: [], endpointSlices: [] }), node());

test('the first plan leaves nothing stale', (t) => {
  t.deepEqual(staleEntries(undefined, traffic([endpoint('a')])), []);
});

test('an endpoint that is gone leaves entries on every address', (t) => {
  t.deepEqual(staleEntries(traffic([endpoint('a'), endpoint('b')]), traffic([endpoint('b')])), [
    { nodePort: 30053, endpoint: '10.111.156.70' },
    { destination: '10.96.0.10', endpoint: '10.111.156.70' },
    { destination: '203.0.113.9', endpoint: '10.111.156.70' },
  ]);
});

test('the first endpoint clears the black hole from before', (t) => {
  t.deepEqual(staleEntries(traffic([]), traffic([endpoint('a')])), [
    { nodePort: 30053 },
    { destination: '10.96.0.10' },
    { destination: '203.0.113.9' },
  ]);
});

test('a Service that is gone leaves entries on its ClusterIP', (t) => {
  t.deepEqual(staleEntries(traffic([endpoint('a')]), none), [{ destination: '10.96.0.10' }]);
});

test('an endpoint that only became unready is listed still, and one that never served left nothing', (t) => {
  t.deepEqual(
    staleEntries(traffic([endpoint('a'), endpoint('b')]), traffic([endpoint('a', { ready: false }), endpoint('b')])),
    [],
  );
  const idle = endpoint('a', { ready: false, serving: false });
  t.deepEqual(staleEntries(traffic([idle, endpoint('b')]), traffic([endpoint('b')])), []);
});

test('TCP is left alone', (t) => {
  t.deepEqual(staleEntries(traffic([endpoint('a')], 'TCP'), none), []);
});

test('as conntrack’s arguments', (t) => {
  t.is(conntrackArguments({ destination: '10.96.0.10' }).join(' '), '-D --orig-dst 10.96.0.10 -p udp');
  t.is(
    conntrackArguments({ nodePort: 30053, endpoint: '10.1.1.1' }).join(' '),
    '-D -p udp --dport 30053 --dst-nat 10.1.1.1',
  );
  t.is(conntrackArguments({ destination: 'fd00::a' }).join(' '), '-D --orig-dst fd00::a -p udp -f ipv6');
});
