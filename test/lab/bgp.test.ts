/** MetalLB's BGP mode with a router; on a machine without FRR, what is said about that. */
import test, { type ExecutionContext } from 'ava';
import { hasFrr } from '../../src/kernel/frr.js';
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

/** With a password that the router does not have yet, without BFD, and an aggregate with communities. */
const guarded = `
apiVersion: metallb.io/v1beta2
kind: BGPPeer
metadata: { name: tor, namespace: metallb-system }
spec: { myASN: 64501, peerASN: 64500, peerAddress: 192.168.56.254, holdTime: 3s, password: hush }
---
apiVersion: metallb.io/v1beta1
kind: Community
metadata: { name: names, namespace: metallb-system }
spec: { communities: [{ name: ours, value: "64500:7" }] }
---
apiVersion: metallb.io/v1beta1
kind: BGPAdvertisement
metadata: { name: wide, namespace: metallb-system }
spec: { aggregationLength: 24, communities: [ours, "large:1:2:3", "65535:65281"] }
`;

async function paths(lab: TestLab): Promise<string[]> {
  const routes = await lab.on('router', 'ip', 'route', 'show', '10.99.0.0');
  return [...routes.matchAll(/via (\S+) /g)].map(([, address]) => address ?? '').sort();
}

const PATIENCE_MS = 30_000;

async function until(t: ExecutionContext, look: () => Promise<unknown>, expected: unknown): Promise<void> {
  const end = Date.now() + PATIENCE_MS;
  let seen = await look();
  while (seen !== expected && Date.now() < end) seen = await look();
  t.is(seen, expected);
}

function untilPaths(t: ExecutionContext, lab: TestLab, ...nodes: number[]): Promise<void> {
  const expected = nodes.map((node) => `192.168.56.${node}`).join();
  return until(t, async () => (await paths(lab)).join(), expected);
}

/** BFD finds its neighbours seconds after BGP has; before that only the hold time would tell that one is gone. */
function untilWatched(t: ExecutionContext, lab: TestLab): Promise<void> {
  const up = async () => (await vtysh(lab, 'router', 'show bfd peers brief')).match(/ up +$/gm)?.length;
  return until(t, up, 4);
}

async function vtysh(lab: TestLab, machine: string, ...commands: string[]): Promise<string> {
  const { stdout, stderr } = await lab.lab('vtysh', machine, ...commands.flatMap((command) => ['-c', command]));
  return `${stdout}\n${stderr}`;
}

test('BGP: the router has a path to every node, loses those that fail, and Local narrows them', async (t) => {
  t.timeout(180_000);
  const lab = createTestLab(t);
  await bringUp(t, lab, '-f', 'lab/metallb-native.yaml', 'lab/workshop/03-whoami.yaml');
  const { exitCode, stderr } = await lab.lab('router', 'up');
  if (!hasFrr()) {
    t.is(exitCode, 10);
    t.regex(stderr, /apt-get install frr/);
    return;
  }
  t.is(exitCode, 0, stderr);
  const patch = (spec: object) =>
    lab.on('host', 'kubectl', 'patch', 'svc', 'whoami-svc', '-p', JSON.stringify({ spec }));
  const apply = (text: string) => lab.on('host', 'sh', '-c', `kubectl apply -f - <<'END'\n${text}END`);
  const sessions = async (): Promise<string[]> => {
    const report = JSON.parse((await lab.lab('bgp', '-o', 'json')).stdout) as { sessions: { state: string }[] };
    return report.sessions.map(({ state }) => state);
  };
  await apply(configuration);
  await patch({ type: 'LoadBalancer' });
  await untilPaths(t, lab, 101, 102, 103);
  await until(t, async () => (await sessions()).join(), Array(4).fill('Established').join());
  t.regex(await vtysh(lab, 'router', 'show bgp summary'), /192\.168\.56\.101 4 +64501/);
  t.regex(await lab.on('host', 'curl', '-s', '--max-time', '5', '10.99.0.0'), /^Hostname: whoami-/);
  t.regex(await lab.on('host', 'kubectl', 'get', 'events'), /announcing from node "k8s-node2" with protocol "bgp"/);
  const statuses = await lab.on('host', 'kubectl', '-n', 'metallb-system', 'get', 'servicebgpstatuses');
  t.regex(statuses, /^NAME +NODE +SERVICE NAME +SERVICE NAMESPACE(\nbgp-\w{5} +k8s-node\d +whoami-svc +default){3}$/);

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
  await until(t, async () => (await paths(lab)).length, 1);
  t.regex((await lab.lab('bgp')).stdout, new RegExp(`default/whoami-svc +${node} +10\\.99\\.0\\.0/32 +announces`));
  t.regex((await lab.lab('bgp')).stdout, /k8s-node\d +- +- +noLocalEndpoints +policy Local, and no ready pod here/);

  await apply(guarded);
  await until(t, async () => (await sessions()).includes('Established'), false);
  await vtysh(lab, 'router', 'configure terminal', 'router bgp 64500', 'neighbor NODES password hush');
  const shown = () => vtysh(lab, 'router', 'show bgp ipv4 unicast 10.99.0.0/24');
  await until(t, async () => /Community: 64500:7 no-export\n +Large Community: 1:2:3/.test(await shown()), true);
  await lab.lab('fault', 'link', node, 'down');
  await until(t, async () => (await paths(lab)).length, 0);
  t.is((await lab.lab('router', 'down')).stdout, 'router down');
});
