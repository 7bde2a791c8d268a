/**
 * The BGP side of all speakers: an FRR on each node that has a running speaker and a peer to talk to.
 *
 * A running FRR is changed by commands; another AS number, router ID or set of daemons means another FRR.
 * Differs: MetalLB's default BGP implementation is its own; the lab uses FRR, as its frr mode does.
 */
import { join } from 'node:path';
import { Frr, hasFrr } from '../../kernel/frr.js';
import type { NetworkNamespace } from '../../kernel/netns.js';
import type { BgpNode } from '../../metallb/bgp/contract.js';
import { bfddConfig, bgpdConfig, profilesOf } from '../../metallb/bgp/frr.js';
import { bfddCommands, bgpdCommands, canReload } from '../../metallb/bgp/reload.js';
import { type Attempts, attemptsAfter, noAttempts } from '../../metallb/bgp/session-reason.js';

export interface BgpSpeakersOptions {
  namespace(node: string): NetworkNamespace;
  /** Where a machine's FRR has its files. */
  directory: string;
  /** Said once: BGP mode needs a package that the rest of the lab does not. */
  missing(): void;
  onError(node: string, error: Error): void;
}

interface Running {
  frr: Frr;
  plan: BgpNode;
  /** By the peer's address. */
  attempts: Map<string, Attempts>;
}

export class BgpSpeakers {
  readonly #running = new Map<string, Running>();
  readonly #turns = new Map<string, Promise<void>>();
  #warned = false;

  constructor(private readonly options: BgpSpeakersOptions) {}

  /** Brings a node to its plan; undefined ends its daemons. Calls for one node wait for each other. */
  sync(node: string, plan: BgpNode | undefined): Promise<void> {
    const wanted = plan && plan.sessions.length > 0 ? plan : undefined;
    const turn = (this.#turns.get(node) ?? Promise.resolve())
      .then(() => this.#sync(node, wanted))
      .catch((error: Error) => this.options.onError(node, error));
    this.#turns.set(node, turn);
    return turn;
  }

  /** To be asked; undefined where none runs. */
  frrOf(node: string): Frr | undefined {
    return this.#running.get(node)?.frr;
  }

  /** How a node's attempts to reach a peer went. */
  attemptsOf(node: string, address: string): Attempts {
    return this.#running.get(node)?.attempts.get(address) ?? noAttempts;
  }

  async #sync(node: string, plan: BgpNode | undefined): Promise<void> {
    const running = this.#running.get(node);
    if (running && plan && canReload(running.plan, plan)) return reload(running, plan);
    this.#running.delete(node);
    await running?.frr.kill();
    if (plan && this.#possible()) this.#running.set(node, await this.#start(node, plan));
  }

  #possible(): boolean {
    const there = hasFrr();
    if (!there && !this.#warned) this.options.missing();
    this.#warned = !there;
    return there;
  }

  /** Without BFD bgpd alone does. */
  async #start(node: string, plan: BgpNode): Promise<Running> {
    const attempts = new Map<string, Attempts>();
    const bgpd = bgpdConfig(node, plan);
    const profiles = profilesOf(plan);
    const zebra = `hostname ${node}\nip nht resolve-via-default\nipv6 nht resolve-via-default\n`;
    const frr = new Frr({
      namespace: this.options.namespace(node),
      directory: join(this.options.directory, node),
      listens: false,
      log: (line) => {
        const told = attemptsAfter(line, (address) => attempts.get(address) ?? noAttempts);
        if (told) attempts.set(told.address, told.attempts);
      },
      configs: profiles.length > 0 ? { zebra, bfdd: bfddConfig(node, profiles), bgpd } : { bgpd },
    });
    await frr.start();
    // Not in its configuration, which is to look as MetalLB's.
    await frr.vtysh('bgpd', ['debug bgp neighbor-events']);
    return { frr, plan, attempts };
  }
}

async function reload(running: Running, plan: BgpNode): Promise<void> {
  const { frr, plan: before } = running;
  running.plan = plan;
  await frr.change('bfdd', bfddCommands(before, plan));
  await frr.change('bgpd', bgpdCommands(before, plan));
}
