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
import { cloudNamespace, planCloud } from './cloud.js';
import {
  cable,
  dead,
  everywhere,
  FIRST_PORT_INDEX,
  hostLink,
  hostNamespace,
  hostUplink,
  inherited,
  nodeLink,
  plugIn,
  portName,
  portUp,
  switchNamespace,
  sysctls,
  UPLINK_INDEX,
  withPrefix,
} from './lan.js';
import { macOf } from './naming.js';
import type { Operation, Piece } from './operation.js';

export { hostLink, hostNamespace, nodeLink, switchNamespace, sysctls } from './lan.js';

/** What a pod's namespace needs before its link is made. */
export const podSysctls: Record<string, string> = {
  'ipv4/ip_forward': '0',
  'ipv4/conf/all/rp_filter': '0',
  'ipv4/conf/default/rp_filter': '0',
  'ipv6/conf/all/accept_dad': '0',
  'ipv6/conf/default/accept_dad': '0',
  'ipv6/conf/default/router_solicitations': '0',
  'ipv6/conf/default/addr_gen_mode': '0',
};

/** A node routes, as kubelet, kube-proxy and Calico set it up. */
const nodeSysctls: Record<string, string> = {
  'ipv4/ip_forward': '1',
  ...inherited,
  // As Linux has it: who pings a VIP is redirected to it. Of connections that are translated none is told (nf_nat_proto.c).
  'ipv4/conf/all/send_redirects': '1',
  'ipv4/conf/default/send_redirects': '1',
  // But a redirect uses up the tokens of ICMP errors to the same client (net/ipv4/route.c, icmp.c): with a limit the REJECT after a
  // ping would be lost, and a connection hang for 8 s (measured).
  'ipv4/icmp_ratelimit': '0',
  'ipv4/icmp_ratemask': '0',
  // kube-proxy: localhost NodePorts. Source: pkg/proxy/iptables/proxier.go, NewProxier.
  'ipv4/conf/all/route_localnet': '1',
  // kube-proxy: conntrack time-outs. Source: cmd/kube-proxy/app/conntrack.go and its defaults (24 h, 1 h).
  'netfilter/nf_conntrack_tcp_timeout_established': '86400',
  'netfilter/nf_conntrack_tcp_timeout_close_wait': '3600',
};

/** How `--attach` shows itself in the machine's own network namespace: one link, named and numbered after the lab. */
export interface Attachment {
  link: string;
  index: number;
}

/** The pieces of the LAN with all machines. With an attachment, `host` is a namespace that exists already. */
export function planMachines(config: ClusterConfig, attachment?: Attachment): Piece[] {
  const nodes = config.nodes.map((node, position) => planNode(config, node, position));
  const host = attachment ? planAttachedHost(config, attachment) : planHost(config);
  const router = config.router ? [planRouter(config, config.router.address, attachment !== undefined)] : [];
  const cloud = config.cloud ? [planCloud(config)] : [];
  return [planSwitch(config), host, ...nodes, ...router, ...cloud];
}

/** Linux limits interface names to 15 characters (IFNAMSIZ). */
const LINK_NAME_LENGTH = 15;
/** Above what a machine's own links reach, which the kernel numbers from 1. */
const FIRST_ATTACHED_INDEX = 1_000_000;

/** The link of a lab in the machine's namespace: other labs have other ones. */
export function attachmentOf(lab: string): Attachment {
  const digits = macOf(`attach/${lab}`).replaceAll(':', '').slice(2);
  const index = FIRST_ATTACHED_INDEX + (Number.parseInt(digits.slice(0, 6), 16) % 1_000_000);
  const link = `kw-${lab}`;
  // Of a long name the beginning is kept to be recognised, and a hash to be one of a kind.
  return { link: link.length <= LINK_NAME_LENGTH ? link : `${link.slice(0, 8)}-${digits.slice(0, 6)}`, index };
}

function planSwitch(config: ClusterConfig): Piece {
  const namespace = switchNamespace;
  const index = UPLINK_INDEX;
  return {
    key: 'machine/0-switch',
    make: [
      { op: 'namespace.create', namespace },
      ...sysctls(namespace, dead),
      { op: 'bridge.create', namespace, link: 'lan', index, mac: macOf('switch/lan') },
      { op: 'link.up', namespace, link: 'lo', index: 1 },
      { op: 'link.up', namespace, link: 'lan', index },
      // With a cloud, the gateway is the cloud's.
      ...(config.cloud
        ? []
        : [
            {
              op: 'address.add',
              namespace,
              link: 'lan',
              index,
              address: withPrefix(config, config.lan.gateway),
            } as const,
          ]),
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
      ...sysctls(namespace, dead),
      ...plugIn(config, namespace, hostLink, config.lan.hostAddress, FIRST_PORT_INDEX),
    ],
    unmake: [{ op: 'namespace.delete', namespace }],
  };
}

