/**
 * Failures made on purpose, each with its undoing: a speaker that is killed, a cable that is pulled, a node that is off.
 *
 * Differs: a node that is off is one whose cable is pulled and whose speaker is dead; its pods' processes still run, and
 * can be looked at. The control plane notices a node that it cannot reach at once, where a real one waits 40 s
 * (node-monitor-grace-period) before it marks the node Unknown and its pods not ready. Source: `pkg/controller/nodelifecycle`.
 * Differs: when a cable is put back, nodes ask at once again for whom they asked in vain; a real kernel holds back what it has
 * for them for up to three seconds, and may then say "No route to host".
 */
import type { Node, NodeCondition, Pod, PodCondition } from 'kubernetes-types/core/v1.js';
import { type KubeObject, keyOf, type Stored } from '../api/object.js';
import { pulledCable } from '../fabric/machines.js';
import { forgetUnanswered } from '../kernel/neighbours.js';
import type { Kubelet } from '../kubelet/kubelet.js';
import { isSpeakerPod } from '../metallb/install.js';
import type { Speakers } from '../node/speaker/speakers.js';
import type { Wiring } from '../node/wiring.js';
import type { World } from '../world/contract.js';
import type { DesiredState } from './desired.js';
import { CommandFailure } from './failure.js';

/** What can fail, with the word that breaks it and the word that mends it. */
export const faultActions = {
  speaker: ['kill', 'start'],
  link: ['down', 'up'],
  node: ['down', 'up'],
} as const;

export type FaultKind = keyof typeof faultActions;

export interface FaultRequest {
  kind: FaultKind;
  node: string;
  action: string;
}

/** A failure that lasts. */
export interface Fault {
  kind: FaultKind;
  node: string;
}

export interface FaultParts {
  desired: DesiredState;
  world: World;
  wiring: Wiring;
  kubelet: Kubelet;
  speakers: Speakers;
}

export class Faults {
  readonly #active = new Map<string, Fault>();

  constructor(private readonly parts: FaultParts) {}

  /** In the order in which they were made. */
  list(): Fault[] {
    return [...this.#active.values()];
  }

  /** Breaks or mends; doing it twice is doing it once. @throws CommandFailure for a node or action that there is not */
  async change({ kind, node, action }: FaultRequest): Promise<Fault[]> {
    this.#check(kind, node, action);
    const key = `${kind}/${node}`;
    const breaks = action === faultActions[kind][0];
    if (breaks === this.#active.has(key)) return this.list();
    if (breaks) this.#active.set(key, { kind, node });
    else this.#active.delete(key);
    await this.#carryOut(kind, node);
    return this.list();
  }

  /** Mends everything. */
  async clear(): Promise<Fault[]> {
    for (const { kind, node } of this.list().reverse()) {
      await this.change({ kind, node, action: faultActions[kind][1] });
    }
    return this.list();
  }

  #check(kind: FaultKind, node: string, action: string): void {
    const nodes = this.parts.desired.config.nodes.map(({ name }) => name);
    if (!nodes.includes(node)) {
      throw new CommandFailure('usage', `lab: no node is called "${node}"; there are ${nodes.join(', ')}`);
    }
    const actions: readonly string[] | undefined = faultActions[kind];
    if (actions?.includes(action)) return;
    const usage = `lab fault ${kind} NODE ${actions?.join('|') ?? ''}`;
    throw new CommandFailure('usage', `lab: a ${kind} does not ${action}; try: ${usage}`);
  }

  /** A node that is off has both: its parts are mended only when nothing else breaks them. */
  async #carryOut(kind: FaultKind, node: string): Promise<void> {
    const off = this.#active.has(`node/${node}`);
    const cut = off || this.#active.has(`link/${node}`);
    const dead = off || this.#active.has(`speaker/${node}`);
    const cable = pulledCable(this.parts.desired.config, node);
    const { wiring, speakers } = this.parts;
    if (kind !== 'speaker' && cut) await wiring.change([cable]);
    if (kind !== 'speaker' && !cut) await this.#plugIn(cable.key);
    if (dead) await speakers.take(node);
    else {
      speakers.giveBack(node);
      this.#hurry(node);
    }
    if (kind !== 'speaker') this.#report(node, !cut);
  }

