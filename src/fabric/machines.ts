/**
 * The LAN and the machines on it, as pieces: a switch, the user's host, and the nodes.
 *
 *   host ── vboxnet0 ──┐
 *   k8s-master ── eth1 ─┼─ lan (bridge in `switch`, also the gateway that leads nowhere)
 *   k8s-node1 ── eth1 ──┘
 *
 * Routes follow Calico without encapsulation: each node owns its blocks as blackholes and reaches the other nodes'
 * blocks by their LAN addresses. Source: projectcalico/calico `confd/etc/calico/confd/templates/bird_ipam.cfg.template`.
 *
 * Differs: pod traffic between nodes is routed over the LAN as Calico's CrossSubnet mode does, not through an IPIP tunnel, so a masqueraded client appears as the node's LAN address where the course notes print the address of tunl0.
 */
import type { ClusterConfig, NodeConfig } from '../model/cluster-config.js';
import { macOf } from './naming.js';
import type { Operation, Piece } from './operation.js';

export const switchNamespace = 'switch';
export const hostNamespace = 'host';

/** lo is always 1; the uplinks take the numbers they have on a Vagrant machine (lo, eth0, eth1). */
const UPLINK_INDEX = 3;
/** Switch ports: 10 for the host's, then one a node. */
const FIRST_PORT_INDEX = 10;

/** VirtualBox' name for the user's end of a host-only network. */
export const hostLink = 'vboxnet0';
export const nodeLink = 'eth1';

/** Settings without which two runs would differ, or wait: set before any link exists. */
const everywhere: Record<string, string> = {
  // No duplicate address detection: addresses are ours alone, and a tentative address answers nothing for a second.
  'ipv6/conf/all/accept_dad': '0',
  'ipv6/conf/default/accept_dad': '0',
  'ipv6/conf/all/accept_ra': '0',
  'ipv6/conf/default/accept_ra': '0',
  'ipv6/conf/default/router_solicitations': '0',
  // Link-local addresses from the MAC, not from a secret that each namespace draws.
  'ipv6/conf/default/addr_gen_mode': '0',
};

/** A node routes, as kubelet, kube-proxy and Calico set it up. */
const nodeSysctls: Record<string, string> = {
  'ipv4/ip_forward': '1',
  'ipv4/conf/all/rp_filter': '0',
  'ipv4/conf/default/rp_filter': '0',
  // A redirect for a VIP, or a rate-limited ICMP error, makes the next connection hang for seconds (measured).
  'ipv4/conf/all/send_redirects': '0',
  'ipv4/conf/default/send_redirects': '0',
  'ipv4/icmp_ratelimit': '0',
  // kube-proxy: localhost NodePorts. Source: pkg/proxy/iptables/proxier.go, NewProxier.
  'ipv4/conf/all/route_localnet': '1',
  // kube-proxy: conntrack time-outs. Source: cmd/kube-proxy/app/conntrack.go and its defaults (24 h, 1 h).
  'netfilter/nf_conntrack_tcp_timeout_established': '86400',
  'netfilter/nf_conntrack_tcp_timeout_close_wait': '3600',
};

/** The pieces of the LAN with all machines. `blocksOf` gives every pod block a node owns, first one first. */
export function planMachines(
  config: ClusterConfig,
  blocksOf: (node: NodeConfig) => readonly string[] = (node) => [node.podBlock],
): Piece[] {
  const nodes = config.nodes.map((node, position) => planNode(config, node, position, blocksOf));
  return [planSwitch(config), planHost(config), ...nodes];
}

function planSwitch(config: ClusterConfig): Piece {
  const namespace = switchNamespace;
  const index = UPLINK_INDEX;
  return {
    key: 'machine/0-switch',
    make: [
      { op: 'namespace.create', namespace },
      ...sysctls(namespace, everywhere),
      { op: 'bridge.create', namespace, link: 'lan', index, mac: macOf('switch/lan') },
      { op: 'link.up', namespace, link: 'lo', index: 1 },
      { op: 'link.up', namespace, link: 'lan', index },
      { op: 'address.add', namespace, link: 'lan', index, address: withPrefix(config, config.lan.gateway) },
    ],
    unmake: [{ op: 'namespace.delete', namespace }],
  };
}

function planHost(config: ClusterConfig): Piece {
  const namespace = hostNamespace;
  return {
    key: 'machine/1-host',
    make: [
      { op: 'namespace.create', namespace },
      ...sysctls(namespace, everywhere),
      ...plugIn(config, namespace, hostLink, config.lan.hostAddress, FIRST_PORT_INDEX),
    ],
    unmake: [{ op: 'namespace.delete', namespace }],
  };
}

function planNode(
  config: ClusterConfig,
  node: NodeConfig,
  position: number,
  blocksOf: (node: NodeConfig) => readonly string[],
): Piece {
  const namespace = node.name;
  const uplink = { namespace, link: nodeLink, index: UPLINK_INDEX };
  const others = config.nodes.filter((other) => other.name !== node.name);
  return {
    key: `machine/2-node-${node.name}`,
    make: [
      { op: 'namespace.create', namespace },
      ...sysctls(namespace, { ...everywhere, ...nodeSysctls }),
      ...plugIn(config, namespace, nodeLink, node.address, FIRST_PORT_INDEX + 1 + position),
      { op: 'route.add', ...uplink, destination: 'default', gateway: config.lan.gateway },
      ...blocksOf(node).map(
        (destination): Operation => ({
          op: 'route.add',
          namespace,
          link: 'lo',
          index: 1,
          destination,
          protocol: 'bird',
          kind: 'blackhole',
        }),
      ),
      ...others.flatMap((other) =>
        blocksOf(other).map(
          (destination): Operation => ({
            op: 'route.add',
            ...uplink,
            destination,
            gateway: other.address,
            protocol: 'bird',
          }),
        ),
      ),
    ],
    unmake: [{ op: 'namespace.delete', namespace }],
  };
}

/** A cable from the switch to a machine's uplink, up at both ends, with the machine's address on it. */
function plugIn(config: ClusterConfig, namespace: string, link: string, address: string, port: number): Operation[] {
  const portName = `port-${port - FIRST_PORT_INDEX}`;
  return [
    {
      op: 'veth.create',
      a: { namespace: switchNamespace, link: portName, index: port, mac: macOf(`switch/${namespace}`) },
      b: { namespace, link, index: UPLINK_INDEX, mac: macOf(`${namespace}/${link}`) },
    },
    { op: 'link.up', namespace: switchNamespace, link: portName, index: port, master: UPLINK_INDEX },
    { op: 'link.up', namespace, link: 'lo', index: 1 },
    { op: 'link.up', namespace, link, index: UPLINK_INDEX },
    { op: 'address.add', namespace, link, index: UPLINK_INDEX, address: withPrefix(config, address) },
  ];
}

function withPrefix(config: ClusterConfig, address: string): string {
  return `${address}/${config.lan.cidr.split('/')[1]}`;
}

/** One `sysctl.set` a setting, in the order given. */
export function sysctls(namespace: string, settings: Record<string, string>): Operation[] {
  return Object.entries(settings).map(([key, value]) => ({ op: 'sysctl.set', namespace, key, value }));
}
