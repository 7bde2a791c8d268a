/** A whole control plane on a clock moved by hand, and a kubelet that starts and stops every pod at once. */

import type { Event } from 'kubernetes-types/core/v1.js';
import type { KubeObject, Stored } from '../../src/api/object.js';
import { keyOf } from '../../src/api/object.js';
import { apiRules } from '../../src/cluster/api-rules.js';
import { type ControlPlane, createControlPlane } from '../../src/controllers/control-plane.js';
import type { StoredPod } from '../../src/controllers/pod-state.js';
import type { ClusterConfig } from '../../src/model/cluster-config.js';
import { createManualWorld, type ManualClock } from '../../src/world/manual-clock.js';
import { courseConfig } from '../registry/lab.js';

export interface TestLab extends ControlPlane {
  clock: ManualClock;
  /** Settle, start what is bound, take away what terminates, until nothing moves. */
  run(): void;
  /** Mark one pod ready or not. */
  setReady(name: string, ready: boolean): void;
  pods(): StoredPod[];
  /** `reason: message` of every Event about objects of that name, sorted. */
  events(name: string): string[];
  refusals: string[];
}

export function openLab(options: { seed?: number; config?: ClusterConfig } = {}): TestLab {
  const world = createManualWorld(options.seed ?? 1);
  const refusals: string[] = [];
  const plane = createControlPlane({
    config: options.config ?? courseConfig,
    world,
    api: apiRules,
    onRefusal: (controller, key, error) => refusals.push(`${controller} ${key}: ${error.message}`),
  });
  const { registry } = plane;
  const lab: TestLab = {
    ...plane,
    clock: world.clock,
    refusals,
    pods: () => registry.list<StoredPod>('', 'Pod', { namespace: 'default' }),
    setReady: (name, ready) => {
      const pod = registry.get<StoredPod>({ group: '', kind: 'Pod', namespace: 'default', name });
      if (!pod) throw new Error(`no pod ${name}`);
      registry.update(running(pod, ready, world.clock.timestamp()), { subresource: 'status' });
      lab.settle();
    },
    run: () => {
      for (let moved = true; moved; ) {
        lab.settle();
        moved = false;
        for (const pod of registry.list<StoredPod>('', 'Pod')) {
          if (pod.metadata.deletionTimestamp) {
            registry.delete(keyOf(pod), { gracePeriodSeconds: 0 });
            moved = true;
          } else if (pod.spec?.nodeName && pod.status?.phase === 'Pending') {
            registry.update(running(pod, true, world.clock.timestamp()), { subresource: 'status' });
            moved = true;
          }
        }
      }
    },
    events: (name) =>
      registry
        .list<Stored<Event>>('', 'Event', { where: (event) => (event as Stored<Event>).involvedObject.name === name })
        .map((event) => `${event.reason}: ${event.message}${(event.count ?? 1) > 1 ? ` (x${event.count})` : ''}`)
        .sort(),
  };
  return lab;
}

function running(pod: StoredPod, ready: boolean, timestamp: string): KubeObject {
  const podIP = pod.metadata.annotations?.['cni.projectcalico.org/podIP']?.split('/')[0];
  const others = (pod.status?.conditions ?? []).filter(({ type }) => type !== 'Ready');
  const condition = {
    type: 'Ready',
    status: ready ? 'True' : 'False',
    lastProbeTime: null,
    lastTransitionTime: timestamp,
  };
  const addresses = podIP ? { podIP, podIPs: [{ ip: podIP }] } : {};
  return { ...pod, status: { ...pod.status, ...addresses, phase: 'Running', conditions: [...others, condition] } };
}

const template = (labels: Record<string, string>, image = 'luksa/kubia'): object => ({
  metadata: { labels },
  spec: { containers: [{ name: 'main', image, ports: [{ name: 'http', containerPort: 8080 }] }] },
});

export function deployment(
  name: string,
  replicas: number,
  spec: Record<string, unknown> = {},
  image?: string,
): KubeObject {
  const labels = { app: name };
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name, namespace: 'default' },
    spec: { replicas, selector: { matchLabels: labels }, template: template(labels, image), ...spec },
  };
}

export function replicas(kind: 'ReplicaSet' | 'ReplicationController', name: string, count: number): KubeObject {
  const labels = { app: name };
  const selector = kind === 'ReplicaSet' ? { matchLabels: labels } : labels;
  const apiVersion = kind === 'ReplicaSet' ? 'apps/v1' : 'v1';
  return {
    apiVersion,
    kind,
    metadata: { name, namespace: 'default' },
    spec: { replicas: count, selector, template: template(labels) },
  };
}

export const key = (
  kind: string,
  name: string,
  group = '',
): { group: string; kind: string; namespace: string; name: string } => ({
  group,
  kind,
  namespace: 'default',
  name,
});
