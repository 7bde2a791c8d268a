/** A control plane in a cloud, and Services for it. */
import { defaultClusterConfig } from '../../src/api/cluster-config.js';
import type { KubeObject } from '../../src/api/object.js';
import type { CloudService } from '../../src/cloud/contract.js';
import { cloudControllers } from '../../src/cloud/controllers.js';
import type { ProviderName } from '../../src/cloud/provider.js';
import { apiRules } from '../../src/cluster/api-rules.js';
import { createControlPlane } from '../../src/controllers/control-plane.js';
import type { LabRegistry } from '../../src/registry/registry.js';
import { createManualWorld } from '../../src/world/manual-clock.js';

export interface BalancerOptions {
  /** By the part after `service.beta.kubernetes.io/aws-load-balancer-`. */
  aws?: Record<string, string>;
  annotations?: Record<string, string>;
  spec?: object;
}

export function balancer(name: string, { aws = {}, annotations = {}, spec = {} }: BalancerOptions = {}): KubeObject {
  const named = Object.entries(aws).map(([key, value]) => [
    `service.beta.kubernetes.io/aws-load-balancer-${key}`,
    value,
  ]);
  return {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name, namespace: 'default', annotations: { ...annotations, ...Object.fromEntries(named) } },
    spec: { type: 'LoadBalancer', selector: { app: name }, ports: [{ port: 80, protocol: 'TCP' }], ...spec },
  };
}

export interface CloudPlane {
  registry: LabRegistry;
  apply(...objects: KubeObject[]): void;
  remove(name: string): void;
  label(node: string, label: string, value: string): void;
  service(name: string): CloudService | undefined;
  /** What EXTERNAL-IP shows. */
  shown(name: string): string;
  /** Events about a Service, in the order in which they were recorded: `component reason: message`. */
  events(name: string): string[];
}

interface RecordedEvent extends KubeObject {
  involvedObject: { name: string };
  reason: string;
  message: string;
  source: { component: string };
}

export function startCloud(provider: ProviderName): CloudPlane {
  const world = createManualWorld(1);
  const controllers = cloudControllers(provider);
  const { registry, settle } = createControlPlane({
    config: defaultClusterConfig(),
    world,
    api: apiRules,
    controllers,
  });
  const service = (name: string) =>
    registry.get<CloudService>({ group: '', kind: 'Service', namespace: 'default', name });
  return {
    registry,
    apply(...objects) {
      registry.applyBatch(objects);
      settle();
    },
    remove(name) {
      registry.delete({ group: '', kind: 'Service', namespace: 'default', name });
      settle();
    },
    label(name, label, value) {
      const node = registry.get({ group: '', kind: 'Node', namespace: '', name });
      if (!node) throw new Error(`no node ${name}`);
      const labels = { ...node.metadata.labels, [label]: value };
      registry.update({ ...node, metadata: { ...node.metadata, labels } });
      settle();
    },
    service,
    shown(name) {
      const ingress = service(name)?.status?.loadBalancer?.ingress ?? [];
      return ingress.map(({ ip, hostname }) => ip ?? hostname).join() || '<pending>';
    },
    events(name) {
      return registry
        .list<RecordedEvent>('', 'Event')
        .filter(({ involvedObject }) => involvedObject.name === name)
        .sort((a, b) => Number(a.metadata.resourceVersion) - Number(b.metadata.resourceVersion))
        .map(({ source, reason, message }) => `${source.component} ${reason}: ${message}`);
    },
  };
}
