import test from 'ava';
import { curlEach, manyPods, serviceAddress } from '../../bench/many-pods.js';
import { starByIpBatch, starHosts } from '../../bench/star.js';
import { syntheticTraffic } from '../../src/cluster/mode-bench/synthetic-traffic.js';

const COUNT = 1000;

test('1,000 hosts of a star have names and MACs of their own', (t) => {
  const hosts = starHosts(COUNT);
  for (const key of ['namespace', 'port', 'mac'] as const) t.is(new Set(hosts.map((it) => it[key])).size, COUNT);
});

test('the ip -batch floor makes three lines a host and two for the bridge', (t) => {
  const batch = starByIpBatch(starHosts(2)).split("<<'BATCH'\n")[1]?.split('\nBATCH')[0];
  t.deepEqual(batch?.split('\n'), [
    'link add lan type bridge',
    'link set lan up',
    'netns add h1',
    'link add p1 type veth peer name eth1 netns h1 address 02:00:00:00:00:01',
    'link set p1 master lan up',
    'netns add h2',
    'link add p2 type veth peer name eth1 netns h2 address 02:00:00:00:00:02',
    'link set p2 master lan up',
  ]);
});

test('every pod of the many has a Service with an address of its own, and is asked once', (t) => {
  const manifests = manyPods(COUNT).split('---\n');
  t.is(manifests.length, 2 * COUNT);
  t.is(new Set(Array.from({ length: COUNT }, (_, index) => serviceAddress(index))).size, COUNT);
  t.is(curlEach(COUNT).trim().split('\n').length, COUNT);
});

test('10,000 synthetic Services have addresses of their own, and their endpoints too', (t) => {
  const { services, endpointSlices } = syntheticTraffic(10_000, 3);
  t.is(new Set(services.map((it) => it.spec?.clusterIP)).size, 10_000);
  t.is(new Set(endpointSlices.flatMap((it) => it.endpoints.flatMap((endpoint) => endpoint.addresses))).size, 30_000);
});
