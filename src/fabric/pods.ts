/**
 * A pod's wiring as Calico does it: a veth pair, a /32, the gateway 169.254.1.1 that the node answers by proxy ARP.
 *
 * Source: projectcalico/calico `cni-plugin/pkg/dataplane/linux/dataplane_linux.go`.
 *
 * Differs: a pod and its node know each other's MAC for good; on a real node they ask by ARP. The kernel's neighbour table is one for all namespaces of a machine and holds 1,024 learned entries, so that many pods would push each other out of it.
 */

import { blockOf } from '../model/address-block.js';
import { podSysctls, sysctls } from './machines.js';
import { caliMac, caliName, macOf, podNamespace } from './naming.js';
import type { Operation, Piece } from './operation.js';

/** Where a pod runs, as far as wires are concerned. */
export interface PodPlacement {
  namespace: string;
  name: string;
  node: string;
  address: string;
}

/** Calico's link-local gateway, the same in every pod. */
const GATEWAY = '169.254.1.1';
const ETH0_INDEX = 3;
/** The node's ends are numbered by the pod's address, above the machine's own links. 2^20 keeps them small and apart. */
const FIRST_CALI_INDEX = 100;
const CALI_INDEX_SPAN = 2 ** 20;

/** The wiring of one pod: its namespace, both ends of its link, and its routes. */
export function planPod(pod: PodPlacement): Piece {
  const namespace = podNamespace(pod.namespace, pod.name);
  const cali = caliName(pod.namespace, pod.name);
  const caliIndex = FIRST_CALI_INDEX + (blockOf(`${pod.address}/32`).first % CALI_INDEX_SPAN);
  const nodeEnd = { namespace: pod.node, link: cali, index: caliIndex };
  const podEnd = { namespace, link: 'eth0', index: ETH0_INDEX };
  return {
    key: `pod/${pod.namespace}/${pod.name}`,
    make: [
      { op: 'namespace.create', namespace },
      ...sysctls(namespace, podSysctls),
      { op: 'veth.create', a: { ...nodeEnd, mac: caliMac }, b: { ...podEnd, mac: macOf(namespace) } },
      ...nodeSide(nodeEnd, pod.address, macOf(namespace)),
      ...podSide(podEnd, pod.address),
    ],
    unmake: [
      { op: 'link.delete', ...nodeEnd },
      { op: 'namespace.delete', namespace },
    ],
  };
}

type End = { namespace: string; link: string; index: number };

function nodeSide(end: End, address: string, mac: string): Operation[] {
  const prefix = `ipv4/conf/${end.link}`;
  return [
    ...sysctls(end.namespace, { [`${prefix}/proxy_arp`]: '1', [`${prefix}/route_localnet`]: '1' }),
    // Proxy ARP waits up to 0.8 s by default; Calico sets 0.
    ...sysctls(end.namespace, { [`ipv4/neigh/${end.link}/proxy_delay`]: '0' }),
    { op: 'link.up', ...end },
    { op: 'route.add', ...end, destination: `${address}/32`, scope: 'link' },
    { op: 'neighbour.add', ...end, address, mac },
    { op: 'link.ready', ...end },
  ];
}

function podSide(end: End, address: string): Operation[] {
  return [
    { op: 'link.up', namespace: end.namespace, link: 'lo', index: 1 },
    { op: 'link.up', ...end },
    { op: 'address.add', ...end, address: `${address}/32` },
    { op: 'neighbour.add', ...end, address: GATEWAY, mac: caliMac },
    { op: 'route.add', ...end, destination: `${GATEWAY}/32`, scope: 'link' },
    { op: 'route.add', ...end, destination: 'default', gateway: GATEWAY },
  ];
}
