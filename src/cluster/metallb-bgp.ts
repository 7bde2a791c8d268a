/**
 * MetalLB's BGP mode in a running lab: plans from objects, an FRR on each node, and what the speakers say about it.
 */
import type { KubeObject } from '../api/object.js';
import { recordEvent } from '../controllers/events.js';
import { frrouting } from '../kernel/frr.js';
import type { Namespaces } from '../kernel/operations.js';
import type { BgpNode, BgpService } from '../metallb/bgp/contract.js';
import { bgpStatusChange } from '../metallb/bgp/service-bgp-status.js';
import { metallbGroup, metallbNamespace } from '../metallb/install.js';
import { nodeAssigned } from '../metallb/speaker/news.js';
import { bgpPlans } from '../metallb/speaker/told.js';
import { BgpSpeakers } from '../node/bgp/bgp-speakers.js';
import type { Clock } from '../world/contract.js';
import type { DesiredState } from './desired.js';
import type { SpeakerRecords } from './speaker-records.js';

export interface MetalLBBgpParts {
  desired: DesiredState;
  clock: Clock;
  records: SpeakerRecords;
  namespaces: Namespaces;
  /** Where FRR has its files. */
  frrDirectory: string;
  /** Whether a node's speaker runs. */
  isRunning(node: string): boolean;
}

export class MetalLBBgp {
  readonly speakers: BgpSpeakers;
  #plans = new Map<string, BgpNode>();
  #waiting = false;

  constructor(private readonly parts: MetalLBBgpParts) {
    this.speakers = new BgpSpeakers({
      clock: parts.clock,
      routing: frrouting,
      namespace: (node) => parts.namespaces.get(node),
      directory: parts.frrDirectory,
      missing: () => this.#sayMissing(),
      onError: (node, error) => process.stderr.write(`bgp: ${node}: ${error.message}\n`),
    });
  }

  /** Something changed: all changes of one turn of the event loop become one. */
  inform(): void {
    if (this.#waiting) return;
    this.#waiting = true;
    setImmediate(() => {
      this.#waiting = false;
      this.#sync();
    });
  }

  /** Of nodes with a running speaker. */
  plans(): ReadonlyMap<string, BgpNode> {
    return this.#plans;
  }

  #sync(): void {
    const { desired, isRunning } = this.parts;
    const before = this.#plans;
    const plans = [...bgpPlans(desired.registry)].filter(([node]) => isRunning(node));
    this.#plans = new Map(plans);
    for (const { name } of desired.config.nodes) {
      const plan = this.#plans.get(name);
      void this.speakers.sync(name, plan);
      if (isRunning(name)) this.#tell(name, before.get(name)?.services ?? [], plan?.services ?? []);
    }
  }

  /** One whose speaker died says nothing: what it said stays, as with a real one. */
  #tell(node: string, before: readonly BgpService[], services: readonly BgpService[]): void {
    const { records, desired } = this.parts;
    const known = new Set(before.map(({ service }) => service));
    for (const { service } of services) if (!known.has(service)) records.event(service, nodeAssigned(node, 'bgp'));
    records.status(bgpStatusChange(desired.registry, metallbNamespace(desired.registry), node, services));
  }

  #sayMissing(): void {
    const { desired, clock } = this.parts;
    const namespace = metallbNamespace(desired.registry);
    const message = 'BGP needs FRR, which this machine does not have: apt-get install frr';
    for (const involved of desired.registry.list<KubeObject>(metallbGroup, 'BGPPeer', { namespace })) {
      const event = { type: 'Warning', reason: 'MissingTool', message, component: 'kubewire' } as const;
      recordEvent(desired.registry, clock, { involved, ...event });
    }
  }
}
