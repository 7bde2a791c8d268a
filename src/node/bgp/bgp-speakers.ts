/**
 * The BGP side of all speakers: an FRR on each node that has a running speaker and a peer to talk to.
 *
 * Routes of a running daemon are changed by commands; other sessions mean other daemons.
 * Differs: MetalLB's default BGP implementation is its own; the lab uses FRR, as its frr mode does.
 */
import { join } from 'node:path';
import { Frr, hasFrr } from '../../kernel/frr.js';
import type { NetworkNamespace } from '../../kernel/netns.js';
import type { BgpNode } from '../../metallb/bgp/contract.js';
import { bfddConfig, bgpdConfig, routeCommands, sameSessions } from '../../metallb/bgp/frr.js';

export interface BgpSpeakersOptions {
  namespace(node: string): NetworkNamespace;
  /** Where a machine's FRR has its files. */
  directory: string;
  /** A node announces a Service that it did not announce before. */
  announced(node: string, service: string): void;
  onError(error: Error): void;
}

interface Running {
  frr: Frr;
  plan: BgpNode;
}

export class BgpSpeakers {
  readonly #running = new Map<string, Running>();
  readonly #turns = new Map<string, Promise<void>>();
  #warned = false;

  constructor(private readonly options: BgpSpeakersOptions) {}

  /** Brings a node to its plan; undefined ends its daemons. Calls for one node wait for each other. */
  sync(node: string, plan: BgpNode | undefined): Promise<void> {
    const turn = (this.#turns.get(node) ?? Promise.resolve())
      .then(() => this.#sync(node, plan))
      .catch((error: Error) => this.options.onError(error));
    this.#turns.set(node, turn);
    return turn;
  }

  async #sync(node: string, plan: BgpNode | undefined): Promise<void> {
    const running = this.#running.get(node);
    if (running && plan && sameSessions(running.plan, plan)) await this.#changeRoutes(running, plan);
    else {
      this.#running.delete(node);
      await running?.frr.kill();
      if (!plan || !this.#possible()) return;
      this.#running.set(node, await this.#start(node, plan));
    }
    const before = running?.plan.services ?? [];
    for (const service of plan?.services ?? []) if (!before.includes(service)) this.options.announced(node, service);
    const now = this.#running.get(node);
    if (now && plan) now.plan = plan;
  }

  /** Said once: BGP mode needs a package that the rest of the lab does not. */
  #possible(): boolean {
    if (hasFrr()) return true;
    if (!this.#warned) this.options.onError(new Error('BGP needs FRR: apt-get install frr'));
    this.#warned = true;
    return false;
  }

  async #start(node: string, plan: BgpNode): Promise<Running> {
    const profiles = [...new Map(plan.sessions.flatMap(({ bfd }) => (bfd ? [[bfd.name, bfd] as const] : []))).values()];
    const bgpd = bgpdConfig(node, plan);
    const frr = new Frr({
      namespace: this.options.namespace(node),
      directory: join(this.options.directory, node),
      listens: false,
      configs: profiles.length > 0 ? { zebra: `hostname ${node}\n`, bfdd: bfddConfig(node, profiles), bgpd } : { bgpd },
    });
    await frr.start();
    return { frr, plan };
  }

  async #changeRoutes({ frr, plan }: Running, next: BgpNode): Promise<void> {
    const commands = routeCommands(plan, next);
    if (commands.length === 0) return;
    const { code, stderr, stdout } = await frr.vtysh('bgpd', commands);
    if (code !== 0) throw new Error(`vtysh: ${stderr || stdout}`);
  }
}