/** Only the link is ours there: no setting of the machine is touched, and IPv6 stays off on the link. */
function planAttachedHost(config: ClusterConfig, { link, index }: Attachment): Piece {
  const namespace = hostNamespace;
  return {
    key: 'machine/1-host',
    make: [
      cable({ namespace, link, index, mac: macOf(`${namespace}/${hostLink}`) }, FIRST_PORT_INDEX),
      ...sysctls(namespace, { [`ipv6/conf/${link}/disable_ipv6`]: '1' }),
      ...portUp(FIRST_PORT_INDEX),
      { op: 'link.up', namespace, link, index },
      { op: 'address.add', namespace, link, index, address: withPrefix(config, config.lan.hostAddress) },
    ],
    unmake: [{ op: 'link.delete', namespace, link, index }],
  };
}

function planNode(config: ClusterConfig, node: NodeConfig, position: number): Piece {
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
      ownBlock(node, node.podBlock),
      ...others.map((other) => routeTo(node.name, other, other.podBlock)),
    ],
    unmake: [{ op: 'namespace.delete', namespace }],
  };
}

/** A node's own block: addresses of it that no pod has go nowhere. */
function ownBlock(node: NodeConfig, destination: string): Operation {
  return {
    op: 'route.add',
    namespace: node.name,
    link: 'lo',
    index: 1,
    destination,
    protocol: 'bird',
    kind: 'blackhole',
  };
}

/** The way from a node to a block of another. */
function routeTo(namespace: string, owner: NodeConfig, destination: string): Operation {
  const uplink = { namespace, link: nodeLink, index: UPLINK_INDEX };
  return { op: 'route.add', ...uplink, destination, gateway: owner.address, protocol: 'bird' };
}

/** A further block that a node claimed when its first was full: known to all nodes, as bird spreads it. */
export function planBlock(config: ClusterConfig, owner: NodeConfig, block: string): Piece {
  const others = config.nodes.filter((other) => other.name !== owner.name);
  return {
    key: `machine/3-block-${block}`,
    make: [
      ownBlock(owner, block),
      ...others.map((other) => routeTo(other.name, owner, block)),
      ...(config.cloud ? [routeTo(cloudNamespace, owner, block)] : []),
    ],
    unmake: [],
  };
}

export const routerNamespace = 'router';

/** A router passes packets on, and spreads flows over equal paths by addresses and ports. */
const routerSysctls: Record<string, string> = {
  'ipv4/ip_forward': '1',
  ...inherited,
  // `no ip redirects`: the host would go past it, straight to one node, and there would be nothing to balance.
  'ipv4/conf/all/send_redirects': '0',
  'ipv4/conf/default/send_redirects': '0',
  'ipv4/icmp_ratelimit': '0',
  'ipv4/fib_multipath_hash_policy': '1',
};

/**
 * A top-of-rack router on the LAN. The host sends to it what is not of the LAN, unless the host is the machine itself,
 * whose routes are its own.
 */
export function planRouter(config: ClusterConfig, gateway: string, attached: boolean): Piece {
  const namespace = routerNamespace;
  return {
    key: 'machine/4-router',
    make: [
      { op: 'namespace.create', namespace },
      ...sysctls(namespace, { ...everywhere, ...routerSysctls }),
      ...plugIn(config, namespace, nodeLink, gateway, FIRST_PORT_INDEX + 1 + config.nodes.length),
      ...(attached ? [] : [{ op: 'route.add', ...hostUplink, destination: 'default', gateway } as const]),
    ],
    // A namespace lives on as long as somebody is in it, and after that until the kernel finds the time: its port is needed before.
    unmake: [
      { op: 'link.delete', namespace, link: nodeLink, index: UPLINK_INDEX },
      { op: 'namespace.delete', namespace },
    ],
  };
}

/**
 * A pulled cable: the switch's port of a node is down, so that the node's own interface has no carrier. Taking the piece
 * away plugs it in again.
 */
export function pulledCable(config: ClusterConfig, node: string): Piece {
  const index = FIRST_PORT_INDEX + 1 + config.nodes.findIndex(({ name }) => name === node);
  const port = { namespace: switchNamespace, link: portName(index), index };
  return {
    key: `fault/link-${node}`,
    make: [{ op: 'link.down', ...port }],
    unmake: [
      { op: 'link.up', ...port },
      { op: 'link.ready', ...port },
    ],
  };
}
