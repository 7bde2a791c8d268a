/**
 * What a fresh cluster holds before the user's first object: namespaces, nodes, the two Services, the cluster DNS, and the
 * nodes' own pods.
 */
import type { KubeObject } from '../../api/object.js';
import type { ClusterConfig } from '../../model/cluster-config.js';
import { dnsObjects } from './dns.js';
import { nodeObjects } from './node.js';
import { systemServices } from './services.js';
import { systemDaemons } from './system-daemons.js';

/** Source: `pkg/controlplane/controller/systemnamespaces`. */
const namespaces = ['default', 'kube-node-lease', 'kube-public', 'kube-system'];

/** The objects of a fresh cluster, in the order in which they can be created. `timestamp` is RFC 3339. */
export function bootstrapObjects(config: ClusterConfig, timestamp: string): KubeObject[] {
  const spaces = namespaces.map((name): KubeObject => ({ apiVersion: 'v1', kind: 'Namespace', metadata: { name } }));
  const system = [...systemServices(config), ...dnsObjects(config), ...systemDaemons(config)];
  return [...spaces, ...nodeObjects(config, timestamp), ...system];
}
