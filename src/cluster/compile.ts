/**
 * What a lab would be, without one: the pure pipeline from manifests to operations and rules.
 */
import type { Node, Pod, PodStatus, Service } from 'kubernetes-types/core/v1.js';
import type { EndpointSlice } from 'kubernetes-types/discovery/v1.js';
import type { KubeObject } from '../api/object.js';
import { planClaimedBlocks } from '../fabric/claimed-blocks.js';
import { planMachines } from '../fabric/machines.js';
import { type Operation, scheduleOperations } from '../fabric/operation.js';
import { planPod } from '../fabric/pods.js';
import { podIPAnnotation } from '../model/pod-addresses.js';
import { planTraffic, trafficOfNode } from '../model/traffic.js';
import { iptablesEngine } from '../proxy/iptables/engine.js';
import { createManualWorld } from '../world/manual-clock.js';
import { createDesiredState, type DesiredState } from './desired.js';
import { CommandFailure } from './failure.js';
import { iptablesOptionsOf } from './proxies.js';
import type { LabSettings, ManifestText } from './start-request.js';
import { wiredPods } from './wired-pods.js';

export interface CompileRequest extends Pick<LabSettings, 'seed' | 'balance' | 'config'> {
  manifests: readonly ManifestText[];
  node: string;
}

/** The node's whole rule set as `iptables-restore` input. @throws CommandFailure refused, or usage for an unknown node */
export function compileRules(request: CompileRequest): string {
  const desired = desiredOf(request, request.manifests);
  const node = desired.config.nodes.find((one) => one.name === request.node);
  const object = desired.registry.get({ group: '', kind: 'Node', namespace: '', name: request.node });
  if (!node || !object) {
    const names = desired.config.nodes.map((one) => one.name).join(', ');
    throw new CommandFailure('usage', `lab: no node is called "${request.node}"; there are ${names}`);
  }
  markRunning(desired);
  const traffic = planTraffic({
    services: desired.registry.list('', 'Service') as unknown as Service[],
    endpointSlices: desired.registry.list('discovery.k8s.io', 'EndpointSlice') as unknown as EndpointSlice[],
    positionOf: desired.positionOf,
  });
  const options = iptablesOptionsOf(desired.config, node, request);
  return iptablesEngine.render(iptablesEngine.compile(trafficOfNode(traffic, object as unknown as Node), options));
}

/** Everything that would be made, in the order in which it would be made. */
export function planLab(settings: LabSettings, manifests: readonly ManifestText[]): Operation[] {
  const desired = desiredOf(settings, manifests);
  const pods = wiredPods(desired.registry);
  const pieces = [...planMachines(desired.config), ...planClaimedBlocks(desired.config, pods), ...pods.map(planPod)];
  return scheduleOperations(pieces.flatMap((piece) => piece.make));
}

function desiredOf({ seed, config }: Pick<LabSettings, 'seed' | 'config'>, manifests: readonly ManifestText[]) {
  const desired = createDesiredState({ world: createManualWorld(seed), ...(config && { config }) });
  desired.apply(manifests);
  return desired;
}

/** What the kubelets would report a moment later: every placed pod runs and is ready. */
function markRunning({ registry, settle }: DesiredState): void {
  for (const pod of registry.list('', 'Pod')) {
    const address = pod.metadata.annotations?.[podIPAnnotation]?.split('/')[0];
    if (address) registry.update({ ...pod, status: running(pod, address) }, { subresource: 'status' });
  }
  settle();
}

function running(pod: KubeObject, podIP: string): PodStatus {
  const ready = ['Initialized', 'Ready', 'ContainersReady'].map((type) => ({ type, status: 'True' }));
  const before = (pod as unknown as Pod).status?.conditions ?? [];
  return {
    ...(pod.status as PodStatus),
    phase: 'Running',
    podIP,
    podIPs: [{ ip: podIP }],
    conditions: [...before, ...ready],
  };
}
