/**
 * The world of the proxy behaviour suite in real namespaces, for its scenarios: k8s-node1 with its pods behind routed
 * veths as Calico lays them, a LAN, the host, a stranger, and one namespace for the pods of all other nodes.
 */
import { createSocket } from 'node:dgram';
import { connect } from 'node:net';
import { libc } from '../../src/kernel/libc.js';
import { listenAt } from '../../src/kernel/listen.js';
import { createNamespace, inNamespace, type NetworkNamespace, openNamespace } from '../../src/kernel/netns.js';
import { runProcess } from '../../src/kernel/process.js';
import type { Packet } from '../../src/trace/packet.js';
import type { Client } from '../proxy/cases/suite.js';
import { hostAddress, nodes, type PodName, podCIDR, pods, strangerAddress } from '../proxy/cases/world.js';

/** CLONE_NEWNET, linux/sched.h. */
const CLONE_NEWNET = 0x40000000;
/** Long enough for an answer on an idle veth, short enough for the many flows that get none; milliseconds. */
const patience = 250;

const thisNode = nodes['k8s-node1'].address;
const isHere = (pod: PodName): boolean => pods[pod].node === 'k8s-node1';
const podNames = Object.keys(pods) as PodName[];

export interface ProxyWorld {
  readonly node: NetworkNamespace;
  readonly clients: ReadonlyMap<Client, NetworkNamespace>;
}

async function ip(namespace: NetworkNamespace, lines: readonly string[]): Promise<void> {
  const { code, stderr } = await runProcess(namespace, ['ip', '-batch', '-'], `${lines.join('\n')}\n`);
  if (code !== 0) throw new Error(`ip in ${namespace.name}: ${stderr}`);
}

async function sysctls(namespace: NetworkNamespace, settings: readonly string[]): Promise<void> {
  await runProcess(namespace, ['sysctl', '-qw', ...settings]);
}

function path({ fd }: NetworkNamespace): string {
  return `/proc/${process.pid}/fd/${fd}`;
}

/** One machine on the LAN: its `eth1` on the switch, and a default route. */
async function joinLan(lan: NetworkNamespace, machine: NetworkNamespace, address: string, via: string): Promise<void> {
  const port = machine.name.slice(0, 10);
  await ip(lan, [`link add ${port} type veth peer name eth1 netns ${path(machine)}`, `link set ${port} master br0 up`]);
  await ip(machine, [
    'link set lo up',
    `address add ${address}/24 dev eth1`,
    'link set eth1 up',
    `route add default via ${via}`,
  ]);
}

/** A pod of this node: /32 address, gateway 169.254.1.1 that its veth answers for. */
async function addPod(node: NetworkNamespace, name: PodName): Promise<NetworkNamespace> {
  const pod = createNamespace(name);
  const mac = `02:00:00:00:01:0${podNames.indexOf(name)}`;
  await ip(node, [
    `link add cali${name} address ${mac} type veth peer name eth0 netns ${path(pod)}`,
    `link set cali${name} up`,
    `route add ${pods[name].ip}/32 dev cali${name}`,
  ]);
  await ip(pod, [
    'link set lo up',
    `address add ${pods[name].ip}/32 dev eth0`,
    'link set eth0 up',
    `neighbour add 169.254.1.1 lladdr ${mac} dev eth0 nud permanent`,
    'route add 169.254.1.1 dev eth0 scope link',
    'route add default via 169.254.1.1',
  ]);
  return pod;
}

/** Says its name and who asked, over TCP and UDP, on one port. */
function serve(namespace: NetworkNamespace, name: PodName, port: number): void {
  const { ip: address } = pods[name];
  listenAt(namespace, address, port).on('connection', (socket) => {
    socket.on('error', () => undefined);
    socket.end(`${name} ${socket.remoteAddress}`);
  });
  inNamespace(namespace, () => {
    // A look-up that answers at once keeps the bind inside the namespace.
    const udp = createSocket({ type: 'udp4', lookup: (host, _, done) => done(null, host, 4) });
    udp.on('message', (_, { address: client, port: from }) => udp.send(`${name} ${client}`, from, client));
    udp.bind({ address, port, exclusive: true });
  });
}

/** Every target port that the suite uses. */
const targetPorts = [8080, 8053];

