/**
 * The BGP side of all speakers: an FRR on each node that has a running speaker and a peer to talk to.
 *
 * A running FRR is changed by commands; another AS number, router ID or set of daemons means another FRR, and so does a daemon
 * that ends or that refuses a command. Models: FRR's `watchfrr`, which MetalLB's container runs.
 * Differs: one daemon that ends takes the others along, where watchfrr restarts that one alone; the second restart within a minute waits for the end of it, where watchfrr doubles that time up to ten minutes.
 * Differs: MetalLB's default BGP implementation is its own; the lab uses FRR, as its frr mode does.
 */
import { join } from 'node:path';
import type { RoutingDaemons, RoutingSuite } from '../../kernel/frr.js';
import type { NetworkNamespace } from '../../kernel/netns.js';
import type { BgpNode } from '../../metallb/bgp/contract.js';
import { bfddConfig, bgpdConfig, profilesOf } from '../../metallb/bgp/frr.js';
import { bfddCommands, bgpdCommands, canReload } from '../../metallb/bgp/reload.js';
import { type Attempts, attemptsAfter, noAttempts } from '../../metallb/bgp/session-reason.js';
import type { Clock } from '../../world/contract.js';

export interface BgpSpeakersOptions {
  clock: Pick<Clock, 'now' | 'after'>;
  routing: RoutingSuite;
  namespace(node: string): NetworkNamespace;
  /** Where a machine's FRR has its files. */
  directory: string;
  /** Said once: BGP mode needs a package that the rest of the lab does not. */
  missing(): void;
  onError(node: string, error: Error): void;
}

interface Running {
  frr: RoutingDaemons;
  plan: BgpNode;
  /** When it was started in place of one that had ended, in ms since the epoch; absent: it was not. */
  revivedAt?: number;
  /** By the peer's address. */
  attempts: Map<string, Attempts>;
}

/** watchfrr's `--min-restart-interval`. */
const REVIVAL_INTERVAL_MS = 60_000;

export class BgpSpeakers {
  readonly #running = new Map<string, Running>();
  readonly #turns = new Map<string, Promise<void>>();
  #warned = false;

  constructor(private readonly options: BgpSpeakersOptions) {}

  /** Brings a node to its plan; undefined ends its daemons. Calls for one node wait for each other. */
  sync(node: string, plan: BgpNode | undefined): Promise<void> {
    const wanted = plan && plan.sessions.length > 0 ? plan : undefined;
    return this.#turn(node, () => this.#sync(node, wanted));
  }

  /** To be asked; undefined where none runs. */
  frrOf(node: string): RoutingDaemons | undefined {
    return this.#running.get(node)?.frr;
  }

  /** How a node's attempts to reach a peer went. */
  attemptsOf(node: string, address: string): Attempts {
    return this.#running.get(node)?.attempts.get(address) ?? noAttempts;
  }

  #turn(node: string, run: () => Promise<void>): Promise<void> {
    const turn = (this.#turns.get(node) ?? Promise.resolve())
      .then(run)
      .catch((error: Error) => this.options.onError(node, error));
    this.#turns.set(node, turn);
    return turn;
  }

  async #sync(node: string, plan: BgpNode | undefined): Promise<void> {
    const running = this.#running.get(node);
    if (running && plan && canReload(running.plan, plan) && (await this.#reloaded(node, running, plan))) return;
    await this.#replace(node, plan);
  }

  /** False when a daemon refuses, or is gone: then nobody knows what it does. */
  async #reloaded(node: string, running: Running, plan: BgpNode): Promise<boolean> {
    const { frr, plan: before } = running;
    try {
      await frr.change('bfdd', bfddCommands(before, plan));
      await frr.change('bgpd', bgpdCommands(before, plan));
      running.plan = plan;
      return true;
    } catch (error) {
      this.options.onError(node, error as Error);
      return false;
    }
  }

  async #replace(node: string, plan: BgpNode | undefined, revivedAt?: number): Promise<void> {
    const before = this.#running.get(node);
    this.#running.delete(node);
    await before?.frr.kill();
    if (!plan || !this.#possible()) return;
    const running = { ...(await this.#start(node, plan)), ...(revivedAt !== undefined && { revivedAt }) };
    this.#running.set(node, running);
    void running.frr.ended.then(() => this.#lost(node, running));
  }

  /** Unless it was ended by us, it is started again. */
  #lost(node: string, running: Running): void {
    const { clock } = this.options;
    const isCurrent = () => this.#running.get(node) === running;
    if (!isCurrent()) return;
    const wait = Math.max(0, (running.revivedAt ?? Number.NEGATIVE_INFINITY) + REVIVAL_INTERVAL_MS - clock.now());
    clock.after(wait, () => {
      void this.#turn(node, async () => {
        if (isCurrent()) await this.#replace(node, running.plan, clock.now());
      });
    });
  }

  #possible(): boolean {
    const there = this.options.routing.available();
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
    const frr = this.options.routing.create({
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
