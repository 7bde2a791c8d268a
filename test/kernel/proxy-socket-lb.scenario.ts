/**
 * The behaviour suite with ClusterIPs resolved at the socket, in front of iptables mode, moved from case to case by changes
 * of the maps. Prints what refused it where eBPF cannot run.
 */
import { CommandFailure } from '../../src/cluster/failure.js';
import { requireSocketLB, type SocketLB, startSocketLB } from '../../src/cluster/socket-lb.js';
import type { StoredPod } from '../../src/kubelet/contract.js';
import type { NodeTraffic } from '../../src/model/traffic.js';
import { pods } from '../proxy/cases/world.js';
import { socketDifferences } from '../proxy/socket-lb/differences.js';
import { createIptablesInstall } from './iptables-rules.js';
import { runKernelSuite } from './proxy-suite.js';
import type { ProxyWorld } from './proxy-world.js';

const name = 'k8s-node1';
let sync: ((traffic: NodeTraffic) => Promise<void>) | undefined;

/** The node and its pods, each known to the programs. */
async function start({ node, clients }: ProxyWorld) {
  const sockets = await startSocketLB({
    nodes: [{ name, namespace: node }],
    balance: { balance: 'replayable', seed: 1 },
    // The suite keeps its own /run.
    folder: '/run/bpf',
  });
  for (const pod of Object.keys(pods)) await admit(sockets, pod, clients.get(pod as keyof typeof pods));
  const unchanging = { proxy: { sync: async () => ({ changed: false }) }, edge: { changed: async () => undefined } };
  const edge = sockets.beside(new Map([[name, unchanging]])).get(name)?.edge;
  return (traffic: NodeTraffic) => edge?.changed(traffic, undefined) ?? Promise.resolve();
}

async function admit(sockets: SocketLB, pod: string, namespace: ProxyWorld['node'] | undefined): Promise<void> {
  if (!namespace) return;
  const wires = { attach: async () => ({ namespace, namespacePath: '', podIPs: [] }), detach: async () => undefined };
  const stored = { metadata: { name: pod, namespace: 'default' }, spec: { nodeName: name } } as unknown as StoredPod;
  await sockets.around(wires).attach(stored);
}

try {
  requireSocketLB(process.argv.includes('rootless'));
  const install = createIptablesInstall();
  await runKernelSuite(async (world, traffic, options) => {
    sync ??= await start(world);
    await install(world, traffic, options);
    await sync(traffic);
  }, socketDifferences);
} catch (error) {
  if (!(error instanceof CommandFailure)) throw error;
  const { kind, message } = error;
  process.stdout.write(`${JSON.stringify({ kind, message })}\n`, () => process.exit(0));
}