export async function createProxyWorld(): Promise<ProxyWorld> {
  const [lan, node, host, stranger, far] = ['lan', 'node', 'host', 'stranger', 'far'].map(createNamespace) as [
    NetworkNamespace,
    NetworkNamespace,
    NetworkNamespace,
    NetworkNamespace,
    NetworkNamespace,
  ];
  await ip(lan, ['link add br0 type bridge', 'link set br0 up']);
  await joinLan(lan, node, thisNode, hostAddress);
  await joinLan(lan, host, hostAddress, thisNode);
  await joinLan(lan, stranger, strangerAddress, thisNode);
  await joinLan(lan, far, nodes['k8s-node2'].address, thisNode);
  // Refusals are ICMP messages, whose number the kernel limits unless told otherwise.
  const settings = [
    'icmp_ratemask=0',
    'ip_forward=1',
    'conf.all.rp_filter=0',
    'conf.eth1.rp_filter=0',
    'conf.all.route_localnet=1',
  ];
  await sysctls(
    node,
    settings.map((setting) => `net.ipv4.${setting}`),
  );
  const clients = new Map<Client, NetworkNamespace>([
    ['node', node],
    ['localhost', node],
    ['host', host],
    ['stranger', stranger],
  ]);
  for (const name of podNames) {
    if (isHere(name)) clients.set(name, await addPod(node, name));
    else await ip(far, [`address add ${pods[name].ip}/32 dev lo`]);
    if (!isHere(name)) await ip(node, [`route add ${pods[name].ip}/32 via ${nodes['k8s-node2'].address}`]);
  }
  // Service and external addresses lead to the node under observation, as a speaker or a static route would do.
  for (const machine of [host, stranger]) {
    await ip(machine, [`route add ${podCIDR} via ${thisNode}`, `route add 192.168.56.240/29 via ${thisNode}`]);
  }
  await settleAddresses();
  for (const name of podNames) for (const port of targetPorts) serve(clients.get(name) ?? far, name, port);
  return { node, clients };
}

/** Duplicate address detection is IPv6's; a veth pair is up when both ends are, so one turn of the loop suffices. */
function settleAddresses(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

const home = openNamespace('home', '/proc/thread-self/ns/net');

/** Connects lazily, so the whole attempt has to run in the client's namespace. */
async function within<T>(namespace: NetworkNamespace, work: () => Promise<T>): Promise<T> {
  libc().setns(namespace.fd, CLONE_NEWNET);
  try {
    return await work();
  } finally {
    libc().setns(home.fd, CLONE_NEWNET);
  }
}

/** How a connection that fails is told of; one that was accepted may be reset when it closes. */
const endings: ReadonlyMap<string, string> = new Map([
  ['ECONNREFUSED', 'refused'],
  ['ECONNRESET', 'closed'],
  ['EHOSTUNREACH', 'unreachable'],
]);

function askTCP({ destination, port, source }: Packet): Promise<string> {
  return new Promise((resolve) => {
    const socket = connect({ host: destination, port, localAddress: source });
    const done = (answer: string): void => {
      socket.destroy();
      resolve(answer);
    };
    socket.setTimeout(patience, () => done('dropped'));
    socket.on('data', (chunk) => done(chunk.toString()));
    socket.on('end', () => done('closed'));
    socket.on('error', (error: NodeJS.ErrnoException) => done(endings.get(error.code ?? '') ?? 'dropped'));
  });
}

function askUDP({ destination, port, source }: Packet): Promise<string> {
  return new Promise((resolve) => {
    const socket = createSocket('udp4');
    const timer = setTimeout(() => done('dropped'), patience);
    const done = (answer: string): void => {
      clearTimeout(timer);
      socket.close();
      resolve(answer);
    };
    socket.on('message', (message) => done(message.toString()));
    socket.on('error', (error: NodeJS.ErrnoException) => done(endings.get(error.code ?? '') ?? 'dropped'));
    socket.bind({ address: source }, () => socket.connect(port, destination, () => socket.send('who')));
  });
}

/**
 * `POD ADDRESS` of who answered and whom it saw, or `refused`, or `unreachable`, or `dropped` for silence, or `closed`
 * for a connection that was accepted and brought no answer.
 */
export function ask({ clients }: ProxyWorld, client: Client, packet: Packet): Promise<string> {
  const namespace = clients.get(client);
  if (namespace === undefined) throw new Error(`${client} is no client here`);
  return within(namespace, () => (packet.protocol === 'UDP' ? askUDP(packet) : askTCP(packet)));
}
