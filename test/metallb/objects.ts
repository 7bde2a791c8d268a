/** Objects of MetalLB's chapter, and a control plane with MetalLB in it. */

import { readFileSync } from 'node:fs';
import type { Service } from 'kubernetes-types/core/v1.js';
import { parseAllDocuments } from 'yaml';
import { defaultClusterConfig } from '../../src/api/cluster-config.js';
import type { KubeObject, Stored } from '../../src/api/object.js';
import { apiRules } from '../../src/cluster/api-rules.js';
import { createControlPlane } from '../../src/controllers/control-plane.js';
import { metallbControllers } from '../../src/metallb/controllers.js';
import type { LabRegistry } from '../../src/registry/registry.js';
import { createManualWorld } from '../../src/world/manual-clock.js';

export const namespace = 'metallb-system';

export const manifest = (): KubeObject[] =>
  parseAllDocuments(readFileSync('lab/metallb-native.yaml', 'utf8')).map((document) => document.toJS() as KubeObject);

export function pool(name: string, addresses: string[], spec: object = {}): KubeObject {
  const metadata = { name, namespace };
  return { apiVersion: 'metallb.io/v1beta1', kind: 'IPAddressPool', metadata, spec: { addresses, ...spec } };
}

export function l2(name: string, spec: object = {}): KubeObject {
  return { apiVersion: 'metallb.io/v1beta1', kind: 'L2Advertisement', metadata: { name, namespace }, spec };
}

export interface ServiceOptions {
  annotations?: Record<string, string>;
  labels?: Record<string, string>;
  namespace?: string;
  port?: number;
  spec?: object;
}

export function balancer(name: string, options: ServiceOptions = {}): KubeObject {
  const { annotations, labels, namespace: where = 'default', port = 80, spec = {} } = options;
  return {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name, namespace: where, ...(annotations && { annotations }), ...(labels && { labels }) },
    spec: { type: 'LoadBalancer', selector: { app: name }, ports: [{ port, protocol: 'TCP' }], ...spec },
  };
}

export interface MetalLBPlane {
  registry: LabRegistry;
  apply(...objects: KubeObject[]): void;
  remove(kind: string, name: string): void;
  /** Addresses in a Service's status; `<pending>` when there are none. */
  addressOf(name: string, where?: string): string;
  /** Events about a Service: `reason message`. */
  events(name: string): string[];
  service(name: string): Stored<Service>;
}

/** With the manifest applied and the controller's pod ready, unless told otherwise. */
export function startMetalLB(options: { installed?: boolean; ready?: boolean } = {}): MetalLBPlane {
  const world = createManualWorld(1);
  const config = defaultClusterConfig();
  const { registry, settle } = createControlPlane({ config, world, api: apiRules, controllers: metallbControllers });
  const key = (kind: string, name: string, where = 'default') => ({ group: '', kind, namespace: where, name });
  const service = (name: string, where?: string) =>
    registry.get<Stored<Service> & KubeObject>(key('Service', name, where))!;
  const plane: MetalLBPlane = {
    registry,
    apply(...objects) {
      registry.applyBatch(objects);
      settle();
    },
    remove(kind, name) {
      const metallb = kind !== 'Service';
      registry.delete({ group: metallb ? 'metallb.io' : '', kind, namespace: metallb ? namespace : 'default', name });
      settle();
    },
    addressOf(name, where) {
      const ingress = service(name, where).status?.loadBalancer?.ingress ?? [];
      return ingress.map(({ ip }) => ip).join(',') || '<pending>';
    },
    events(name) {
      const events = registry.list<KubeObject & { involvedObject: { name: string }; reason: string; message: string }>(
        '',
        'Event',
      );
      return events
        .filter((one) => one.involvedObject.name === name)
        .map(({ reason, message }) => `${reason} ${message}`);
    },
    service: (name) => service(name),
  };
  if (options.installed === false) return plane;
  plane.apply(...manifest());
  if (options.ready !== false) setReady(registry, settle);
  return plane;
}

/** What the kubelet would do: all pods run. */
function setReady(registry: LabRegistry, settle: () => void): void {
  for (const pod of registry.list('', 'Pod', { namespace })) {
    const status = { phase: 'Running', conditions: [{ type: 'Ready', status: 'True' }] };
    registry.update({ ...pod, status }, { subresource: 'status' });
  }
  settle();
}

/** The course's two pools. */
export const chapter = [pool('ip-pool-01', ['192.168.56.150/26']), pool('ip-pool-02', ['192.168.56.200/27'])];

export function withPools(...pools: object[]): MetalLBPlane {
  const plane = startMetalLB();
  plane.apply(...(pools as ReturnType<typeof pool>[]));
  return plane;
}
