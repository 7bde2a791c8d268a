/** The less used fields of BGPPeer and BGPAdvertisement, as the router sees them. */
import type { ExecutionContext } from 'ava';
import { apply, configure, paths, untilBecause, untilEstablished, untilIs, untilPaths, vtysh } from './bgp-lab.js';
import type { TestLab } from './lab.js';

const advertisement = (spec: string) => `
apiVersion: metallb.io/v1beta1
kind: BGPAdvertisement
metadata: { name: all, namespace: metallb-system }
spec: ${spec}
`;

const peer = (spec: string) => `
apiVersion: metallb.io/v1beta2
kind: BGPPeer
metadata: { name: tor, namespace: metallb-system }
spec: { peerAddress: 192.168.56.254, ${spec} }
`;

const onNode = (node: string) => `nodeSelectors: [{ matchLabels: { kubernetes.io/hostname: ${node} } }]`;

/** Which nodes announce which Service of which pool to whom. There are three nodes with pods. */
export async function selections(t: ExecutionContext, lab: TestLab): Promise<void> {
  const chosen = 'ipAddressPoolSelectors: [{ matchLabels: { tier: gold } }], peers: [tor]';
  const services = 'serviceSelectors: [{ matchLabels: { public: "yes" } }]';
  await apply(lab, advertisement(`{ ${onNode('k8s-node2')}, ${chosen}, ${services} }`));
  await untilPaths(t, lab);
  await lab.on('host', 'sh', '-c', 'kubectl label -n metallb-system ipaddresspool bgp-pool tier=gold');
  t.regex((await lab.lab('bgp')).stdout, /whoami-svc +k8s-node2 +- +- +noMatchingAdvertisement/);
  await lab.on('host', 'sh', '-c', 'kubectl label svc whoami-svc public=yes');
  await untilPaths(t, lab, 102);
  await apply(lab, advertisement('{ peers: [other] }'));
  await untilPaths(t, lab);
  t.regex((await lab.lab('bgp')).stdout, /whoami-svc +k8s-node1 +10\.99\.0\.0\/32 +announces +announcing +to nobody/);
}

const secret = `
apiVersion: v1
kind: Secret
metadata: { name: tor, namespace: metallb-system }
type: kubernetes.io/basic-auth
stringData: { password: hush }
`;

const community = `
apiVersion: metallb.io/v1beta1
kind: Community
metadata: { name: names, namespace: metallb-system }
spec: { communities: [{ name: ours, value: "64500:7" }] }
---`;

/** One session with everything that FRR takes; then an aggregate with communities goes through it. */
export async function everything(t: ExecutionContext, lab: TestLab): Promise<void> {
  const [where, timers] = [onNode('k8s-node1'), 'holdTime: 30s, keepaliveTime: 5s, connectTime: 2s'];
  const rest = 'routerID: 1.1.1.1, localASN: 65000, sourceAddress: 192.168.56.101, ebgpMultiHop: true, disableMP: true';
  const spec = `myASN: 64501, dynamicASN: external, ${where}, ${timers}, ${rest}, passwordSecret: { name: tor }`;
  await apply(lab, `${advertisement('{}')}---${peer(spec)}`);
  await untilBecause(t, lab, 'k8s-node1', 'secret ref not found for peer config "metallb-system"/"tor"');
  await apply(lab, secret);
  await configure(lab, 64500, 'neighbor NODES password hush');
  await untilEstablished(t, lab, 1);
  const seen = JSON.parse(await vtysh(lab, 'router', 'show bgp neighbors 192.168.56.101 json')) as object;
  const timesOut = { bgpTimerHoldTimeMsecs: 30_000, remoteRouterId: '1.1.1.1', remoteAs: 65000 };
  t.like(seen, { '192.168.56.101': timesOut });
  const own = JSON.parse(await vtysh(lab, 'k8s-node1', 'show bgp neighbors json')) as object;
  const configured = {
    bgpTimerConfiguredKeepAliveIntervalMsecs: 5000,
    connectRetryTimer: 2,
    hostLocal: '192.168.56.101',
  };
  t.like(own, { '192.168.56.254': { ...configured, externalBgpNbrMaxHopsAway: 255 } });
  await untilPaths(t, lab, 101);

  const wide = '{ aggregationLength: 24, communities: [ours, "large:1:2:3", "65535:65281"] }';
  await apply(lab, community + advertisement(wide));
  const shown = () => vtysh(lab, 'router', 'show bgp ipv4 unicast 10.99.0.0/24');
  await untilIs(t, async () => /Community: 64500:7 no-export\n +Large Community: 1:2:3/.test(await shown()), true);
  await apply(lab, advertisement('{}'));
}

/** Within one AS a preference is told, and the router has several paths as well. */
export async function oneAS(t: ExecutionContext, lab: TestLab): Promise<void> {
  const { exitCode, stderr } = await lab.lab('router', 'up', '--asn', '64501');
  t.is(exitCode, 0, stderr);
  await apply(lab, `${advertisement('{ localPref: 300 }')}---${peer('myASN: 64501, peerASN: 64501')}`);
  await untilBecause(t, lab, 'k8s-node1', 'OPEN Message Error/Bad Peer AS');
  await configure(lab, 64501, 'neighbor NODES remote-as internal');
  await untilEstablished(t, lab, 4);
  await untilPaths(t, lab, 101, 102, 103);
  const shown = await vtysh(lab, 'router', 'show bgp ipv4 unicast 10.99.0.0/32');
  t.is(shown.match(/localpref 300, valid, internal/g)?.length, 3, shown);
  await apply(lab, `${advertisement('{}')}---${peer('myASN: 64501, peerASN: 64500, peerPort: 180')}`);
  await untilBecause(t, lab, 'k8s-node1', 'Connection refused');
  t.deepEqual(await paths(lab), []);
}
