/**
 * All nodes' kube-proxies on one traffic plan: the cluster's part is planned once, each node chooses from it.
 */
import type { Node, Service } from 'kubernetes-types/core/v1.js';
import type { EndpointSlice } from 'kubernetes-types/discovery/v1.js';
import type { ObjectMeta } from '../../api/object.js';
import {
  type ClusterTraffic,
  type NodeTraffic,
  type PositionOf,
  planTraffic,
  trafficOfNode,
} from '../../model/traffic.js';
import type { Lister } from '../../registry/contract.js';
import type { KubeProxy } from './kube-proxy.js';

export interface ServiceProxies {
  /** Plans anew from what the lister holds and brings every node's rules up to date. */
  sync(): Promise<void>;
  /** The traffic that a node's rules were last asked to carry. */
  trafficOf(node: string): NodeTraffic | undefined;
}

/** Kinds whose changes can change the traffic. */
export const trafficKinds: ReadonlySet<string> = new Set(['Service', 'EndpointSlice', 'Node']);

/** What a node's kube-proxy does besides rules, each time the traffic changes. */
export interface NodeEdge {
  /** Called when the rules are in the kernel. `previous` is what they carried before, undefined the first time. */
  changed(traffic: NodeTraffic, previous: NodeTraffic | undefined): Promise<void>;
}

export interface ProxiedNode {
  proxy: Pick<KubeProxy, 'sync'>;
  edge: NodeEdge;
}

/** @param proxied by node name */
export function createServiceProxies(
  lister: Lister,
  proxied: ReadonlyMap<string, ProxiedNode>,
  positionOf?: PositionOf,
): ServiceProxies {
  let cluster: ClusterTraffic | undefined;
  const nodes = new Map<string, NodeTraffic>();
  // What the rules carry is told of once it is so: after a sync that failed, the next one still knows what was before.
  const carried = new Map<string, NodeTraffic>();
  return {
    trafficOf: (node) => nodes.get(node),
    async sync() {
      cluster = planTraffic(
        {
          services: listed<Service>(lister, '', 'Service'),
          endpointSlices: listed<EndpointSlice>(lister, 'discovery.k8s.io', 'EndpointSlice'),
          ...(positionOf && { positionOf }),
        },
        cluster,
      );
      const current = cluster;
      const syncs = listed<Node>(lister, '', 'Node').map(async (node) => {
        const { name } = node.metadata;
        const here = proxied.get(name);
        if (!here) return;
        const traffic = trafficOfNode(current, node, nodes.get(name));
        nodes.set(name, traffic);
        await here.proxy.sync(traffic);
        const previous = carried.get(name);
        carried.set(name, traffic);
        await here.edge.changed(traffic, previous);
      });
      await Promise.all(syncs);
    },
  };
}

/** The registry's objects in the type of their kind, which a defaulted and validated object has. */
function listed<T>(lister: Lister, group: string, kind: string): (T & { metadata: ObjectMeta })[] {
  return lister.list(group, kind) as unknown as (T & { metadata: ObjectMeta })[];
}
