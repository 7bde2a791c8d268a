/** The course's control plane on a clock that stands still, with kubelets that run every pod at once. */
import type { PodStatus } from 'kubernetes-types/core/v1.js';
import { defaultClusterConfig } from '../../src/api/cluster-config.js';
import type { KubeObject } from '../../src/api/object.js';
import { apiRules } from '../../src/cluster/api-rules.js';
import { createControlPlane } from '../../src/controllers/control-plane.js';
import { podIPAnnotation } from '../../src/model/pod-addresses.js';
import type { LabRegistry } from '../../src/registry/registry.js';
import { createManualWorld } from '../../src/world/manual-clock.js';

export interface Plane {
  registry: LabRegistry;
  /** Lets the controllers work. */
  settle(): void;
  /** Makes every bound pod ready, lets the controllers react, and again until nothing changes. */
  run(): void;
  apply(...objects: object[]): void;
  /** Objects of a kind in a namespace, by name. */
  all<T extends KubeObject = KubeObject>(group: string, kind: string, namespace?: string): T[];
}

export function startPlane(seed = 1): Plane {
  const world = createManualWorld(seed);
  const { registry, settle } = createControlPlane({ config: defaultClusterConfig(), world, api: apiRules });
  const all = <T extends KubeObject>(group: string, kind: string, namespace = 'default') =>
    registry.list<T>(group, kind, { namespace });
  return {
    registry,
    settle,
    all,
    apply(...objects) {
      registry.applyBatch(objects as KubeObject[]);
      settle();
    },
    run() {
      for (let before = -1; before !== registry.resourceVersion; settle()) {
        before = registry.resourceVersion;
        for (const pod of registry.list('', 'Pod')) keepRunning(registry, pod);
      }
    },
  };
}

function keepRunning(registry: LabRegistry, pod: KubeObject): void {
  if (pod.metadata.deletionTimestamp) {
    const { namespace = '', name } = pod.metadata;
    registry.delete({ group: '', kind: 'Pod', namespace, name }, { gracePeriodSeconds: 0 });
    return;
  }
  const { phase } = (pod.status ?? {}) as PodStatus;
  const podIP = pod.metadata.annotations?.[podIPAnnotation]?.split('/')[0];
  if (phase === 'Running' || !(pod.spec as { nodeName?: string }).nodeName) return;
  const conditions = [{ type: 'Ready', status: 'True' }];
  registry.update({ ...pod, status: { phase: 'Running', podIP, conditions } }, { subresource: 'status' });
}

export const template = (labels: Record<string, string>, image = 'traefik/whoami') => ({
  metadata: { labels },
  spec: { containers: [{ name: 'c', image, ports: [{ containerPort: 80 }] }] },
});

export const deployment = (name: string, replicas: number, image?: string) => ({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name, namespace: 'default' },
  spec: { replicas, selector: { matchLabels: { app: name } }, template: template({ app: name }, image) },
});
