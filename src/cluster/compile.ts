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
import type { NodeConfig } from '../model/cluster-config.js';
import { podIPAnnotation } from '../model/pod-addresses.js';
import { planTraffic, trafficOfNode } from '../model/traffic.js';
import { createManualWorld } from '../world/manual-clock.js';
import { createDesiredState, type DesiredState } from './desired.js';
import { objectSections, type Sections } from './digest/digest.js';
import { CommandFailure } from './failure.js';
import { readProxyConfiguration } from './proxy/proxy-configuration.js';
import { ruleText, ruleText123 } from './proxy/proxy-options.js';
import type { LabSettings, ManifestText } from './start-request.js';
import { wiredPods } from './wired-pods.js';

export interface CompileRequest extends Pick<LabSettings, 'seed' | 'balance' | 'config' | 'proxyMode'> {
  manifests: readonly ManifestText[];
  node: string;
  /** Rules as an older kube-proxy wrote them. */
  style?: '1.23';
}

/** The node's whole rule set in the words of the mode's tools. @throws CommandFailure refused, or usage for an unknown node */
export function compileRules(request: CompileRequest): string {
  const desired = desiredOf(request, request.manifests);
  const node = desired.config.nodes.find((one) => one.name === request.node);
  if (!node) {
    const names = desired.config.nodes.map((one) => one.name).join(', ');
    throw new CommandFailure('usage', `lab: no node is called "${request.node}"; there are ${names}`);
  }
  markRunning(desired);
  return ruleTexts(desired, [node], request)[0] ?? '';
}

/** What a lab's level-1 digest is made of, from its manifests alone: objects, operations, rules. Pods count as running. */
export function compileSections(settings: LabSettings, manifests: readonly ManifestText[]): Sections {
  const desired = desiredOf(settings, manifests);
  const { registry, config } = desired;
  const operations = operationsOf(desired).map((operation) => JSON.stringify(operation));
  markRunning(desired);
  const objects = registry.kinds().flatMap(({ group, kind }) => registry.list(group, kind));
  const rules = ruleTexts(desired, config.nodes, settings);
  return new Map([
    ...objectSections(objects),
    ['operations', operations.join('\n')],
    ...config.nodes.map(({ name }, position) => [`rules/${name}`, rules[position] ?? ''] as const),
  ]);
}

/** One text a node. */
function ruleTexts(
  desired: DesiredState,
  nodes: readonly NodeConfig[],
  balance: Pick<CompileRequest, 'seed' | 'balance' | 'style'>,
): string[] {
  const { registry, config, positionOf } = desired;
  const { mode, ipvs } = readProxyConfiguration(registry);
  const services = registry.list('', 'Service') as unknown as Service[];
  const endpointSlices = registry.list('discovery.k8s.io', 'EndpointSlice') as unknown as EndpointSlice[];
  const traffic = planTraffic({ services, endpointSlices, positionOf });
  return nodes.map((node) => {
    const object = registry.get({ group: '', kind: 'Node', namespace: '', name: node.name }) as unknown as Node;
    const setting = { config, node, balance, ipvs };
    const here = trafficOfNode(traffic, object);
    return balance.style === '1.23' ? ruleText123(here, setting) : ruleText(mode, here, setting);
  });
}

/** Everything that would be made, in the order in which it would be made. */
export function planLab(settings: LabSettings, manifests: readonly ManifestText[]): Operation[] {
  return operationsOf(desiredOf(settings, manifests));
}

function operationsOf({ config, registry }: DesiredState): Operation[] {
  const pods = wiredPods(registry);
  const pieces = [...planMachines(config), ...planClaimedBlocks(config, pods), ...pods.map(planPod)];
  return scheduleOperations(pieces.flatMap((piece) => piece.make));
}

function desiredOf(
  { seed, config, proxyMode, cloud }: Pick<LabSettings, 'seed' | 'config' | 'proxyMode' | 'cloud'>,
  manifests: readonly ManifestText[],
) {
  const desired = createDesiredState({ world: createManualWorld(seed), proxyMode, cloud, ...(config && { config }) });
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
