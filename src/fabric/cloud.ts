/**
 * The provider's machine: where its load balancers are, the nodes' way to the internet, and the name server.
 *
 * It has the gateway's address, second in its network, where AWS' name server is too (VPC user guide, "Amazon DNS").
 * Clients in the internet, of which the host is the only one, are beyond it: what targets send to them comes through here.
 */
import { clientAddress, privateRange, publicRange } from '../model/cloud-ranges.js';
import type { ClusterConfig } from '../model/cluster-config.js';
import { everywhere, FIRST_PORT_INDEX, hostUplink, inherited, nodeLink, plugIn, sysctls, UPLINK_INDEX } from './lan.js';
import type { Operation, Piece } from './operation.js';

export const cloudNamespace = 'cloud';

const cloudSysctls: Record<string, string> = {
  'ipv4/ip_forward': '1',
  ...inherited,
  'ipv4/conf/all/send_redirects': '0',
  'ipv4/conf/default/send_redirects': '0',
  'ipv4/icmp_ratelimit': '0',
};

/** A mark, and the table of the same number that leads to a node. Above what anybody else uses, below the kernel's own. */
export function markTableOf(position: number): number {
  return 101 + position;
}

export function planCloud(config: ClusterConfig): Piece {
  const namespace = cloudNamespace;
  const uplink = { namespace, link: nodeLink, index: UPLINK_INDEX };
  const { gateway, hostAddress } = config.lan;
  // The router's port is the one after the nodes'.
  const port = FIRST_PORT_INDEX + 2 + config.nodes.length;
  return {
    key: 'machine/5-cloud',
    make: [
      { op: 'namespace.create', namespace },
      ...sysctls(namespace, { ...everywhere, ...cloudSysctls }),
      ...plugIn(config, namespace, nodeLink, gateway, port),
      { op: 'route.add', ...uplink, destination: `${clientAddress}/32`, gateway: hostAddress },
      // There is no way out: what is for nobody here is lost.
      { op: 'route.add', namespace, link: 'lo', index: 1, destination: 'default', kind: 'blackhole' },
      ...config.nodes.map(
        ({ address, podBlock }): Operation => ({
          op: 'route.add',
          ...uplink,
          destination: podBlock,
          gateway: address,
          protocol: 'bird',
        }),
      ),
      ...(config.cloud?.provider === 'gcp' ? leadToNodes(config) : ownAddresses(namespace)),
      { op: 'address.add', ...hostUplink, address: `${clientAddress}/32` },
      { op: 'route.add', ...hostUplink, destination: publicRange, gateway, source: clientAddress },
      { op: 'route.add', ...hostUplink, destination: privateRange, gateway, source: clientAddress },
    ],
    unmake: [{ op: 'namespace.delete', namespace }],
  };
}

/** All addresses of load balancers are this machine's. */
function ownAddresses(namespace: string): Operation[] {
  return [publicRange, privateRange].map((destination) => {
    return { op: 'route.add', namespace, link: 'lo', index: 1, destination, kind: 'local' };
  });
}

/** A table a node, for packets whose destination stays what it is. */
function leadToNodes({ nodes }: ClusterConfig): Operation[] {
  const namespace = cloudNamespace;
  return nodes.flatMap(({ address }, position): Operation[] => {
    const table = markTableOf(position);
    const uplink = { namespace, link: nodeLink, index: UPLINK_INDEX };
    return [
      { op: 'rule.add', namespace, mark: table, table },
      { op: 'route.add', ...uplink, destination: 'default', gateway: address, table },
    ];
  });
}
