/**
 * In what nftables mode differs from iptables mode, as the real kube-proxy's does.
 */
import type { Differences } from '../cases/run.js';

const noLoopback = {
  why: 'nftables mode never serves node ports on loopback: it sets no route_localnet',
  flows: { 'localhost to localhostNodePort': 'passed' },
} as const;

export const nftablesDifferences: Differences = {
  'external policy Cluster: all endpoints see the node, whoever asks': noLoopback,
  'external policy Local with a local endpoint: outsiders are seen as themselves': noLoopback,
  'external policy Local without a local endpoint: outsiders are dropped, pods and the node are served': {
    why: 'filter-output runs before the short-circuit of the node’s own traffic; and loopback never serves node ports',
    flows: { ...noLoopback.flows, 'node to loadBalancer': 'dropped', 'node to externalIP': 'dropped' },
  },
  'no endpoints: refused on every address': noLoopback,
  'node ports answer on the LAN address and on loopback': noLoopback,
  'no endpoints: OUTPUT has no external portals, so the node itself is not refused at external addresses': {
    why: 'filter-output checks every address that has no endpoints',
    flows: { 'node to loadBalancer': 'refused', 'node to externalIP': 'refused' },
  },
  'a wrong port or protocol on a ClusterIP is nobody’s business': {
    why: 'cluster-ips-check rejects what is sent to a ClusterIP and no Service claims',
    flows: { 'client to clusterIP portNumber 81': 'refused', 'client to clusterIP protocol UDP': 'refused' },
  },
};
