/** MetalLB's BGP mode with a router; on a machine without FRR, what is said about that. */
import test, { type ExecutionContext } from 'ava';
import { hasFrr } from '../../src/kernel/frr.js';
import { everything, oneAS, selections } from './bgp-fields.js';
import { apply, configure, paths, untilEstablished, untilIs, untilPaths, vtysh } from './bgp-lab.js';
import { bringUp, createTestLab, type TestLab } from './lab.js';

const configuration = `
apiVersion: metallb.io/v1beta1
kind: IPAddressPool
metadata: { name: bgp-pool, namespace: metallb-system }
spec: { addresses: [10.99.0.0/24] }
---
apiVersion: metallb.io/v1beta1
kind: BFDProfile
metadata: { name: fast, namespace: metallb-system }
spec: { receiveInterval: 100, transmitInterval: 100 }
---
apiVersion: metallb.io/v1beta2
kind: BGPPeer
metadata: { name: tor, namespace: metallb-system }
spec: { myASN: 64501, peerASN: 64500, peerAddress: 192.168.56.254, bfdProfile: fast, holdTime: 90s }
---
apiVersion: metallb.io/v1beta1
kind: BGPAdvertisement
metadata: { name: all, namespace: metallb-system }
`;

/** Without BFD only the hold time tells of a node that is gone. */
const unwatched = `
apiVersion: metallb.io/v1beta2
kind: BGPPeer
metadata: { name: tor, namespace: metallb-system }
spec: { myASN: 64501, peerASN: 64500, peerAddress: 192.168.56.254, holdTime: 3s }
`;

/** BFD finds its neighbours seconds after BGP has; before that only the hold time would tell that one is gone. */
function untilWatched(t: ExecutionContext, lab: TestLab): Promise<void> {
  const up = async () => (await vtysh(lab, 'router', 'show bfd peers brief')).match(/ up +$/gm)?.length;
  return untilIs(t, up, 4);
}

test('BGP: the router has a path to every node, loses those that fail, and Local narrows them', async (t) => {
  t.timeout(180_000);
  const lab = createTestLab(t);
  await bringUp(t, lab, '-f', 'lab/metallb-native.yaml', 'lab/workshop/03-whoami.yaml');
  const { exitCode, stderr } = await lab.lab('router', 'up');
  if (!hasFrr()) {
    t.log('not run: no FRR here');
    t.is(exitCode, 10);
    t.regex(stderr, /apt-get install frr/);
    return;
  }
  t.is(exitCode, 0, stderr);
  const patch = (spec: object) =>
    lab.on('host', 'kubectl', 'patch', 'svc', 'whoami-svc', '-p', JSON.stringify({ spec }));
  await apply(lab, configuration);
  await patch({ type: 'LoadBalancer' });
  await untilPaths(t, lab, 101, 102, 103);
  await untilEstablished(t, lab, 4);
  t.regex(await vtysh(lab, 'router', 'show bgp summary'), /192\.168\.56\.101 4 +64501/);
  t.regex(await lab.on('host', 'curl', '-s', '--max-time', '5', '10.99.0.0'), /^Hostname: whoami-/);
  t.regex(await lab.on('host', 'kubectl', 'get', 'events'), /announcing from node "k8s-node2" with protocol "bgp"/);
  const statuses = await lab.on('host', 'kubectl', '-n', 'metallb-system', 'get', 'servicebgpstatuses');
  t.regex(statuses, /^NAME +NODE +SERVICE NAME +SERVICE NAMESPACE(\nbgp-\w{5} +k8s-node\d +whoami-svc +default){3}$/);

  await selections(t, lab);
  await everything(t, lab);
  await configure(lab, 64500, 'no neighbor NODES password');
  await apply(lab, configuration);
  await untilPaths(t, lab, 101, 102, 103);
  await untilWatched(t, lab);
  await lab.lab('fault', 'node', 'k8s-node3', 'down');
  await untilPaths(t, lab, 101, 102);
  await lab.lab('fault', 'speaker', 'k8s-node1', 'kill');
  await untilPaths(t, lab, 102);
  await lab.lab('fault', 'clear');
  await untilPaths(t, lab, 101, 102, 103);

  await patch({ externalTrafficPolicy: 'Local' });
  await lab.on('host', 'kubectl', 'scale', 'deployment', 'whoami', '--replicas=1');
  const pod = await lab.on('host', 'kubectl', 'get', 'po', '-l', 'app=whoami', '-o', 'wide', '--no-headers');
  const [node = ''] = /k8s-node\d/.exec(pod) ?? [];
  await untilIs(t, async () => (await paths(lab)).length, 1);
  t.regex((await lab.lab('bgp')).stdout, new RegExp(`default/whoami-svc +${node} +10\\.99\\.0\\.0/32 +announces`));
  t.regex((await lab.lab('bgp')).stdout, /k8s-node\d +- +- +noLocalEndpoints +policy Local, and no ready pod here/);

  await apply(lab, unwatched);
  await untilEstablished(t, lab, 4);
  await lab.lab('fault', 'link', node, 'down');
  await untilIs(t, async () => (await paths(lab)).length, 0);
  await lab.lab('fault', 'clear');
  t.is((await lab.lab('router', 'down')).stdout, 'router down');

  await patch({ externalTrafficPolicy: 'Cluster' });
  await oneAS(t, lab);
  t.is((await lab.lab('router', 'down')).stdout, 'router down');
});