  /** What is about to be given up is forgotten before, or it might be just after; what was asked in between, afterwards. */
  async #plugIn(cable: string): Promise<void> {
    const { wiring, desired } = this.parts;
    const nodes = desired.config.nodes.map(({ name }) => wiring.namespaces.get(name));
    await Promise.all(nodes.map(forgetUnanswered));
    await wiring.change([], [cable]);
    await Promise.all(nodes.map(forgetUnanswered));
  }

  /** What was broken on purpose has not earned a back-off. */
  #hurry(node: string): void {
    const pods = this.parts.desired.registry.indexed<Stored<Pod> & KubeObject>('node', node).filter(isSpeakerPod);
    for (const { metadata } of pods) {
      const worker = this.parts.kubelet.worker(metadata.namespace ?? '', metadata.name);
      for (const loop of worker?.loops.values() ?? []) loop.hurry();
    }
  }

  /** The Node and its pods as the node lifecycle controller marks them, and as the kubelet does when it is back. */
  #report(name: string, alive: boolean): void {
    const { registry } = this.parts.desired;
    const node = registry.get<Stored<Node> & KubeObject>({ group: '', kind: 'Node', namespace: '', name });
    if (!node) return;
    const conditions = (node.status?.conditions ?? []).map((one) => this.#nodeCondition(one, alive));
    registry.update({ ...node, status: { ...node.status, conditions } }, { subresource: 'status', trusted: true });
    for (const pod of registry.indexed<Stored<Pod> & KubeObject>('node', name)) this.#markPod(pod, alive);
    this.parts.desired.settle();
  }

  /** NetworkUnavailable is Calico's, and stays. */
  #nodeCondition(condition: NodeCondition, alive: boolean): NodeCondition {
    if (condition.type === 'NetworkUnavailable') return condition;
    const { status, reason, message } = alive ? healthy(condition.type) : unknown;
    return { ...condition, status, reason, message, lastTransitionTime: this.parts.world.clock.timestamp() };
  }

  #markPod(pod: Stored<Pod> & KubeObject, alive: boolean): void {
    const { kubelet, desired, world } = this.parts;
    const { name, namespace = '' } = pod.metadata;
    if (alive) return kubelet.worker(namespace, name)?.publish();
    const lastTransitionTime = world.clock.timestamp();
    const conditions = (pod.status?.conditions ?? []).map(
      (one): PodCondition => (one.type === 'Ready' ? { ...one, status: 'False', lastTransitionTime } : one),
    );
    const current = desired.registry.get(keyOf(pod));
    if (current) {
      desired.registry.update(
        { ...pod, status: { ...pod.status, conditions } },
        { subresource: 'status', trusted: true },
      );
    }
  }
}

/** Source: node_lifecycle_controller.go, tryUpdateNodeHealth. */
const unknown = {
  status: 'Unknown',
  reason: 'NodeStatusUnknown',
  message: 'Kubelet stopped posting node status.',
};

/** Source: kubelet `nodestatus/setters.go`. */
function healthy(type: string): Pick<NodeCondition, 'status' | 'reason' | 'message'> {
  if (type === 'Ready') return { status: 'True', reason: 'KubeletReady', message: 'kubelet is posting ready status' };
  const words: Record<string, [reason: string, message: string]> = {
    MemoryPressure: ['KubeletHasSufficientMemory', 'kubelet has sufficient memory available'],
    DiskPressure: ['KubeletHasNoDiskPressure', 'kubelet has no disk pressure'],
    PIDPressure: ['KubeletHasSufficientPID', 'kubelet has sufficient PID available'],
  };
  const [reason = '', message = ''] = words[type] ?? [];
  return { status: 'False', reason, message };
}
