/** Who asked: addresses become names of pods, nodes and the host; and the line that `lab dns log` prints. */
import test from 'ava';
import { queryLine } from '../../src/cli/commands/dns-log.js';
import { createDesiredState } from '../../src/cluster/desired.js';
import { queries } from '../../src/cluster/dns-queries.js';
import type { QueryLogEntry } from '../../src/dns/query-log.js';
import { createManualWorld } from '../../src/world/manual-clock.js';

const desired = createDesiredState({ world: createManualWorld(1) });
const dnsPod = desired.registry.list('', 'Pod').find(({ metadata }) => metadata.name.startsWith('coredns-'));
const podAddress = dnsPod?.metadata.annotations?.['cni.projectcalico.org/podIP']?.split('/')[0] ?? '';

const entry: QueryLogEntry = {
  sequence: 1,
  time: 1_704_067_205_678,
  server: 'coredns-1',
  client: '10.1.2.3:4000',
  protocol: 'udp',
  name: 'web.default.svc.cluster.local.',
  type: 'A',
  rcode: 'NOERROR',
  answers: ['10.96.1.1'],
};

async function askerAt(address: string): Promise<string | undefined> {
  const entries = [{ ...entry, client: `${address}:4000` }];
  const dns = {
    servers: Promise.reject(new Error('none')),
    feed: () => {},
    setUpstream: () => {},
    queries: async () => entries,
  };
  dns.servers.catch(() => undefined);
  return (await queries({ dns, desired }, 0))[0]?.asker;
}

const tunnelAddress = desired.config.nodes[1]?.podBlock.split('/')[0] ?? '';
const askers: [what: string, address: string, expected: string][] = [
  ['a pod', podAddress, `kube-system/${dnsPod?.metadata.name}`],
  ['a node on the LAN', '192.168.56.101', 'k8s-node1'],
  ['a node behind its tunnel address', tunnelAddress, 'k8s-node1'],
  ['the host', '192.168.56.1', 'host'],
  ['nobody known', '10.1.2.3', '10.1.2.3'],
];

for (const [what, address, expected] of askers) {
  test(`who asked: ${what}`, async (t) => t.is(await askerAt(address), expected));
}

test('a query is one line', (t) => {
  const asked = { ...entry, asker: 'default/shell' };
  t.is(queryLine(asked), '00:00:05 default/shell -> coredns-1: web.default.svc.cluster.local. A  NOERROR 10.96.1.1');
  t.is(
    queryLine({ ...asked, protocol: 'tcp', rcode: 'NXDOMAIN', answers: [] }),
    '00:00:05 default/shell -> coredns-1 over TCP: web.default.svc.cluster.local. A  NXDOMAIN (nothing)',
  );
});
