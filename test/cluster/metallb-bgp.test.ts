/** What becomes of ServiceBGPStatus objects when the BGP configuration goes. */
import { readFileSync } from 'node:fs';
import { setImmediate as turn } from 'node:timers/promises';
import test from 'ava';
import { createDesiredState } from '../../src/cluster/desired.js';
import { MetalLBBgp } from '../../src/cluster/metallb-bgp.js';
import { SpeakerRecords } from '../../src/cluster/speaker-records.js';
import { Namespaces } from '../../src/kernel/operations.js';
import { bgpStatusChange } from '../../src/metallb/bgp/service-bgp-status.js';
import type { ServiceStatus } from '../../src/metallb/service-status.js';
import { createManualWorld } from '../../src/world/manual-clock.js';

const namespace = 'metallb-system';

test('without peers and advertisements a running speaker removes what it said; one that died leaves it', async (t) => {
  const world = createManualWorld(1);
  const desired = createDesiredState({ world });
  desired.apply([{ file: 'metallb.yaml', text: readFileSync('lab/metallb-native.yaml', 'utf8') }]);
  const { registry } = desired;
  const records = new SpeakerRecords(registry, world.clock);
  const services = [{ service: 'default/web', prefixes: ['10.99.0.0/32'], peers: ['tor'] }];
  for (const node of ['k8s-node1', 'k8s-node2']) {
    records.status(bgpStatusChange(registry, namespace, node, services));
  }
  const nodes = () => {
    const all = registry.list<ServiceStatus>('metallb.io', 'ServiceBGPStatus', { namespace });
    return all.map(({ status }) => status?.node).sort();
  };
  t.deepEqual(nodes(), ['k8s-node1', 'k8s-node2']);
  const bgp = new MetalLBBgp({
    desired,
    clock: world.clock,
    records,
    namespaces: new Namespaces(),
    frrDirectory: 'never made',
    isRunning: (node) => node === 'k8s-node1',
  });
  bgp.inform();
  await turn();
  t.deepEqual(nodes(), ['k8s-node2']);
});
