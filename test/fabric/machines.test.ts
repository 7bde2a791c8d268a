import test from 'ava';
import { defaultClusterConfig } from '../../src/api/cluster-config.js';
import { attachmentOf, planMachines, planRouter } from '../../src/fabric/machines.js';
import { namespaceOf } from '../../src/fabric/operation.js';
import { planPod } from '../../src/fabric/pods.js';
import { goldenIn } from '../golden.js';

const matchesGolden = goldenIn('fabric');

const lines = (operations: readonly unknown[]) => `${operations.map((one) => JSON.stringify(one)).join('\n')}\n`;

test('the course’s cluster is these operations', (t) => {
  matchesGolden(t, lines(planMachines(defaultClusterConfig()).flatMap(({ make }) => make)), 'ndjson');
});

test('a pod’s wiring is these operations', (t) => {
  const piece = planPod({ namespace: 'default', name: 'myweb1', node: 'k8s-node1', address: '10.111.156.83' });
  matchesGolden(t, lines([...piece.make, ...piece.unmake]), 'ndjson');
});

test('a router’s cable is pulled out before its namespace goes, which somebody may still be in', (t) => {
  const { unmake } = planRouter(defaultClusterConfig(), '192.168.56.254', false);
  t.deepEqual(unmake, [
    { op: 'link.delete', namespace: 'router', link: 'eth1', index: 3 },
    { op: 'namespace.delete', namespace: 'router' },
  ]);
});

test('interface numbers are used once a namespace, whatever the size of the cluster', (t) => {
  const config = defaultClusterConfig();
  const [first] = config.nodes;
  const nodes = Array.from({ length: 50 }, (_, n) => ({ ...first!, name: `n${n}`, address: `192.168.56.${100 + n}` }));
  const ends = planMachines({ ...config, nodes })
    .flatMap(({ make }) => make)
    .flatMap((one) => (one.op === 'veth.create' ? [one.a, one.b] : one.op === 'bridge.create' ? [one] : []));
  const keys = ends.map((end) => `${end.namespace} ${end.index}`);
  t.is(new Set(keys).size, keys.length);
});

test('an attached host gets one link in the machine’s namespace and nothing else', (t) => {
  const machines = planMachines(defaultClusterConfig(), attachmentOf('lab'));
  const onHost = machines.flatMap(({ make }) => make).filter((one) => namespaceOf(one) === 'host');
  t.deepEqual(
    onHost.map((one) => (one.op === 'sysctl.set' ? one.key : one.op)),
    ['ipv6/conf/kw-lab/disable_ipv6', 'link.up', 'address.add'],
  );
});

test('two attached labs have different links', (t) => {
  const [one, other] = [attachmentOf('lab'), attachmentOf('lab2')];
  t.not(one.link, other.link);
  t.not(one.index, other.index);
  t.true(attachmentOf('a'.repeat(32)).link.length <= 15);
  t.not(attachmentOf('workshop-monday').link, attachmentOf('workshop-monday2').link);
});
