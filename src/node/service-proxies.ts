/**
 * All nodes' kube-proxies on one traffic plan: the cluster's part is planned once, each node chooses from it.
 */
import type { Node, Service } from 'kubernetes-types/core/v1.js';
import type { EndpointSlice } from 'kubernetes-types/discovery/v1.js';
import type { ObjectMeta } from '../api/object.js';
import {
  type ClusterTraffic,
  type NodeTraffic,
  type PositionOf,
  planTraffic,
  trafficOfNode,
} from '../model/traffic.js';
import type { Lister } from '../registry/contract.js';
import type { KubeProxy } from './kube-proxy.js';

export interface ServiceProxies {
  /** Plans anew from what the lister holds and brings every node's rules up to date. */
  sync(): Promise<void>;
  /** The traffic that a node's rules were last asked to carry. */
  trafficOf(node: string): NodeTraffic | undefined;
}

/** Kinds whose changes can change the traffic. */
export const trafficKinds: ReadonlySet<string> = new Set(['Service', 'EndpointSlice', 'Node']);

/** @param proxies one a node, by node name */
export function createServiceProxies(
  lister: Lister,
  proxies: ReadonlyMap<string, KubeProxy>,
  positionOf?: PositionOf,
): ServiceProxies {
  let cluster: ClusterTraffic | undefined;
  const nodes = new Map<string, NodeTraffic>();
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
      const syncs = listed<Node>(lister, '', 'Node').flatMap((node) => {
        const proxy = proxies.get(node.metadata.name);
        if (!proxy || !cluster) return [];
        const traffic = trafficOfNode(cluster, node, nodes.get(node.metadata.name));
        nodes.set(node.metadata.name, traffic);
        return [proxy.sync(traffic)];
      });
      await Promise.all(syncs);
    },
  };
}

/** The registry's objects in the type of their kind, which a defaulted and validated object has. */
function listed<T>(lister: Lister, group: string, kind: string): (T & { metadata: ObjectMeta })[] {
  return lister.list(group, kind) as unknown as (T & { metadata: ObjectMeta })[];
}
